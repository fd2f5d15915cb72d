import CKernels
import Foundation

extension PointwiseFunction {
    static let floor = PointwiseFunction(CK_floor)
    static let ceil = PointwiseFunction(CK_ceil)
    static let trunc = PointwiseFunction(CK_trunc)
    static let round = PointwiseFunction(CK_round)
    static let fraction = PointwiseFunction("frac", arity: 1) { $0[0] - Cusp.trunc($0[0]) }
    static let roundToParts = PointwiseFunction("round", arity: 2) { Cusp.round($0[0] * $0[1]) / $0[1] }
    static let roundToMultiple = PointwiseFunction("round", arity: 2) { Cusp.round($0[0] / $0[1]) * $0[1] }
}

// Rounding is flat between its jumps: the gradient is 0.

/// The largest whole number that is not above x.
public func floor<E: Elementwise>(_ x: E) -> E { .apply(.floor, x) }

/// The smallest whole number that is not below x.
public func ceil<E: Elementwise>(_ x: E) -> E { .apply(.ceil, x) }

/// x without what is behind the point.
public func trunc<E: Elementwise>(_ x: E) -> E { .apply(.trunc, x) }

/// The nearest whole number; of two the even one.
///
///     round(Tensor([0.5, 1.5, 2.4]))     // [0. 2. 2.]
public func round<E: Elementwise>(_ x: E) -> E { .apply(.round, x) }

/// The nearest number with so many decimal digits behind the point, or for negative `decimals` the nearest multiple of a power of
/// ten; of two the even one. x times that power is rounded first, as in PyTorch and NumPy.
///
///     round(Tensor([1.25, 3.14159]), decimals: 1)     // [1.2 3.1]
public func round<E: Elementwise>(_ x: E, decimals: Int) -> E {
    let power = Number.float(Foundation.pow(10, Double(decimals.magnitude)))
    return .apply(decimals < 0 ? .roundToMultiple : .roundToParts, x, power)
}

/// What is behind the point, with the sign of x: x - trunc(x). The gradient is 1.
///
///     frac(Tensor([1.5, -1.25]))     // [ 0.5  -0.25]
public func frac<E: Elementwise>(_ x: E) -> E { .apply(.fraction, x) }
