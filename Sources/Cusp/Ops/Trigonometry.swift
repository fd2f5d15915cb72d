import CKernels

extension PointwiseFunction {
    static let sine = PointwiseFunction(CK_sin)
    static let cosine = PointwiseFunction(CK_cos)
    static let tangent = PointwiseFunction(CK_tan)
    static let arcSine = PointwiseFunction(CK_asin)
    static let arcCosine = PointwiseFunction(CK_acos)
    static let arcTangent = PointwiseFunction(CK_atan)
    static let angle = PointwiseFunction(CK_atan2)
    /// The angle is reduced before it is multiplied by π, which is exact: sin(πx) = ±sin(π(x - n)) for the nearest whole n.
    static let sinc = PointwiseFunction("sinc", arity: 1) { x in
        let whole = Cusp.round(x[0])
        let half = 0.5 * whole
        let sine = Cusp.sin(.pi * (x[0] - whole))
        return `where`(x[0] .== 0, 1, `where`(half .== Cusp.round(half), sine, -sine) / (.pi * x[0]))
    } derivative: { x, y in
        // (cos(πx) - sinc(x)) / x; where the two nearly cancel its series in z = πx, (-1)ᵏ 2k / (2k + 1)! z²ᵏ⁻¹.
        let square = Cusp.square(.pi * x[0])
        var factor = 1.0
        let terms = (1...11).map { k in
            factor /= -Double(2 * k * (2 * k + 1))
            return 2 * Double(k) * factor
        }
        let series = terms.dropLast().reversed().reduce(Expression(terms.last!)) { $0 * square + Expression($1) }
        return [
            `where`(
                abs(x[0]) .< 0.5, Double.pi * Double.pi * x[0] * series, (Cusp.cos(.pi * x[0]) - y) / x[0])
        ]
    }
    static let degrees = PointwiseFunction("degrees", arity: 1) { $0[0] * (180 / Double.pi) }
    static let radians = PointwiseFunction("radians", arity: 1) { $0[0] * (Double.pi / 180) }
}

extension Expression {
    fileprivate static var pi: Expression { Expression(Double.pi) }
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

/// sin(πx) / (πx), and 1 at 0. Zeros and large arguments are exact; the gradient keeps its digits near 0.
///
///     sinc(Tensor([0, 0.5, 3]))     // [1.        0.6366198 0.       ]
public func sinc<E: Elementwise>(_ x: E) -> E { .apply(.sinc, x) }

/// Radians in degrees: 180 x / π.
public func degrees<E: Elementwise>(_ x: E) -> E { .apply(.degrees, x) }

/// Degrees in radians: π x / 180.
public func radians<E: Elementwise>(_ x: E) -> E { .apply(.radians, x) }
