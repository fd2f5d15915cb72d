import CKernels
import Foundation

/// One of the four types that programs compute in, with what each operation should give, written as plainly as possible.
protocol ComputeType: Equatable, Sendable {
    static var dtype: ck_dtype { get }
    /// Numbers at which something happens: zeros, halves, limits, and for floats infinities, NaN and subnormals.
    static var landmarks: [Self] { get }
    /// What the operation gives; nil where it is not defined for this type or its value is rounded.
    static func exact(_ operation: ck_operation, _ a: Self, _ b: Self, _ c: Self) -> Self?
    init(_ value: Double)
    /// The same element: equal, or NaN twice, or for `bitwise` the same zero too.
    func isSame(as other: Self) -> Bool
    var bits: UInt64 { get }
}

extension Float: ComputeType {
    static let dtype = CK_FLOAT32
    var bits: UInt64 { UInt64(bitPattern) }
}
extension Double: ComputeType {
    static let dtype = CK_FLOAT64
    var bits: UInt64 { bitPattern }
}
extension Int32: ComputeType {
    static let dtype = CK_INT32
    var bits: UInt64 { UInt64(UInt32(bitPattern: self)) }
}
extension Int64: ComputeType {
    static let dtype = CK_INT64
    var bits: UInt64 { UInt64(bitPattern: self) }
}

extension ComputeType where Self: BinaryFloatingPoint {
    static var landmarks: [Self] {
        let positive: [Self] = [
            0, leastNonzeroMagnitude, leastNormalMagnitude.nextDown, leastNormalMagnitude, 0.25, 0.5, Self(1).nextDown,
            1,
            Self(1).nextUp, 1.5, 2, 2.5, 3.5, 88.7, 1e5, 8388607.5, 8_388_609, 4_503_599_627_370_497,
            greatestFiniteMagnitude,
            infinity,
        ]
        return positive + positive.map { -$0 } + [nan]
    }

    func isSame(as other: Self) -> Bool { self == other || (isNaN && other.isNaN) }

    static func exact(_ operation: ck_operation, _ a: Self, _ b: Self, _ c: Self) -> Self? {
        func truth(_ condition: Bool) -> Self { condition ? 1 : 0 }
        switch operation {
        case CK_copy: return a
        case CK_neg: return -a
        case CK_abs: return a.magnitude
        case CK_sign: return a > 0 ? 1 : a < 0 ? -1 : a
        case CK_square: return a * a
        case CK_reciprocal: return 1 / a
        case CK_sqrt: return a.squareRoot()
        case CK_floor: return a.rounded(.down)
        case CK_ceil: return a.rounded(.up)
        case CK_trunc: return a.rounded(.towardZero)
        case CK_round: return a.rounded(.toNearestOrEven)
        case CK_isnan: return truth(a.isNaN)
        case CK_signbit: return truth(a.sign == .minus)
        case CK_copysign: return Self(signOf: b, magnitudeOf: a)
        case CK_add: return a + b
        case CK_sub: return a - b
        case CK_mul: return a * b
        case CK_div: return a / b
        case CK_chain: return a == 0 ? 0 : a * b
        case CK_maximum: return a.isNaN || b.isNaN ? nan : max(a, b)
        case CK_minimum: return a.isNaN || b.isNaN ? nan : min(a, b)
        case CK_eq: return truth(a == b)
        case CK_ne: return truth(a != b)
        case CK_lt: return truth(a < b)
        case CK_le: return truth(a <= b)
        case CK_gt: return truth(a > b)
        case CK_ge: return truth(a >= b)
        case CK_fmod: return a.truncatingRemainder(dividingBy: b)
        case CK_remainder:
            let rest = a.truncatingRemainder(dividingBy: b)
            if rest == 0 { return Self(signOf: b, magnitudeOf: 0) }
            return (rest < 0) != (b < 0) ? rest + b : rest
        case CK_nextafter: return a.isNaN || b.isNaN ? nan : a == b ? b : a < b ? a.nextUp : a.nextDown
        case CK_where: return a != 0 ? b : c
        case CK_clamp: return a.isNaN || b.isNaN || c.isNaN ? nan : min(max(a, b), c)
        default: return nil
        }
    }
}

