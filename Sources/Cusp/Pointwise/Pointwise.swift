/// An elementwise function made from a closure: one pass over memory forward and one backward, however much it computes.
///
/// The closure runs once, over ``Expression``s, and is written down as a small program; the derivative is derived from the
/// rules of what it uses, or given.
///
///     let approximateGE = Pointwise { x, threshold, k in sigmoid(k * (x - threshold)) }
///     let y = approximateGE(x, 1.0, 100)          // operands are tensors or numbers, and broadcast
///
///     let step = Pointwise { x in x .>= 0 } derivative: { x in 25 * sigmoid(25 * x) * sigmoid(-25 * x) }
///
/// The parameter of the type is the number of operands, so that a wrong number of them does not compile. A given derivative
/// is the slope, or a tuple with the slope for each operand; it may itself be differentiated. Where it is 0, nothing of an
/// infinite or undefined gradient comes through.
public struct Pointwise<let arity: Int>: Sendable {
    let function: PointwiseFunction
}

/// What a pointwise function can be applied to: a tensor, or a number, which adapts to the tensors.
public protocol TensorOperand {
    var operand: Operand<Tensor> { get }
}

extension Tensor: TensorOperand {
    public var operand: Operand<Tensor> { .value(self) }
}

extension TensorOperand where Self: Scalar {
    public var operand: Operand<Tensor> { .number(number) }
}

extension Float: TensorOperand {}
extension Double: TensorOperand {}
extension Int: TensorOperand {}
extension Int32: TensorOperand {}
extension Int64: TensorOperand {}
extension UInt8: TensorOperand {}
extension Bool: TensorOperand {}

// MARK: - One set for each number of operands

extension Pointwise where arity == 1 {
    public init(_ body: (Expression) -> Expression) {
        function = PointwiseFunction("pointwise", arity: 1) { body($0[0]) }
    }

    /// - Parameter derivative: the slope.
    public init(
        _ body: (Expression) -> Expression,
        derivative: @escaping @Sendable (Expression) -> Expression
    ) {
        function = PointwiseFunction("pointwise", arity: 1) {
            body($0[0])
        } derivative: { x, _ in
            [derivative(x[0])]
        }
    }

    public func callAsFunction(_ a: some TensorOperand) -> Tensor {
        .apply(function, to: [a.operand].span)
    }

    public func callAsFunction(_ a: Expression) -> Expression {
        .apply(function, to: [.value(a)].span)
    }
}

extension Pointwise where arity == 2 {
    public init(_ body: (Expression, Expression) -> Expression) {
        function = PointwiseFunction("pointwise", arity: 2) { body($0[0], $0[1]) }
    }

    /// - Parameter derivative: the slopes with respect to the operands, in order.
    public init(
        _ body: (Expression, Expression) -> Expression,
        derivative: @escaping @Sendable (Expression, Expression) -> (Expression, Expression)
    ) {
        function = PointwiseFunction("pointwise", arity: 2) {
            body($0[0], $0[1])
        } derivative: { x, _ in
            let slopes = derivative(x[0], x[1])
            return [slopes.0, slopes.1]
        }
    }

    public func callAsFunction(_ a: some TensorOperand, _ b: some TensorOperand) -> Tensor {
        .apply(function, to: [a.operand, b.operand].span)
    }

    public func callAsFunction(_ a: Expression, _ b: Expression) -> Expression {
        .apply(function, to: [.value(a), .value(b)].span)
    }
}

extension Pointwise where arity == 3 {
    public init(_ body: (Expression, Expression, Expression) -> Expression) {
        function = PointwiseFunction("pointwise", arity: 3) { body($0[0], $0[1], $0[2]) }
    }

    /// - Parameter derivative: the slopes with respect to the operands, in order.
    public init(
        _ body: (Expression, Expression, Expression) -> Expression,
        derivative: @escaping @Sendable (Expression, Expression, Expression) -> (Expression, Expression, Expression)
    ) {
        function = PointwiseFunction("pointwise", arity: 3) {
            body($0[0], $0[1], $0[2])
        } derivative: { x, _ in
            let slopes = derivative(x[0], x[1], x[2])
            return [slopes.0, slopes.1, slopes.2]
        }
    }

    public func callAsFunction(_ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand) -> Tensor {
        .apply(function, to: [a.operand, b.operand, c.operand].span)
    }

    public func callAsFunction(_ a: Expression, _ b: Expression, _ c: Expression) -> Expression {
        .apply(function, to: [.value(a), .value(b), .value(c)].span)
    }
}

extension Pointwise where arity == 4 {
    public init(_ body: (Expression, Expression, Expression, Expression) -> Expression) {
        function = PointwiseFunction("pointwise", arity: 4) { body($0[0], $0[1], $0[2], $0[3]) }
    }

    /// - Parameter derivative: the slopes with respect to the operands, in order.
    public init(
        _ body: (Expression, Expression, Expression, Expression) -> Expression,
        derivative:
            @escaping @Sendable (Expression, Expression, Expression, Expression) -> (
                Expression, Expression, Expression, Expression
            )
    ) {
        function = PointwiseFunction("pointwise", arity: 4) {
            body($0[0], $0[1], $0[2], $0[3])
        } derivative: { x, _ in
            let slopes = derivative(x[0], x[1], x[2], x[3])
            return [slopes.0, slopes.1, slopes.2, slopes.3]
        }
    }

    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand
    ) -> Tensor {
        .apply(function, to: [a.operand, b.operand, c.operand, d.operand].span)
    }

    public func callAsFunction(_ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression) -> Expression {
        .apply(function, to: [.value(a), .value(b), .value(c), .value(d)].span)
    }
}
