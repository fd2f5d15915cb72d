import CKernels

extension PointwiseFunction {
    static let bitwiseAnd = PointwiseFunction(CK_bit_and)
    static let bitwiseOr = PointwiseFunction(CK_bit_or)
    static let bitwiseXor = PointwiseFunction(CK_bit_xor)
    static let bitwiseNot = PointwiseFunction(CK_bit_not)
    static let shiftLeft = PointwiseFunction(CK_shift_left)
    static let shiftRight = PointwiseFunction(CK_shift_right)
    static let greatestCommonDivisor = PointwiseFunction(CK_gcd)
    static let leastCommonMultiple = PointwiseFunction("lcm", arity: 2) { x in
        abs(truncDivide(x[0], gcd(x[0], x[1])) * x[1])
    }
}

// Of integers, and the first three of booleans too; anything else is an error. The type is the one that both operands promote to.

/// The bits that are set in both.
///
///     bitwiseAnd(Tensor([12, 10], dtype: .int64), 6)     // [4 2]
public func bitwiseAnd<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.bitwiseAnd, a, b) }
public func bitwiseAnd<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.bitwiseAnd, a, b) }

/// The bits that are set in one at least.
public func bitwiseOr<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.bitwiseOr, a, b) }
public func bitwiseOr<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.bitwiseOr, a, b) }

/// The bits that are set in one of the two.
public func bitwiseXor<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.bitwiseXor, a, b) }
public func bitwiseXor<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.bitwiseXor, a, b) }

/// The bits that are not set: -x - 1. Of booleans it is an error; `.!` is meant there.
public func bitwiseNot<E: Elementwise>(_ x: E) -> E { .apply(.bitwiseNot, x) }

/// x · 2ⁿ, of which the bits that do not fit are lost: 0 where n is the number of bits or more. A negative n counts as that.
///
///     shiftLeft(Tensor([1, 3], dtype: .uint8), 7)     // [128 128]
public func shiftLeft<E: Elementwise>(_ x: E, _ n: E) -> E { .apply(.shiftLeft, x, n) }
public func shiftLeft<E: Elementwise>(_ x: E, _ n: some Scalar) -> E { .apply(.shiftLeft, x, n) }
public func shiftLeft<E: Elementwise>(_ x: some Scalar, _ n: E) -> E { .apply(.shiftLeft, x, n) }

/// x / 2ⁿ rounded downwards, which keeps the sign: 0 or -1 where n is the number of bits or more. A negative n counts as that.
///
///     shiftRight(Tensor([5, -5], dtype: .int32), 1)     // [ 2 -3]
public func shiftRight<E: Elementwise>(_ x: E, _ n: E) -> E { .apply(.shiftRight, x, n) }
public func shiftRight<E: Elementwise>(_ x: E, _ n: some Scalar) -> E { .apply(.shiftRight, x, n) }
public func shiftRight<E: Elementwise>(_ x: some Scalar, _ n: E) -> E { .apply(.shiftRight, x, n) }

/// The greatest common divisor, not negative; of 0 and 0 it is 0.
///
///     gcd(Tensor([12, -18], dtype: .int64), 8)     // [4 2]
public func gcd<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.greatestCommonDivisor, a, b) }
public func gcd<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.greatestCommonDivisor, a, b) }

/// The least common multiple, not negative; 0 where either is 0. It wraps around.
public func lcm<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.leastCommonMultiple, a, b) }
public func lcm<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.leastCommonMultiple, a, b) }
