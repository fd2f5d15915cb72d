import CKernels

extension PointwiseFunction {
    static let errorFunction = PointwiseFunction(CK_erf)
    static let complementaryErrorFunction = PointwiseFunction(CK_erfc)
    static let gauss = PointwiseFunction(CK_gauss)
    static let normalCDF = PointwiseFunction(CK_normal_cdf)
    static let normalDensity = PointwiseFunction(CK_normal_density)
    static let gelu = PointwiseFunction(CK_gelu)
    /// From Winitzki's approximation ("A handy approximation for the error function and its inverse", 2008), off by 1/500 at most,
    /// in two of Halley's steps, each of which triples the digits; above 1/2 on what is missing to 1, which is exact.
    static let inverseErrorFunction = PointwiseFunction("erfInverse", arity: 1) {
        let y = abs($0[0])
        let missing = 1 - y
        var x = winitzki(Cusp.log(missing) + log1p(y))
        for _ in 0..<2 {
            let excess = `where`(y .< 0.5, Cusp.erf(x) - y, missing - Cusp.erfc(x))
            let step = excess / (1.128379167095512574 * Cusp.gauss(x))
            x = x - step / (1 + x * step)
        }
        return Cusp.copySign(`where`(y .== 1, Double.infinity, x), $0[0])
    } derivative: { _, y in
        [0.886226925452758014 / Cusp.gauss(y)]
    }
    /// In the middle the inverse error function; in the tails Newton's steps on the logarithm, which is nearly a parabola there.
    static let normalQuantile = PointwiseFunction("normalQuantile", arity: 1) {
        let p = $0[0]
        let tail = Cusp.minimum(p, 1 - p)
        var x = -1.414213562373095049 * winitzki(Cusp.log(4 * tail) + log1p(-tail))
        for _ in 0..<3 {
            let part = Cusp.normalCDF(x)
            x = x - Cusp.log(part / tail) * part / Cusp.normalDensity(x)
        }
        let outer = `where`(tail .== 0, -Double.infinity, x)
        let inner = 1.414213562373095049 * erfInverse(2 * p - 1)
        return `where`(tail .> 0.25, inner, `where`(p .< 0.5, outer, -outer))
    } derivative: { _, y in
        [1 / Cusp.normalDensity(y)]
    }
    /// The inverse error function of y, for log(1 - y²).
    private static func winitzki(_ logarithm: Expression) -> Expression {
        let middle = 4.330746750799873 + 0.5 * logarithm
        return sqrt(sqrt(middle * middle - logarithm / 0.147) - middle)
    }
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

/// The inverse of ``erf(_:)``; infinite at ±1, NaN beyond. Within 4 units in the last place.
///
///     erfInverse(Tensor([0, 0.5, 1]))     // [0.         0.47693628        inf]
public func erfInverse<E: Elementwise>(_ x: E) -> E { .apply(.inverseErrorFunction, x) }

/// The inverse of ``normalCDF(_:)``: below the result lies the part p of the standard normal distribution. Infinite at 0 and 1, NaN
/// beyond. Within 4 units in the last place; where p is subnormal, as exact as a subnormal number only.
///
///     normalQuantile(Tensor([0.025, 0.5]))     // [-1.9599639  0.       ]
public func normalQuantile<E: Elementwise>(_ p: E) -> E { .apply(.normalQuantile, p) }

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
