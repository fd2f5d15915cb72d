import CKernels
import Cusp
import Testing

/// One operation of integers: what it does to tensors, and what it should do to numbers.
struct IntegerRow: Sendable, CustomTestStringConvertible {
    let name: String
    let primitives: [ck_operation]
    let apply: @Sendable (Tensor, Tensor) -> Tensor
    let reference: @Sendable (Int64, Int64) -> Int64
    var testDescription: String { name }

    static let all: [IntegerRow] = [
        .init(name: "bitwiseAnd", primitives: [CK_bit_and], apply: { bitwiseAnd($0, $1) }, reference: { $0 & $1 }),
        .init(
            name: "bitwiseAnd(a, 6)", primitives: [CK_bit_and], apply: { a, _ in bitwiseAnd(a, 6) },
            reference: { a, _ in a & 6 }),
        .init(name: "bitwiseOr", primitives: [CK_bit_or], apply: { bitwiseOr($0, $1) }, reference: { $0 | $1 }),
        .init(
            name: "bitwiseOr(a, 6)", primitives: [CK_bit_or], apply: { a, _ in bitwiseOr(a, 6) },
            reference: { a, _ in a | 6 }),
        .init(name: "bitwiseXor", primitives: [CK_bit_xor], apply: { bitwiseXor($0, $1) }, reference: { $0 ^ $1 }),
        .init(
            name: "bitwiseXor(a, 6)", primitives: [CK_bit_xor], apply: { a, _ in bitwiseXor(a, 6) },
            reference: { a, _ in a ^ 6 }),
        .init(
            name: "bitwiseNot", primitives: [CK_bit_not], apply: { a, _ in bitwiseNot(a) }, reference: { a, _ in ~a }),
        .init(
            name: "shiftLeft", primitives: [CK_shift_left], apply: { shiftLeft($0, $1) },
            reference: { $1 < 0 ? 0 : $0 << $1 }),
        .init(
            name: "shiftLeft(a, 3)", primitives: [CK_shift_left], apply: { a, _ in shiftLeft(a, 3) },
            reference: { a, _ in a << 3 }),
        .init(
            name: "shiftLeft(3, b)", primitives: [CK_shift_left], apply: { _, b in shiftLeft(3, b) },
            reference: { _, b in b < 0 ? 0 : 3 << b }),
        .init(
            name: "shiftRight", primitives: [CK_shift_right], apply: { shiftRight($0, $1) },
            reference: { $1 < 0 ? $0 >> 63 : $0 >> $1 }),
        .init(
            name: "shiftRight(a, 1)", primitives: [CK_shift_right], apply: { a, _ in shiftRight(a, 1) },
            reference: { a, _ in a >> 1 }),
        .init(
            name: "shiftRight(100, b)", primitives: [CK_shift_right], apply: { _, b in shiftRight(100, b) },
            reference: { _, b in b < 0 ? 0 : 100 >> b }),
        .init(name: "gcd", primitives: [CK_gcd], apply: { gcd($0, $1) }, reference: { divisor($0, $1) }),
        .init(
            name: "gcd(a, 12)", primitives: [CK_gcd], apply: { a, _ in gcd(a, 12) },
            reference: { a, _ in divisor(a, 12) }),
        .init(
            name: "lcm", primitives: [CK_gcd], apply: { lcm($0, $1) },
            reference: { $0 == 0 || $1 == 0 ? 0 : abs($0 / divisor($0, $1) * $1) }),
        .init(
            name: "lcm(a, 4)", primitives: [CK_gcd], apply: { a, _ in lcm(a, 4) },
            reference: { a, _ in a == 0 ? 0 : abs(a / divisor(a, 4) * 4) }),
    ]

    /// By trying.
    private static func divisor(_ a: Int64, _ b: Int64) -> Int64 {
        let most = max(abs(a), abs(b))
        return most == 0 ? 0 : (1...most).last { a % $0 == 0 && b % $0 == 0 }!
    }
}

