import CKernels

extension PointwiseFunction {
    static let errorFunction = PointwiseFunction(CK_erf)
    static let complementaryErrorFunction = PointwiseFunction(CK_erfc)
    static let gauss = PointwiseFunction(CK_gauss)
    static let normalCDF = PointwiseFunction(CK_normal_cdf)
    static let normalDensity = PointwiseFunction(CK_normal_density)
    static let gelu = PointwiseFunction(CK_gelu)
    /// Beyond 30 it is x, below -30 it is 0; the infinities would give NaN.
    static let geluTanh = PointwiseFunction("geluTanh", arity: 1) {
        let x = Cusp.maximum($0[0], -30)
        return `where`($0[0] .> 30, $0[0], x * Cusp.sigmoid(1.595769121605730711 * (x + 0.044715 * x * x * x)))
    }
}

/// The error function, (2/√π) ∫₀ˣ exp(-t²) dt. Its gradient, (2/√π) exp(-x²), keeps its digits in both tails.
///
///     erf(Tensor([0, 0.5, 10]))     // [0.         0.52049988 1.        ]
public func erf<E: Elementwise>(_ x: E) -> E { .apply(.errorFunction, x) }

/// 1 - erf(x), exact for large x too.
///
///     erfc(Tensor([0, 0.5, 9]))     // [1.0000000e+00 4.7950011e-01 4.1370317e-37]
public func erfc<E: Elementwise>(_ x: E) -> E { .apply(.complementaryErrorFunction, x) }

/// exp(-x²).
public func gauss<E: Elementwise>(_ x: E) -> E { .apply(.gauss, x) }

/// The part of the standard normal distribution below x, Φ(x) = erfc(-x/√2) / 2, exact in both tails.
public func normalCDF<E: Elementwise>(_ x: E) -> E { .apply(.normalCDF, x) }

/// The density of the standard normal distribution, φ(x) = exp(-x²/2) / √(2π).
public func normalDensity<E: Elementwise>(_ x: E) -> E { .apply(.normalDensity, x) }

/// x Φ(x), the Gaussian error linear unit; 0 at -inf, its limit. Its gradient is Φ(x) + x φ(x).
///
///     gelu(Tensor([-5, 0, 1]))     // [-1.4332578e-06  0.0000000e+00  8.4134477e-01]
///
/// Hendrycks, Gimpel: "Gaussian error linear units", 2016.
public func gelu<E: Elementwise>(_ x: E) -> E { .apply(.gelu, x) }

/// The approximation of ``gelu(_:)`` of the same paper, x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2.
public func geluTanh<E: Elementwise>(_ x: E) -> E { .apply(.geluTanh, x) }
