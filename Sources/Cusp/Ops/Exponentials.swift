import CKernels

extension PointwiseFunction {
    static let exp = PointwiseFunction(CK_exp)
    static let expMinusOne = PointwiseFunction(CK_expm1)
    static let exp2 = PointwiseFunction(CK_exp2)
    static let log2 = PointwiseFunction(CK_log2)
    static let log10 = PointwiseFunction(CK_log10)
    static let logAddExp = PointwiseFunction(CK_logaddexp)
    static let softplus = PointwiseFunction(CK_softplus)
    static let xLogY = PointwiseFunction("xLogY", arity: 2) { x in
        `where`((x[0] .== 0) .& .!Cusp.isNaN(x[1]), 0, x[0] * Cusp.log(widened(x[1], like: x[0])))
    } derivative: { x, _ in
        let ratio = x[0] / x[1]
        return [
            `where`((x[0] .== 0) .& (x[1] .<= 0), 0, Cusp.log(widened(x[1], like: x[0]))),
            KinkPolicy.current == .legacy ? ratio : `where`(x[0] .== 0, 0, ratio),
        ]
    }
    static let xLogOnePlusY = PointwiseFunction("xLog1p", arity: 2) { x in
        `where`((x[0] .== 0) .& .!Cusp.isNaN(x[1]), 0, x[0] * Cusp.log1p(widened(x[1], like: x[0])))
    } derivative: { x, _ in
        let ratio = x[0] / (1 + widened(x[1], like: x[0]))
        return [
            `where`((x[0] .== 0) .& (x[1] .<= -1), 0, Cusp.log1p(widened(x[1], like: x[0]))),
            KinkPolicy.current == .legacy ? ratio : `where`(x[0] .== 0, 0, ratio),
        ]
    }
    /// In the middle, where the logarithm is small, 2 artanh(2x - 1), whose argument is exact.
    static let logit = PointwiseFunction("logit", arity: 1) {
        let x = $0[0]
        return `where`(abs(x - 0.5) .< 0.25, 2 * Cusp.atanh(2 * x - 1), Cusp.log(x / (1 - x)))
    } derivative: { x, _ in
        let product = x[0] * (1 - x[0])
        return [1 / `where`(product .< 0, Double.nan, product)]
    }
    static let silu = PointwiseFunction(CK_silu)
    static let log = PointwiseFunction(CK_log)
    static let logOnePlus = PointwiseFunction(CK_log1p)
    static let sigmoid = PointwiseFunction(CK_sigmoid)
    static let sigmoidSlope = PointwiseFunction(CK_sigmoid_slope)
}

/// eˣ.
public func exp<E: Elementwise>(_ x: E) -> E { .apply(.exp, x) }

/// eˣ - 1, exact for small x too.
public func expm1<E: Elementwise>(_ x: E) -> E { .apply(.expMinusOne, x) }

/// The natural logarithm; -inf at 0, NaN below.
public func log<E: Elementwise>(_ x: E) -> E { .apply(.log, x) }

/// log(1 + x), exact for small x too.
public func log1p<E: Elementwise>(_ x: E) -> E { .apply(.logOnePlus, x) }

/// 2ˣ; of a whole number it is exact.
public func exp2<E: Elementwise>(_ x: E) -> E { .apply(.exp2, x) }

/// The logarithm to the base 2; -inf at 0, NaN below.
public func log2<E: Elementwise>(_ x: E) -> E { .apply(.log2, x) }

/// The logarithm to the base 10; -inf at 0, NaN below.
public func log10<E: Elementwise>(_ x: E) -> E { .apply(.log10, x) }

/// log(eᵃ + eᵇ), computed from the larger one down, so that it does not overflow.
///
///     logAddExp(Tensor([1000, -1000]), Tensor([1000, 0]))     // [1000.6931    0.    ]
///
/// The gradients are the shares σ(a - b) and σ(b - a). Where both are -inf they are 0, under ``KinkPolicy/legacy`` NaN.
public func logAddExp<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.logAddExp, a, b) }
public func logAddExp<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.logAddExp, a, b) }
public func logAddExp<E: Elementwise>(_ a: some Scalar, _ b: E) -> E { .apply(.logAddExp, a, b) }

/// log(1 + eˣ), a smooth max(x, 0). Its gradient is σ(x).
///
///     softplus(Tensor([-100, 0, 100]))     // [3.7835e-44 6.9315e-01 1.0000e+02]
public func softplus<E: Elementwise>(_ x: E) -> E { .apply(.softplus, x) }

/// x σ(x), also called swish; 0 at -inf, its limit.
///
/// Elfwing, Uchibe, Doya: "Sigmoid-weighted linear units for neural network function approximation", 2018.
public func silu<E: Elementwise>(_ x: E) -> E { .apply(.silu, x) }

/// x log y, but 0 where x is 0, whatever y is: the term of an entropy.
///
///     xLogY(Tensor([0, 2]), Tensor([0, 1]))     // [0. 0.]
public func xLogY<E: Elementwise>(_ x: E, _ y: E) -> E { .apply(.xLogY, x, y) }
public func xLogY<E: Elementwise>(_ x: E, _ y: some Scalar) -> E { .apply(.xLogY, x, y) }
public func xLogY<E: Elementwise>(_ x: some Scalar, _ y: E) -> E { .apply(.xLogY, x, y) }

/// x log(1 + y), but 0 where x is 0, whatever y is; exact for small y too.
public func xLog1p<E: Elementwise>(_ x: E, _ y: E) -> E { .apply(.xLogOnePlusY, x, y) }
public func xLog1p<E: Elementwise>(_ x: E, _ y: some Scalar) -> E { .apply(.xLogOnePlusY, x, y) }
public func xLog1p<E: Elementwise>(_ x: some Scalar, _ y: E) -> E { .apply(.xLogOnePlusY, x, y) }

/// log(x / (1 - x)), the inverse of ``sigmoid(_:)``; infinite at 0 and 1, NaN beyond, and so is the gradient. Small results keep
/// their digits.
///
///     logit(Tensor([0, 0.5, 0.75]))     // [-inf 0 1.0986123]
///
/// - Parameter eps: where given, x is clamped to eps ... 1 - eps first.
public func logit<E: Elementwise>(_ x: E, eps: Double? = nil) -> E {
    .apply(.logit, eps.map { clamp(x, min: $0, max: 1 - $0) } ?? x)
}

/// 1 / (1 + e⁻ˣ). The gradient, σ(x) σ(-x), keeps its digits in both tails.
///
///     sigmoid(Tensor([-50, 0, 50]))     // [1.9287498e-22 5.0000000e-01 1.0000000e+00]
public func sigmoid<E: Elementwise>(_ x: E) -> E { .apply(.sigmoid, x) }

/// The derivative of the sigmoid, σ(x) σ(-x): a bell of height 1/4 at 0.
public func sigmoidSlope<E: Elementwise>(_ x: E) -> E { .apply(.sigmoidSlope, x) }
