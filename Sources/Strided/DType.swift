/// The type of a tensor's elements.
///
/// Arithmetic runs in float32, float64, int32 and int64; the others convert on the way. `float16` and `bfloat16` are for
/// storage and conversion.
public enum DType: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    // The raw values are those of ck_dtype.
    case float32, float64, int32, int64, uint8, bool, float16, bfloat16

    /// Bytes per element.
    @inlinable public var size: Int {
        switch self {
        case .float32, .int32: 4
        case .float64, .int64: 8
        case .uint8, .bool: 1
        case .float16, .bfloat16: 2
        }
    }

    @inlinable public var isFloatingPoint: Bool {
        switch self {
        case .float32, .float64, .float16, .bfloat16: true
        case .int32, .int64, .uint8, .bool: false
        }
    }

    public var description: String {
        switch self {
        case .float32: "float32"
        case .float64: "float64"
        case .int32: "int32"
        case .int64: "int64"
        case .uint8: "uint8"
        case .bool: "bool"
        case .float16: "float16"
        case .bfloat16: "bfloat16"
        }
    }
}

extension DType {
    /// Where a type stands among those that it can be promoted to: bool, integers by size, floats by size.
    private var rank: Int {
        switch self {
        case .bool: 0
        case .uint8: 1
        case .int32: 2
        case .int64: 3
        case .float16: 4
        case .bfloat16: 5
        case .float32: 6
        case .float64: 7
        }
    }

    /// The type that holds the result of arithmetic on `a` and `b`: the larger of two integers or two floats, the float of an
    /// integer and a float; the two half precisions, of which neither holds the other, meet in float32.
    ///
    ///     DType.promoted(.int64, .float32)     // float32
    ///     DType.promoted(.uint8, .int32)       // int32
    public static func promoted(_ a: DType, _ b: DType) -> DType {
        if a == b { return a }
        if a.rank + b.rank == 9, max(a.rank, b.rank) == 5 { return .float32 }
        return a.rank > b.rank ? a : b
    }

    /// Whether every element of this type is one of `other`, too.
    package func fits(in other: DType) -> Bool {
        switch (self, other) {
        case (.bool, _), (.int32, .int64), (.int32, .float64), (.float32, .float64): true
        case (.uint8, _): other != .bool
        case (.float16, .float32), (.float16, .float64), (.bfloat16, .float32), (.bfloat16, .float64): true
        default: self == other
        }
    }

    /// The float type that a function such as `exp` computes in: this type if it is one, else float32.
    public var floating: DType { isFloatingPoint ? self : .float32 }

    /// The type in which kernels compute for elements of this one.
    package var compute: DType {
        switch self {
        case .float32, .float64, .int32, .int64: self
        case .float16, .bfloat16: .float32
        case .uint8, .bool: .int32
        }
    }
}
