import CKernels

extension PointwiseFunction {
    static let exp = PointwiseFunction(CK_exp)
    static let expMinusOne = PointwiseFunction(CK_expm1)
    static let log = PointwiseFunction(CK_log)
    static let logOnePlus = PointwiseFunction(CK_log1p)
    static let squareRoot = PointwiseFunction(CK_sqrt)
    static let sigmoid = PointwiseFunction(CK_sigmoid)
    static let sigmoidSlope = PointwiseFunction(CK_sigmoid_slope)
    static let tanh = PointwiseFunction(CK_tanh)
}

/// eˣ.
public func exp<E: Elementwise>(_ x: E) -> E { .apply(.exp, x) }

/// eˣ - 1, exact for small x too.
public func expm1<E: Elementwise>(_ x: E) -> E { .apply(.expMinusOne, x) }

/// The natural logarithm; -inf at 0, NaN below.
public func log<E: Elementwise>(_ x: E) -> E { .apply(.log, x) }

/// log(1 + x), exact for small x too.
public func log1p<E: Elementwise>(_ x: E) -> E { .apply(.logOnePlus, x) }

/// The square root; NaN below 0. Its gradient at 0 is infinite, unless the gradient that arrives there is 0.
public func sqrt<E: Elementwise>(_ x: E) -> E { .apply(.squareRoot, x) }

/// 1 / (1 + e⁻ˣ). The gradient, σ(x) σ(-x), keeps its digits in both tails.
///
///     sigmoid(Tensor([-50, 0, 50]))     // [1.9287499e-22 5.0000000e-01 1.0000000e+00]
public func sigmoid<E: Elementwise>(_ x: E) -> E { .apply(.sigmoid, x) }

/// The derivative of the sigmoid, σ(x) σ(-x): a bell of height 1/4 at 0.
public func sigmoidSlope<E: Elementwise>(_ x: E) -> E { .apply(.sigmoidSlope, x) }

/// The hyperbolic tangent. The gradient, 1 / cosh²x, keeps its digits in both tails.
public func tanh<E: Elementwise>(_ x: E) -> E { .apply(.tanh, x) }