@Suite struct BitsTests {
    @Test(arguments: IntegerRow.all, [DType.int32, .int64, .uint8])
    func everyArrangement(row: IntegerRow, dtype: DType) {
        var random = SeededGenerator(seed: 31)
        for a in Arrangement.allCases {
            for b in Arrangement.allCases {
                for (rows, columns) in [(3, 19), (0, 5), (1, 1)] {
                    let domain = Domain.range(dtype == .uint8 ? 0 : -90, 90)
                    let x = [a, b].map { $0.tensor(rows, columns, dtype, domain, &random) }
                    let shape = (x[0] + x[1]).shape
                    let result = row.apply(x[0], x[1]).expanded(to: shape)
                    let columns = x.map { $0.expanded(to: shape).elements }
                    #expect(result.dtype == dtype)
                    for (i, value) in result.elements.enumerated() {
                        let expected = row.reference(Int64(columns[0][i]), Int64(columns[1][i]))
                        let wrapped =
                            dtype == .uint8
                            ? Int64(UInt8(truncatingIfNeeded: expected))
                            : dtype == .int32 ? Int64(Int32(truncatingIfNeeded: expected)) : expected
                        #expect(Int64(value) == wrapped, "\(columns[0][i]), \(columns[1][i])")
                    }
                }
            }
        }
    }

    @Test func longShifts() {
        let n = Tensor([0, 7, 8, 31, 32, 63, 64, -1], dtype: .int64)
        #expect(
            shiftLeft(Tensor([1], dtype: .int64), n).array(of: Int.self) == [1, 128, 256, 1 << 31, 1 << 32, .min, 0, 0])
        #expect(shiftRight(Tensor([Int.min]), n).array(of: Int.self)[5...] == [-1, -1, -1])
        let bytes = Tensor([255, 255, 255, 255], dtype: .uint8)
        #expect(shiftLeft(bytes, Tensor([1, 7, 8, 40], dtype: .uint8)).elements == [254, 128, 0, 0])
        #expect(shiftRight(bytes, Tensor([1, 7, 8, 40], dtype: .uint8)).elements == [127, 1, 0, 0])
    }

    @Test func booleans() {
        let (a, b) = (Tensor([true, true, false, false]), Tensor([true, false, true, false]))
        #expect(bitwiseAnd(a, b).array(of: Bool.self) == [true, false, false, false])
        #expect(bitwiseOr(a, b).array(of: Bool.self) == [true, true, true, false])
        #expect(bitwiseXor(a, b).array(of: Bool.self) == [false, true, true, false])
        #expect(bitwiseXor(a, true).dtype == .bool && bitwiseAnd(a, 3).dtype == .int64)
    }

    @Test func fusedWithIntegers() {
        let hash = Pointwise { x in bitwiseXor(x, shiftRight(x, 3)) * 5 }
        #expect(hash(Tensor([100, -9], dtype: .int64)).array(of: Int.self) == [(100 ^ 12) * 5, (-9 ^ -2) * 5])
        let even = Pointwise { x in bitwiseAnd(x, 1) .== 0 }
        let signed = Pointwise { x, n in `where`(bitwiseAnd(n, 1) .== 1, -x, x) * bitwiseXor(n, 1 << 40) }
        #expect(
            signed(Tensor([1.5, 2]), Tensor([3, 4], dtype: .int64)).elements == [
                -1.5 * Double(Float(3 + 1 << 40)), 2 * Double(Float(4 + 1 << 40)),
            ])
        #expect(even(Tensor([4, 7], dtype: .int32)).array(of: Bool.self) == [true, false])
    }

    @Test(arguments: IntegerRow.all)
    func floatsAreAnError(row: IntegerRow) {
        for dtype in [DType.float32, .float64, .float16] {
            for shape in [[2], [2, 1]] {
                let error = #expect(throws: TensorError.self) {
                    try Tensor.checked { _ = row.apply(.ones(Shape(shape), dtype: dtype), .ones([2], dtype: dtype)) }
                }
                #expect(error?.kind == .dtype && error?.description.contains("\(dtype)") == true)
            }
        }
    }

    @Test func errors() {
        for wrong: @Sendable () -> Tensor in [
            { bitwiseNot(Tensor([true])) }, { shiftLeft(Tensor([true]), 1) }, { gcd(Tensor([true]), Tensor([true])) },
            { bitwiseAnd(Tensor([1], dtype: .int64), 1.5) },
        ] {
            let error = #expect(throws: TensorError.self) { try Tensor.checked { _ = wrong() } }
            #expect(error?.kind == .dtype && error?.description.contains("of integers") == true)
        }
    }
}
