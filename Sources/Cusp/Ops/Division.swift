import CKernels

extension PointwiseFunction {
    static let truncatedRemainder = PointwiseFunction(CK_fmod)
    static let flooredRemainder = PointwiseFunction(CK_remainder)
    static let truncatedQuotient = PointwiseFunction(CK_trunc_div)
    static let flooredQuotient = PointwiseFunction(CK_floor_div)
}

// a = b · quotient + remainder, in two ways: the quotient is rounded towards 0, or downwards. Floats stay floats and integers
// integers. Remainders of floats are exact, however large the quotient is; of 0 and of infinities they are NaN. An integer divided
// by 0 has the quotient 0, and all of it remains.
//
// Where a jump of the quotient lies, gradients are those of the side on which the function is continuous: 1 for a and minus the
// quotient for b.

/// What remains of a after division by b, with the sign of a: C's `fmod`, and Swift's `%`.
///
///     fmod(Tensor([7, -7, 1e6]), 3)     // [ 1. -1.  1.]
public func fmod<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.truncatedRemainder, a, b) }
public func fmod<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.truncatedRemainder, a, b) }
public func fmod<E: Elementwise>(_ a: some Scalar, _ b: E) -> E { .apply(.truncatedRemainder, a, b) }

/// What remains of a after division by b, with the sign of b: Python's `%`. A sum of both signs is rounded once.
///
///     remainder(Tensor([7, -7]), 3)     // [1. 2.]
public func remainder<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.flooredRemainder, a, b) }
public func remainder<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.flooredRemainder, a, b) }
public func remainder<E: Elementwise>(_ a: some Scalar, _ b: E) -> E { .apply(.flooredRemainder, a, b) }

/// a / b rounded towards 0: Swift's `/` of integers. It belongs to ``fmod(_:_:)``; the gradient is 0.
///
///     truncDivide(Tensor([7, -7]), 2)     // [ 3. -3.]
///
/// Of floats a quotient too large for its whole digits is rounded like any other; a / 0 is infinite or NaN.
public func truncDivide<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.truncatedQuotient, a, b) }
public func truncDivide<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.truncatedQuotient, a, b) }
public func truncDivide<E: Elementwise>(_ a: some Scalar, _ b: E) -> E { .apply(.truncatedQuotient, a, b) }

/// a / b rounded downwards: Python's `//`. It belongs to ``remainder(_:_:)``; the gradient is 0.
///
///     floorDivide(Tensor([7, -7]), 2)     // [ 3. -4.]
///
/// Of floats a quotient too large for its whole digits is rounded like any other; a / 0 is infinite or NaN, and that of an
/// infinite a NaN, which has no remainder.
public func floorDivide<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.flooredQuotient, a, b) }
public func floorDivide<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.flooredQuotient, a, b) }
public func floorDivide<E: Elementwise>(_ a: some Scalar, _ b: E) -> E { .apply(.flooredQuotient, a, b) }
