import Strided

extension Buffer {
    /// A vector of these numbers. For types that hold all of them; half precision is cast.
    init(_ values: [Double], _ dtype: DType) throws {
        try self.init(uninitialized: [values.count], dtype)
        for (i, value) in values.enumerated() {
            switch dtype {
            case .float32: (start + 4 * i).storeBytes(of: Float(value), as: Float.self)
            case .float64: (start + 8 * i).storeBytes(of: value, as: Double.self)
            case .int32: (start + 4 * i).storeBytes(of: Int32(value), as: Int32.self)
            case .int64: (start + 8 * i).storeBytes(of: Int64(value), as: Int64.self)
            case .uint8: (start + i).storeBytes(of: UInt8(value), as: UInt8.self)
            case .bool: (start + i).storeBytes(of: value == 0 ? 0 : 1, as: UInt8.self)
            case .float16, .bfloat16: fatalError("cast from another type")
            }
        }
    }

    /// The elements in row-major order, read byte by byte, without a kernel.
    var values: [Double] {
        Places(layout).places.map { place in
            let at = storage.data + place * dtype.size
            return switch dtype {
            case .float32: Double(at.loadUnaligned(as: Float.self))
            case .float64: at.loadUnaligned(as: Double.self)
            case .int32: Double(at.loadUnaligned(as: Int32.self))
            case .int64: Double(at.loadUnaligned(as: Int64.self))
            case .uint8, .bool: Double(at.load(as: UInt8.self))
            case .float16: Self.decoded(at.loadUnaligned(as: UInt16.self), digits: 10)
            case .bfloat16: Self.decoded(at.loadUnaligned(as: UInt16.self), digits: 7)
            }
        }
    }

    /// An IEEE number of 16 bits with so many digits after the first.
    private static func decoded(_ bits: UInt16, digits: Int) -> Double {
        let sign = bits >> 15 == 1 ? -1.0 : 1.0
        let exponentBits = 15 - digits
        let exponent = Int(bits >> UInt16(digits)) & (1 << exponentBits - 1)
        let fraction = Double(Int(bits) & (1 << digits - 1)) / Double(1 << digits)
        let bias = 1 << (exponentBits - 1) - 1
        if exponent == 1 << exponentBits - 1 { return fraction == 0 ? sign * .infinity : .nan }
        if exponent == 0 { return sign * fraction * Double(sign: .plus, exponent: 1 - bias, significand: 1) }
        return sign * (1 + fraction) * Double(sign: .plus, exponent: exponent - bias, significand: 1)
    }
}
