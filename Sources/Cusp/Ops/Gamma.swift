import CKernels
import Strided

extension PointwiseFunction {
    static let logGamma = PointwiseFunction(CK_lgamma)
    static let digamma = PointwiseFunction(CK_digamma)
    static let trigamma = PointwiseFunction(CK_trigamma)
    private static let polygammas = Memo<Int, PointwiseFunction>()

    static func polygamma(_ n: Int) -> PointwiseFunction {
        switch n {
        case 0: digamma
        case 1: trigamma
        default: polygammas.value(for: n) { composed(n) }
        }
    }

    /// Ten steps of the recurrence, then the asymptotic series (Abramowitz, Stegun, "Handbook of mathematical functions", 1964, 6.4.6
    /// and 6.4.11); for x < 0 the reflection 6.4.7, with the nth derivative of the cotangent as a polynomial in it.
    private static func composed(_ n: Int) -> PointwiseFunction {
        PointwiseFunction("polygamma(\(n))", arity: 1) {
            let x = $0[0]
            let isNegative = x .< 0
            let at = `where`(isNegative, 1 - x, x)
            var steps = power(1 / at, n + 1)
            for k in 1..<10 { steps = steps + power(1 / (at + Double(k)), n + 1) }
            let inverse = 1 / (at + 10)
            var tail = 0.5 * factorial(n) * inverse + factorial(n - 1)
            for (k, bernoulli) in zip(1..., bernoulliNumbers) {
                let factor = bernoulli.above / bernoulli.below * factorial(2 * k + n - 1) / factorial(2 * k)
                tail = tail + factor * power(inverse, 2 * k)
            }
            let sum = factorial(n) * steps + tail * power(inverse, n)
            let positive = n % 2 == 1 ? sum : -sum
            let cotangent = 1 / Cusp.tan(Double.pi * (x - Cusp.round(x)))
            let slopes = cotangentDerivative(n).reversed()
            var slope = Expression(slopes.first!)
            for coefficient in slopes.dropFirst() { slope = slope * cotangent + coefficient }
            let mirrored = slope * -power(Double.pi, n + 1)
            return `where`(isNegative, n % 2 == 1 ? mirrored - positive : mirrored + positive, positive)
        } derivative: { x, _ in
            [Cusp.polygamma(n + 1, x[0])]
        }
    }

    /// B(2), B(4) ...
    private static let bernoulliNumbers: [(above: Double, below: Double)] = [
        (1, 6), (-1, 30), (1, 42), (-1, 30), (5, 66), (-691, 2730), (7, 6), (-3617, 510), (43867, 798),
    ]
    private static func factorial(_ n: Int) -> Double { (0..<n).reduce(1) { $0 * Double($1 + 1) } }
    private static func power(_ x: Expression, _ n: Int) -> Expression {
        (1..<n).reduce(x) { product, _ in product * x }
    }
    private static func power(_ x: Double, _ n: Int) -> Double { (0..<n).reduce(1) { product, _ in product * x } }

    /// The coefficients, from the constant one on, of P with cot⁽ⁿ⁾ = P(cot): each derivative is -(1 + c²) times that of P.
    private static func cotangentDerivative(_ n: Int) -> [Double] {
        var polynomial = [0.0, 1]
        for _ in 0..<n {
            var next = [Double](repeating: 0, count: polynomial.count + 1)
            for k in 1..<polynomial.count {
                next[k - 1] -= Double(k) * polynomial[k]
                next[k + 1] -= Double(k) * polynomial[k]
            }
            polynomial = next
        }
        return polynomial
    }
}

/// log |Γ(x)|; infinite at 0, -1, -2 ... Its gradient is ``digamma(_:)``.
///
///     lgamma(Tensor([1, 5, 0.5]))     // [0.         3.1780539  0.57236496]
///
/// The error is at most 1 unit in the last place for float32 and 4 for float64; for x < 0 in units of the largest of the result,
/// log Γ(-x) and 1, as the result is a difference.
public func lgamma<E: Elementwise>(_ x: E) -> E { .apply(.logGamma, x) }

/// The derivative of log Γ(x), ψ(x). At 0 it is infinite by the sign of the zero, at -1, -2 ... NaN, where it jumps from one infinity
/// to the other.
///
///     digamma(Tensor([1, 2]))     // [-0.5772157  0.4227843]
///
/// The error is at most 1 unit in the last place for float32 and 5.5 for float64; for x < 0 in units of the largest of the
/// result, ψ(1 - x) and 1.
public func digamma<E: Elementwise>(_ x: E) -> E { .apply(.digamma, x) }

/// The nth derivative of ``digamma(_:)``, ψ⁽ⁿ⁾(x); for n = 0 that itself. Traps for n < 0.
///
///     polygamma(1, Tensor([1, 2]))     // [1.6449341 0.6449341]
public func polygamma<E: Elementwise>(
    _ n: Int, _ x: E, file: StaticString = #fileID, line: UInt = #line
) -> E {
    let function = attempt(file: file, line: line, instead: PointwiseFunction.digamma) { () throws(TensorError) in
        guard n >= 0 else { throw TensorError(.index, "polygamma: n = \(n); expected 0 or more") }
        return PointwiseFunction.polygamma(n)
    }
    return .apply(function, x)
}
