import CKernels

extension PointwiseFunction {
    static let floor = PointwiseFunction(CK_floor)
    static let ceil = PointwiseFunction(CK_ceil)
    static let trunc = PointwiseFunction(CK_trunc)
    static let round = PointwiseFunction(CK_round)
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