extension ComputeType where Self: FixedWidthInteger {
    static var landmarks: [Self] { [0, 1, 2, 3, 7, 100, 46341, max - 1, max, -1, -2, -3, -100, min + 1, min] }

    func isSame(as other: Self) -> Bool { self == other }

    static func exact(_ operation: ck_operation, _ a: Self, _ b: Self, _ c: Self) -> Self? {
        func truth(_ condition: Bool) -> Self { condition ? 1 : 0 }
        switch operation {
        case CK_copy, CK_floor, CK_ceil, CK_trunc, CK_round: return a
        case CK_neg: return 0 &- a
        case CK_abs: return a < 0 ? 0 &- a : a
        case CK_sign: return a.signum()
        case CK_isnan: return 0
        case CK_signbit: return truth(a < 0)
        case CK_square: return a &* a
        case CK_pow: return power(a, b)
        case CK_add: return a &+ b
        case CK_sub: return a &- b
        case CK_mul, CK_chain: return a &* b
        case CK_div: return b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
        case CK_maximum: return Swift.max(a, b)
        case CK_minimum: return Swift.min(a, b)
        case CK_eq: return truth(a == b)
        case CK_ne: return truth(a != b)
        case CK_lt: return truth(a < b)
        case CK_le: return truth(a <= b)
        case CK_gt: return truth(a > b)
        case CK_ge: return truth(a >= b)
        case CK_trunc_div: return b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
        case CK_floor_div: return b == 0 ? 0 : floored(a, b).quotient
        case CK_fmod: return b == 0 ? a : a.remainderReportingOverflow(dividingBy: b).partialValue
        case CK_remainder: return b == 0 ? a : floored(a, b).rest
        case CK_bit_and: return a & b
        case CK_bit_or: return a | b
        case CK_bit_xor: return a ^ b
        case CK_bit_not: return ~a
        case CK_shift_left: return b < 0 ? 0 : a << b
        case CK_shift_right: return b < 0 ? (a < 0 ? -1 : 0) : a >> b
        case CK_gcd: return divisor(a, b)
        case CK_where: return a != 0 ? b : c
        case CK_clamp: return Swift.min(Swift.max(a, b), c)
        default: return nil
        }
    }

    /// The quotient rounded downwards, and what remains.
    private static func floored(_ a: Self, _ b: Self) -> (quotient: Self, rest: Self) {
        if b == -1 { return (0 &- a, 0) }
        let (quotient, rest) = a.quotientAndRemainder(dividingBy: b)
        return rest != 0 && (rest < 0) != (b < 0) ? (quotient - 1, rest + b) : (quotient, rest)
    }

    /// By Stein's method: halves and differences alone.
    private static func divisor(_ a: Self, _ b: Self) -> Self {
        var (x, y) = (a.magnitude, b.magnitude)
        if x == 0 || y == 0 { return Self(truncatingIfNeeded: x + y) }
        let twos = Swift.min(x.trailingZeroBitCount, y.trailingZeroBitCount)
        x >>= x.trailingZeroBitCount
        while y != 0 {
            y >>= y.trailingZeroBitCount
            if x > y { swap(&x, &y) }
            y -= x
        }
        return Self(truncatingIfNeeded: x << twos)
    }

    /// By the definition for few factors, else by halving the exponent.
    private static func power(_ a: Self, _ b: Self) -> Self {
        if b < 0 { return a == 1 ? 1 : a == -1 ? (b & 1 == 0 ? 1 : -1) : 0 }
        if b < 64 { return (0..<Int(b)).reduce(1) { product, _ in product &* a } }
        let root = power(a, b / 2)
        return root &* root &* (b & 1 == 1 ? a : 1)
    }
}
