import Cusp
import Testing

@Suite struct IntegersTests {
    @Test func wraparound() {
        #expect((Tensor([Int32.max]) + 1).array(of: Int32.self) == [.min])
        #expect((Tensor([Int.max]) + 1).array(of: Int.self) == [.min])
        #expect((Tensor([Int.min]) - 1).array(of: Int.self) == [.max])
        #expect((Tensor([Int32.max]) * Tensor([Int32(2)])).array(of: Int32.self) == [-2])
        #expect((Tensor([UInt8(250)]) + 10).array(of: UInt8.self) == [4])
        #expect((Tensor([UInt8(3)]) - Tensor([UInt8(5)])).array(of: UInt8.self) == [254])
        #expect((Tensor([UInt8(20)]) * Tensor([UInt8(20)])).array(of: UInt8.self) == [144])
        #expect(
            (-Tensor([Int.min])).array(of: Int.self) == [.min] && abs(Tensor([Int.min])).array(of: Int.self) == [.min])
        #expect((-Tensor([UInt8(1)])).array(of: UInt8.self) == [255])
        var x = Tensor([Int32.max, 5])
        x += 1
        x *= 3
        #expect(x.array(of: Int32.self) == [Int32.min &* 3, 18])
    }

    @Test func exactPast53Bits() {
        let big = 1 << 53 + 1
        let x = Tensor([big, -big])
        #expect(
            (x + 1).array(of: Int.self) == [big + 1, 1 - big] && (x * 3).array(of: Int.self) == [3 * big, -3 * big])
        #expect((x .== big).array(of: Bool.self) == [true, false])
        #expect((x .> 1 << 53).array(of: Bool.self) == [true, false])
        #expect(maximum(x, 0).array(of: Int.self) == [big, 0] && x.max().item() == big && x.sum().item() == 0)
        #expect(`where`(x .> 0, x, big + 2).array(of: Int.self) == [big, big + 2])
        #expect(Tensor([9_007_199_254_740_993, 1], dtype: .int64).array(of: Int.self) == [9_007_199_254_740_993, 1])
        #expect(
            Tensor.full([1], big, dtype: .int64).item() == big && x[0].item() == big && cat([x, x])[2].item() == big)
        #expect(Pointwise { a, b in a * 2 + b }(x, big).array(of: Int.self) == [3 * big, -big])
    }

    @Test func divisionGivesFloats() {
        let quotient = Tensor([7, -7, 1], dtype: .int64) / 2
        #expect(quotient.dtype == .float32 && quotient.floats == [3.5, -3.5, 0.5])
        #expect((Tensor([1], dtype: .int32) / Tensor([0], dtype: .int32)).floats == [.infinity])
        #expect((Tensor([1], dtype: .uint8) / Tensor([4] as [Double])).dtype == .float64)
        let error = #expect(throws: TensorError.self) {
            try Tensor.checked {
                var x = Tensor([1, 2], dtype: .int64)
                x /= 2
            }
        }
        #expect(error?.description.contains("int64") == true && error?.description.contains("float32") == true)
    }

    @Test func booleans() {
        let (a, b) = (Tensor([true, true, false, false]), Tensor([true, false, true, false]))
        #expect((a + b).dtype == .bool && (a + b).array(of: Bool.self) == [true, true, true, false])
        #expect((a * b).array(of: Bool.self) == [true, false, false, false])
        #expect((a .& b).array(of: Bool.self) == [true, false, false, false])
        #expect((a .| b).array(of: Bool.self) == [true, true, true, false])
        #expect((.!a).array(of: Bool.self) == [false, false, true, true])
        #expect((a + 1).dtype == .int64 && (a + 1).array(of: Int.self) == [2, 2, 1, 1])
        #expect((a * 0.5).dtype == .float32 && (a + Tensor([1, 1, 1, 1], dtype: .uint8)).dtype == .uint8)
        #expect(
            a.sum().item() == 2 && a.max().item() == true
                && (a .== b).array(of: Bool.self) == [true, false, false, true])
        #expect(exp(a).dtype == .float32)
    }

    /// A function, and the type of its result where it is given booleans, other integers, and floats: nil is the operand's own.
    static let literals: [(f: @Sendable (Tensor) -> Tensor, bool: DType?, integer: DType?, float: DType?)] = [
        ({ $0 + 1 }, .int64, nil, nil), ({ 2 * $0 }, .int64, nil, nil), ({ 1 - $0 }, .int64, nil, nil),
        ({ $0 + 0.5 }, .float32, .float32, nil), ({ 0.5 * $0 }, .float32, .float32, nil),
        ({ exp($0) }, .float32, .float32, nil), ({ $0 / 2 }, .float32, .float32, nil),
        ({ 2 / $0 }, .float32, .float32, nil),
        ({ $0 .> 1 }, .bool, .bool, .bool), ({ maximum($0, 1) }, .int64, nil, nil), ({ $0 + true }, nil, nil, nil),
        ({ abs($0) }, nil, nil, nil), ({ clamp($0, min: 0) }, .int64, nil, nil),
        ({ clamp($0, max: 0.5) }, .float32, .float32, nil),
        ({ `where`($0 .> 0, $0, 0) }, .int64, nil, nil), ({ `where`($0 .> 0, 1, 2) }, .int64, .int64, .int64),
    ]

    @Test(arguments: literals.indices, DType.allCases)
    func literalsAdapt(index: Int, dtype: DType) {
        let row = Self.literals[index]
        let expected = dtype == .bool ? row.bool : dtype.isFloatingPoint ? row.float : row.integer
        #expect(row.f(Tensor([0, 1]).asType(dtype)).dtype == expected ?? dtype)
    }

    @Test func allPairsPromote() {
        for a in DType.allCases {
            for b in DType.allCases {
                let sum = Tensor([1, 1]).asType(a) + Tensor([1, 0]).asType(b)
                #expect(sum.dtype == DType.promoted(a, b), "\(a) + \(b)")
                #expect(sum.asType(.float64).elements == (a == .bool && b == .bool ? [1, 1] : [2, 1]), "\(a) + \(b)")
            }
        }
    }

    @Test func comparisonsAcrossTypes() {
        #expect((Tensor([1, 2], dtype: .int64) .== Tensor([1, 2.5])).array(of: Bool.self) == [true, false])
        #expect((Tensor([255], dtype: .uint8) .> Tensor([-1], dtype: .int32)).item() == true)
        #expect((Tensor([true]) .== 1).item() == true)
    }
}
