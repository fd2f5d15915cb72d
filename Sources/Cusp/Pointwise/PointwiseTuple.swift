/// An elementwise function with several results, computed in one pass; their gradients, too, in one pass.
///
///     let polar = PointwiseTuple { x, y in (sqrt(x * x + y * y), x * y, x / y, -y) }
///     let (radius, area, ratio, below) = polar(Tensor([3, 5]), Tensor([4, 12]))     // radius: [ 5. 13.], area: [12. 60.]
///
/// What several results use is computed once. A result gets a derivative of its own where it is written with a ``Pointwise``
/// that has one:
///
///     let step = Pointwise { x in x .>= 0 } derivative: { x in 25 * sigmoidSlope(25 * x) }
///     let spike = PointwiseTuple { u, threshold in (step(u - threshold), u - threshold * step(u - threshold)) }
///
/// There are as many results as the tuple has; where they and the operands are more than 24, they are computed in several passes.
public struct PointwiseTuple<let arity: Int, each Result: PointwiseResult>: Sendable {
    let function: PointwiseFunction
}

/// A ``PointwiseTuple`` of two.
public typealias PointwisePair<let arity: Int> = PointwiseTuple<arity, Expression, Expression>

/// A ``PointwiseTuple`` of three.
public typealias PointwiseTriple<let arity: Int> = PointwiseTuple<arity, Expression, Expression, Expression>

/// What can be a result of a ``PointwiseTuple``: an expression, or a number.
public protocol PointwiseResult {
    /// What it is where the function is applied to tensors.
    associatedtype Value = Tensor
    /// What it is where the function is applied to expressions.
    associatedtype Written = Expression
    var expression: Expression { get }
}

extension Expression: PointwiseResult {
    public var expression: Expression { self }
}

extension PointwiseResult where Self: Scalar {
    public var expression: Expression { Expression(self) }
}

extension Double: PointwiseResult {}
extension Int: PointwiseResult {}
extension Bool: PointwiseResult {}

extension PointwiseTuple: CustomStringConvertible {
    public var description: String { function.description }

    fileprivate init(listed body: ([Expression]) -> (repeat each Result)) {
        function = PointwiseFunction("pointwise", arity: arity) { x -> [Expression] in
            var list: [Expression] = []
            for result in repeat each body(x) { list.append(result.expression) }
            // Swift takes a closure whose results are of other types for one of nothing, and only warns.
            guard !list.isEmpty else { fatalError("PointwiseTuple: the closure gives no expressions or numbers") }
            return list
        }
    }

    fileprivate func results(_ operands: [Operand<Tensor>]) -> (repeat (each Result).Value) {
        var results = function.results(operands)[...]
        func next<R: PointwiseResult>(_: R.Type) -> R.Value { results.removeFirst() as! R.Value }
        return (repeat next((each Result).self))
    }

    fileprivate func inlined(_ operands: [Expression]) -> (repeat (each Result).Written) {
        var results = Tracer.running.inline(function.program, operands)[...]
        func next<R: PointwiseResult>(_: R.Type) -> R.Written { results.removeFirst() as! R.Written }
        return (repeat next((each Result).self))
    }
}

extension PointwiseFunction {
    /// Traces `body`, of several results, over `arity` parameters.
    package convenience init(_ name: String, arity: Int, _ body: ([Expression]) -> [Expression]) {
        let tracer = Tracer()
        let parameters = (0..<arity).map { _ in tracer.input() }
        self.init(name, tracer.program(tracer.trace { body(parameters) }))
    }

    package func results(_ operands: [Operand<Tensor>]) -> [Tensor] {
        do {
            return try evaluateAll(operands.span)
        } catch {
            return program.outputs.map { _ in attempt { () throws(TensorError) in throw error } }
        }
    }
}

// For one to eight operands: Swift cannot yet say "as many expressions as `arity`".

