import CKernels

extension PointwiseFunction {
    static let hyperbolicSine = PointwiseFunction(CK_sinh)
    static let hyperbolicCosine = PointwiseFunction(CK_cosh)
    static let tanh = PointwiseFunction(CK_tanh)
    static let areaSine = PointwiseFunction(CK_asinh)
    static let areaCosine = PointwiseFunction(CK_acosh)
    static let areaTangent = PointwiseFunction(CK_atanh)
}

/// The hyperbolic sine, (eˣ - e⁻ˣ) / 2, exact for small x too.
public func sinh<E: Elementwise>(_ x: E) -> E { .apply(.hyperbolicSine, x) }

/// The hyperbolic cosine, (eˣ + e⁻ˣ) / 2.
public func cosh<E: Elementwise>(_ x: E) -> E { .apply(.hyperbolicCosine, x) }

/// The hyperbolic tangent. The gradient, 1 / cosh²x, keeps its digits in both tails.
public func tanh<E: Elementwise>(_ x: E) -> E { .apply(.tanh, x) }

/// The inverse of ``sinh(_:)``, log(x + √(x² + 1)).
public func asinh<E: Elementwise>(_ x: E) -> E { .apply(.areaSine, x) }

/// The inverse of ``cosh(_:)``, log(x + √(x² - 1)); NaN below 1, at which the gradient is infinite.
public func acosh<E: Elementwise>(_ x: E) -> E { .apply(.areaCosine, x) }

/// The inverse of ``tanh(_:)``, log((1 + x) / (1 - x)) / 2; infinite at ±1, NaN beyond.
public func atanh<E: Elementwise>(_ x: E) -> E { .apply(.areaTangent, x) }
