import Strided
import Testing

@Suite struct DTypeTests {
    static let order: [DType] = [.bool, .uint8, .int32, .int64, .float16, .bfloat16, .float32, .float64]

    /// Rows and columns in `order`. Integers with integers and floats with floats are the array API standard's table; the
    /// standard leaves open bool with others and integers with floats, and has no half precision.
    static let table: [[DType]] = [
        [.bool, .uint8, .int32, .int64, .float16, .bfloat16, .float32, .float64],
        [.uint8, .uint8, .int32, .int64, .float16, .bfloat16, .float32, .float64],
        [.int32, .int32, .int32, .int64, .float16, .bfloat16, .float32, .float64],
        [.int64, .int64, .int64, .int64, .float16, .bfloat16, .float32, .float64],
        [.float16, .float16, .float16, .float16, .float16, .float32, .float32, .float64],
        [.bfloat16, .bfloat16, .bfloat16, .bfloat16, .float32, .bfloat16, .float32, .float64],
        [.float32, .float32, .float32, .float32, .float32, .float32, .float32, .float64],
        [.float64, .float64, .float64, .float64, .float64, .float64, .float64, .float64],
    ]

    @Test func promotion() {
        #expect(Set(Self.order) == Set(DType.allCases))
        for (a, row) in zip(Self.order, Self.table) {
            for (b, expected) in zip(Self.order, row) {
                #expect(DType.promoted(a, b) == expected, "\(a) and \(b)")
                #expect(DType.promoted(b, a) == expected, "\(b) and \(a)")
            }
        }
    }

    @Test(arguments: [
        (DType.bool, 1, "bool", DType.float32), (.uint8, 1, "uint8", .float32), (.int32, 4, "int32", .float32),
        (.int64, 8, "int64", .float32), (.float16, 2, "float16", .float16), (.bfloat16, 2, "bfloat16", .bfloat16),
        (.float32, 4, "float32", .float32), (.float64, 8, "float64", .float64),
    ])
    func properties(dtype: DType, size: Int, name: String, floating: DType) {
        #expect(dtype.size == size && dtype.description == name && dtype.floating == floating)
        #expect(dtype.isFloatingPoint == name.contains("float"))
    }

    @Test func computeHoldsTheType() {
        for dtype in DType.allCases {
            #expect(DType.promoted(dtype, dtype.compute) == dtype.compute)
            #expect(dtype.compute.compute == dtype.compute)
        }
    }

    static let adapted: [(Number, [DType])] = [
        (.bool(true), order),
        (.int(3), [.int64, .uint8, .int32, .int64, .float16, .bfloat16, .float32, .float64]),
        (.float(2.5), [.float32, .float32, .float32, .float32, .float16, .bfloat16, .float32, .float64]),
    ]

    @Test(arguments: adapted)
    func numbersAdapt(number: Number, expected: [DType]) {
        for (dtype, result) in zip(Self.order, expected) {
            #expect(number.adapted(to: dtype) == result, "\(number) beside \(dtype)")
        }
    }

    @Test func numbersAlone() {
        #expect(Float(2).number == .float(2) && Double(2).number == .float(2) && Int(2).number == .int(2))
        #expect(Int32(2).number == .int(2) && Int64(2).number == .int(2) && UInt8(2).number == .int(2))
        #expect(true.number == .bool(true))
        #expect(Number.bool(true).standalone == .bool)
        #expect(Number.int(1).standalone == .int64 && Number.float(1).standalone == .float32)
        #expect(Number.bool(true).double == 1 && Number.int(-3).double == -3 && Number.float(0.5).double == 0.5)
    }
}