extension PointwiseTuple where arity == 1 {
    public init(_ body: (Expression) -> (repeat each Result)) { self.init(listed: { body($0[0]) }) }
    public func callAsFunction(_ a: some TensorOperand) -> (repeat (each Result).Value) { results([a.operand]) }
    public func callAsFunction(_ a: Expression) -> (repeat (each Result).Written) { inlined([a]) }
}

extension PointwiseTuple where arity == 2 {
    public init(_ body: (Expression, Expression) -> (repeat each Result)) { self.init(listed: { body($0[0], $0[1]) }) }
    public func callAsFunction(_ a: some TensorOperand, _ b: some TensorOperand) -> (repeat (each Result).Value) {
        results([a.operand, b.operand])
    }
    public func callAsFunction(_ a: Expression, _ b: Expression) -> (repeat (each Result).Written) { inlined([a, b]) }
}

extension PointwiseTuple where arity == 3 {
    public init(_ body: (Expression, Expression, Expression) -> (repeat each Result)) {
        self.init(listed: { body($0[0], $0[1], $0[2]) })
    }
    public func callAsFunction(_ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand) -> (
        repeat (each Result).Value
    ) { results([a.operand, b.operand, c.operand]) }
    public func callAsFunction(_ a: Expression, _ b: Expression, _ c: Expression) -> (repeat (each Result).Written) {
        inlined([a, b, c])
    }
}

extension PointwiseTuple where arity == 4 {
    public init(_ body: (Expression, Expression, Expression, Expression) -> (repeat each Result)) {
        self.init(listed: { body($0[0], $0[1], $0[2], $0[3]) })
    }
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand
    ) -> (repeat (each Result).Value) { results([a.operand, b.operand, c.operand, d.operand]) }
    public func callAsFunction(_ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression) -> (
        repeat (each Result).Written
    ) { inlined([a, b, c, d]) }
}

extension PointwiseTuple where arity == 5 {
    public init(_ body: (Expression, Expression, Expression, Expression, Expression) -> (repeat each Result)) {
        self.init(listed: { body($0[0], $0[1], $0[2], $0[3], $0[4]) })
    }
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand
    ) -> (repeat (each Result).Value) { results([a.operand, b.operand, c.operand, d.operand, e.operand]) }
    public func callAsFunction(_ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression) -> (
        repeat (each Result).Written
    ) { inlined([a, b, c, d, e]) }
}

extension PointwiseTuple where arity == 6 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression) -> (repeat each Result)
    ) { self.init(listed: { body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5]) }) }
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand, _ f: some TensorOperand
    ) -> (repeat (each Result).Value) { results([a.operand, b.operand, c.operand, d.operand, e.operand, f.operand]) }
    public func callAsFunction(
        _ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression, _ f: Expression
    ) -> (repeat (each Result).Written) { inlined([a, b, c, d, e, f]) }
}

extension PointwiseTuple where arity == 7 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression, Expression) -> (
            repeat each Result
        )
    ) { self.init(listed: { body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5], $0[6]) }) }
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand, _ f: some TensorOperand, _ g: some TensorOperand
    ) -> (repeat (each Result).Value) {
        results([a.operand, b.operand, c.operand, d.operand, e.operand, f.operand, g.operand])
    }
    public func callAsFunction(
        _ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression, _ f: Expression,
        _ g: Expression
    ) -> (repeat (each Result).Written) { inlined([a, b, c, d, e, f, g]) }
}

extension PointwiseTuple where arity == 8 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression, Expression, Expression) -> (
            repeat each Result
        )
    ) { self.init(listed: { body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5], $0[6], $0[7]) }) }
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand, _ f: some TensorOperand, _ g: some TensorOperand, _ h: some TensorOperand
    ) -> (repeat (each Result).Value) {
        results([a.operand, b.operand, c.operand, d.operand, e.operand, f.operand, g.operand, h.operand])
    }
    public func callAsFunction(
        _ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression, _ f: Expression,
        _ g: Expression, _ h: Expression
    ) -> (repeat (each Result).Written) { inlined([a, b, c, d, e, f, g, h]) }
}
