/// What elementwise functions work on: a ``Tensor``, which computes, or an ``Expression``, which is written down.
///
/// Every elementwise function of the library is defined once, over this protocol.
public protocol Elementwise {
    static func apply(_ function: PointwiseFunction, to operands: Span<Operand<Self>>) -> Self

    func asType(_ dtype: DType, file: StaticString, line: UInt) -> Self

    // Up to three operands are requirements too, so that the conforming type's own code runs, not generic code.
    static func apply(_ function: PointwiseFunction, _ a: Self) -> Self
    static func apply(_ function: PointwiseFunction, _ a: Self, _ b: Self) -> Self
    static func apply(_ function: PointwiseFunction, _ a: Self, _ b: Number) -> Self
    static func apply(_ function: PointwiseFunction, _ a: Number, _ b: Self) -> Self
    static func apply(_ function: PointwiseFunction, _ a: Self, _ b: Self, _ c: Self) -> Self
    static func apply(_ function: PointwiseFunction, _ a: Self, _ b: Self, _ c: Number) -> Self
    static func apply(_ function: PointwiseFunction, _ a: Self, _ b: Number, _ c: Self) -> Self
    static func apply(_ function: PointwiseFunction, _ a: Self, _ b: Number, _ c: Number) -> Self
}

/// What stands beside an operator: a tensor or expression, or a Swift number.
public enum Operand<Value> {
    case value(Value)
    case number(Number)
}

extension Operand: Sendable where Value: Sendable {}

extension Elementwise {
    /// The elements converted to another type.
    @_disfavoredOverload
    public func asType(_ dtype: DType) -> Self { asType(dtype, file: #fileID, line: #line) }

    // The operands stand on the stack: a list on the heap would cost as much as a small operation.
    public static func apply(_ function: PointwiseFunction, _ a: Self) -> Self {
        let operands: [1 of Operand<Self>] = [.value(a)]
        return apply(function, to: operands.span)
    }
    public static func apply(_ function: PointwiseFunction, _ a: Self, _ b: Self) -> Self {
        let operands: [2 of Operand<Self>] = [.value(a), .value(b)]
        return apply(function, to: operands.span)
    }
    public static func apply(_ function: PointwiseFunction, _ a: Self, _ b: Number) -> Self {
        let operands: [2 of Operand<Self>] = [.value(a), .number(b)]
        return apply(function, to: operands.span)
    }
    public static func apply(_ function: PointwiseFunction, _ a: Number, _ b: Self) -> Self {
        let operands: [2 of Operand<Self>] = [.number(a), .value(b)]
        return apply(function, to: operands.span)
    }
    public static func apply(_ function: PointwiseFunction, _ a: Self, _ b: Self, _ c: Self) -> Self {
        let operands: [3 of Operand<Self>] = [.value(a), .value(b), .value(c)]
        return apply(function, to: operands.span)
    }
    public static func apply(_ function: PointwiseFunction, _ a: Self, _ b: Self, _ c: Number) -> Self {
        let operands: [3 of Operand<Self>] = [.value(a), .value(b), .number(c)]
        return apply(function, to: operands.span)
    }
    public static func apply(_ function: PointwiseFunction, _ a: Self, _ b: Number, _ c: Self) -> Self {
        let operands: [3 of Operand<Self>] = [.value(a), .number(b), .value(c)]
        return apply(function, to: operands.span)
    }
    public static func apply(_ function: PointwiseFunction, _ a: Self, _ b: Number, _ c: Number) -> Self {
        let operands: [3 of Operand<Self>] = [.value(a), .number(b), .number(c)]
        return apply(function, to: operands.span)
    }

    // The client's compiler sees these, and calls the conforming type's own code.
    @inlinable static func apply(_ function: PointwiseFunction, _ a: Self, _ b: some Scalar) -> Self {
        apply(function, a, b.number)
    }
    @inlinable static func apply(_ function: PointwiseFunction, _ a: some Scalar, _ b: Self) -> Self {
        apply(function, a.number, b)
    }
}
