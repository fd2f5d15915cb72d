import CKernels

extension PointwiseFunction {
    static let sine = PointwiseFunction(CK_sin)
    static let cosine = PointwiseFunction(CK_cos)
    static let tangent = PointwiseFunction(CK_tan)
    static let arcSine = PointwiseFunction(CK_asin)
    static let arcCosine = PointwiseFunction(CK_acos)
    static let arcTangent = PointwiseFunction(CK_atan)
    static let angle = PointwiseFunction(CK_atan2)
}

// Angles are in radians, and may be as large as numbers get: each is reduced exactly.

/// The sine.
///
///     sin(Tensor([0, 1, 1e22], dtype: .float64))     // [ 0.          0.84147098 -0.85220085]
public func sin<E: Elementwise>(_ x: E) -> E { .apply(.sine, x) }

/// The cosine.
public func cos<E: Elementwise>(_ x: E) -> E { .apply(.cosine, x) }

/// The tangent.
public func tan<E: Elementwise>(_ x: E) -> E { .apply(.tangent, x) }

/// The angle from -π/2 to π/2 whose sine is x; NaN beyond ±1, at which the gradient is infinite.
public func asin<E: Elementwise>(_ x: E) -> E { .apply(.arcSine, x) }

/// The angle from 0 to π whose cosine is x; NaN beyond ±1, at which the gradient is infinite.
public func acos<E: Elementwise>(_ x: E) -> E { .apply(.arcCosine, x) }

/// The angle from -π/2 to π/2 whose tangent is x.
public func atan<E: Elementwise>(_ x: E) -> E { .apply(.arcTangent, x) }

/// The angle of the point (x, y), from -π to π.
///
///     atan2(Tensor([1, 1, -1]), Tensor([1, -1, 0]))     // [ 0.78539819  2.3561945  -1.5707964 ]
///
/// At the origin the angle is 0 or ±π by the signs of the zeros, and the gradient is 0.
public func atan2<E: Elementwise>(_ y: E, _ x: E) -> E { .apply(.angle, y, x) }
public func atan2<E: Elementwise>(_ y: E, _ x: some Scalar) -> E { .apply(.angle, y, x) }
public func atan2<E: Elementwise>(_ y: some Scalar, _ x: E) -> E { .apply(.angle, y, x) }
