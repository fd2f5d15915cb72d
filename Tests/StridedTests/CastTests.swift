import Strided
import Testing

/// Casts between all pairs of types, against the rules in words: to integers floats truncate and saturate and NaN is 0, integers
/// wrap around, everything but 0 is true, and to a shorter float the nearest one, even at a tie.
@Suite struct CastTests {
    static let pairs = DType.allCases.flatMap { from in DType.allCases.map { (from, $0) } }

    static let values: [Double] = [
        0, -0.0, 1, -1, 0.5, -0.5, 0.99999, 1.5, 2.5, -2.5, 127, 128, 255, 256, 300, -300, 65504, 65519.99, 65520, 1e5,
        2_147_483_647, 2_147_483_648, -2_147_483_648, -2_147_483_649, 3e9, -3e9, 1e10, 16_777_217,
        9_007_199_254_740_992,
        9.3e18, -9.3e18, 1e19, -1e30, 1e38, 3.5e38, 1e300, -1e300, 1e-5, 6e-8, 2e-8, 1e-38, 1e-44, 1e-46, 0x1p-1030,
        1 + 1 / 256.0, 1 + 3 / 256.0, 1 + 1 / 2048.0, 1 + 3 / 2048.0, 1 / 3.0, .nan, .infinity, -.infinity,
    ]

    @Test(arguments: pairs)
    func cast(from: DType, to: DType) throws {
        // What is checked first, from float64, makes the operands of the others.
        let source = try Buffer(Self.values, .float64).copied(as: from)
        let inputs = source.values
        let results = try source.copied(as: to).values
        for (input, result) in zip(inputs, results) {
            let expected = Self.converted(input, from, to)
            #expect(
                result == expected && (result != 0 || result.sign == expected.sign) || result.isNaN && expected.isNaN,
                "\(input) is \(result), not \(expected)")
        }
    }

    static func converted(_ x: Double, _ from: DType, _ to: DType) -> Double {
        switch to {
        case .bool: return x == 0 ? 0 : 1
        case .float64: return x
        case .float32: return Double(Float(x))
        // An integer becomes a float32 on its way to half precision.
        case .float16:
            return rounded(from.isFloatingPoint ? x : Double(Float(x)), digits: 10, lowest: -14, largest: 65504)
        case .bfloat16:
            return rounded(
                from.isFloatingPoint ? x : Double(Float(x)), digits: 7, lowest: -126,
                largest: Double(Float(bitPattern: 0x7f7f_0000)))
        case .uint8: return integer(x, from, UInt8.self)
        case .int32: return integer(x, from, Int32.self)
        case .int64: return integer(x, from, Int64.self)
        }
    }

    static func integer<I: FixedWidthInteger>(_ x: Double, _ from: DType, _: I.Type) -> Double {
        if !from.isFloatingPoint {
            // Past 2^53 the reading as Double is a little off; exactness there has a test of its own.
            return Double(I(truncatingIfNeeded: Int64(exactly: x) ?? (x > 0 ? .max : .min)))
        }
        if x.isNaN { return 0 }
        return x >= Double(I.max) ? Double(I.max) : x <= Double(I.min) ? Double(I.min) : Double(I(x))
    }

    static func rounded(_ x: Double, digits: Int, lowest: Int, largest: Double) -> Double {
        guard x.isFinite && x != 0 else { return x }
        let exponent = max(Int(x.exponent), lowest)
        let unit = Double(sign: .plus, exponent: exponent - digits, significand: 1)
        let result = (x / unit).rounded(.toNearestOrEven) * unit
        return result.magnitude > largest ? (x < 0 ? -.infinity : .infinity) : result
    }

    @Test func theRulerMeasures() {
        #expect(Self.converted(65519.99, .float64, .float16) == 65504)
        #expect(Self.converted(65520, .float64, .float16) == .infinity)
        #expect(Self.converted(1 + 1 / 256.0, .float64, .bfloat16) == 1)
        #expect(Self.converted(1 + 3 / 256.0, .float64, .bfloat16) == 1 + 4 / 256.0)
        #expect(Self.converted(300, .int32, .uint8) == 44 && Self.converted(300, .float32, .uint8) == 255)
        #expect(Self.converted(-1, .int64, .uint8) == 255 && Self.converted(.nan, .float32, .int32) == 0)
    }

    @Test func integersWrapExactly() throws {
        let values: [Int64] = [.max, .min, (1 << 53) + 1, -(1 << 53) - 1, 1 << 32, (1 << 40) + 300, -1]
        let source = try Buffer(uninitialized: [values.count], .int64)
        for (i, value) in values.enumerated() {
            source.start.storeBytes(of: value, toByteOffset: i * 8, as: Int64.self)
        }
        #expect(try source.copied(as: .int32).values == values.map { Double(Int32(truncatingIfNeeded: $0)) })
        #expect(try source.copied(as: .uint8).values == values.map { Double(UInt8(truncatingIfNeeded: $0)) })
        #expect(try source.copied(as: .float32).values == values.map { Double(Float($0)) })
        #expect(try source.copied(as: .float64).values == values.map { Double($0) })
        #expect(try source.copied(as: .bool).values == values.map { _ in 1 })
    }
}
