/// A Swift number that can be an element of a tensor, or stand beside a tensor in arithmetic.
///
/// Beside a tensor, a number adapts to the tensor: `x * 2.5` has the type of `x`, unless `x` holds integers or booleans that
/// cannot hold the number's kind. See ``Number``.
public protocol Scalar: Sendable {
    /// The element type that stores it without loss.
    static var dtype: DType { get }
    static var zero: Self { get }
    var number: Number { get }
}

/// A number on its way into a computation: its kind, not its size, decides the type of the result.
public enum Number: Sendable, Hashable {
    case bool(Bool)
    case int(Int)
    case float(Double)

    @inlinable public var double: Double {
        switch self {
        case .bool(let value): value ? 1 : 0
        case .int(let value): Double(value)
        case .float(let value): value
        }
    }

    /// Rounded once.
    package var float: Float {
        switch self {
        case .bool(let value): value ? 1 : 0
        case .int(let value): Float(value)
        case .float(let value): Float(value)
        }
    }

    /// The type of the result beside elements of `dtype`: that type if it is of the number's kind or a higher one (boolean,
    /// integer, float), else the default type of the number's kind.
    package func adapted(to dtype: DType) -> DType {
        switch self {
        case .bool: dtype
        case .int: dtype == .bool ? .int64 : dtype
        case .float: dtype.floating
        }
    }

    /// The type of a number that stands alone.
    package var standalone: DType {
        switch self {
        case .bool: .bool
        case .int: .int64
        case .float: .float32
        }
    }
}

extension Float: Scalar {
    @inlinable public static var dtype: DType { .float32 }
    @inlinable public var number: Number { .float(Double(self)) }
}
extension Double: Scalar {
    @inlinable public static var dtype: DType { .float64 }
    @inlinable public var number: Number { .float(self) }
}
extension Int: Scalar {
    @inlinable public static var dtype: DType { .int64 }
    @inlinable public var number: Number { .int(self) }
}
extension Int32: Scalar {
    @inlinable public static var dtype: DType { .int32 }
    @inlinable public var number: Number { .int(Int(self)) }
}
extension Int64: Scalar {
    @inlinable public static var dtype: DType { .int64 }
    @inlinable public var number: Number { .int(Int(self)) }
}
extension UInt8: Scalar {
    @inlinable public static var dtype: DType { .uint8 }
    @inlinable public var number: Number { .int(Int(self)) }
}
extension Bool: Scalar {
    public static var zero: Bool { false }
    @inlinable public static var dtype: DType { .bool }
    @inlinable public var number: Number { .bool(self) }
}
