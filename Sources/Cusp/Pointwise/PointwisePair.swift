// Pointwise functions of several results, for one to eight operands: Swift cannot yet say "as many expressions as `arity`".

/// An elementwise function with two results, computed in one pass; their gradients, too, in one pass.
///
///     let polar = PointwisePair { x, y in (sqrt(x * x + y * y), x * y) }
///     let (radius, area) = polar(Tensor([3, 5]), Tensor([4, 12]))     // [ 5. 13.] and [12. 60.]
///
/// What both results use is computed once. A result gets a derivative of its own where it is written with a ``Pointwise`` that
/// has one:
///
///     let step = Pointwise { x in x .>= 0 } derivative: { x in 25 * sigmoidSlope(25 * x) }
///     let spike = PointwisePair { u, threshold in (step(u - threshold), u - threshold * step(u - threshold)) }
public struct PointwisePair<let arity: Int>: Sendable {
    let function: PointwiseFunction
}

/// An elementwise function with three results. See ``PointwisePair``.
public struct PointwiseTriple<let arity: Int>: Sendable {
    let function: PointwiseFunction
}

extension PointwisePair: CustomStringConvertible {
    public var description: String { function.description }

    fileprivate init(_ body: ([Expression]) -> (Expression, Expression)) {
        function = PointwiseFunction("pointwise", arity: arity) { x -> [Expression] in
            let results = body(x)
            return [results.0, results.1]
        }
    }
    fileprivate func results(_ operands: [Operand<Tensor>]) -> (Tensor, Tensor) {
        let results = function.results(operands)
        return (results[0], results[1])
    }
    fileprivate func inlined(_ operands: [Expression]) -> (Expression, Expression) {
        let results = function.inlined(operands)
        return (results[0], results[1])
    }
}

extension PointwiseTriple: CustomStringConvertible {
    public var description: String { function.description }

    fileprivate init(_ body: ([Expression]) -> (Expression, Expression, Expression)) {
        function = PointwiseFunction("pointwise", arity: arity) { x -> [Expression] in
            let results = body(x)
            return [results.0, results.1, results.2]
        }
    }
    fileprivate func results(_ operands: [Operand<Tensor>]) -> (Tensor, Tensor, Tensor) {
        let results = function.results(operands)
        return (results[0], results[1], results[2])
    }
    fileprivate func inlined(_ operands: [Expression]) -> (Expression, Expression, Expression) {
        let results = function.inlined(operands)
        return (results[0], results[1], results[2])
    }
}

extension PointwiseFunction {
    /// Traces `body`, of several results, over `arity` parameters.
    fileprivate convenience init(_ name: String, arity: Int, _ body: ([Expression]) -> [Expression]) {
        let tracer = Tracer()
        let parameters = (0..<arity).map { _ in tracer.input() }
        self.init(name, tracer.program(tracer.trace { body(parameters) }))
    }

    fileprivate func inlined(_ operands: [Expression]) -> [Expression] {
        guard let tracer = Tracer.current else {
            fatalError("Pointwise: an expression was used outside of the closure that it is a parameter of")
        }
        return tracer.inline(program, operands)
    }

    fileprivate func results(_ operands: [Operand<Tensor>]) -> [Tensor] {
        do {
            return try evaluateAll(operands.span)
        } catch {
            return program.outputs.map { _ in attempt { () throws(TensorError) in throw error } }
        }
    }
}

extension PointwisePair where arity == 1 {
    public init(_ body: (Expression) -> (Expression, Expression)) { self.init { body($0[0]) } }
    public func callAsFunction(_ a: some TensorOperand) -> (Tensor, Tensor) { results([a.operand]) }
    public func callAsFunction(_ a: Expression) -> (Expression, Expression) { inlined([a]) }
}

extension PointwisePair where arity == 2 {
    public init(_ body: (Expression, Expression) -> (Expression, Expression)) { self.init { body($0[0], $0[1]) } }
    public func callAsFunction(_ a: some TensorOperand, _ b: some TensorOperand) -> (Tensor, Tensor) {
        results([a.operand, b.operand])
    }
    public func callAsFunction(_ a: Expression, _ b: Expression) -> (Expression, Expression) { inlined([a, b]) }
}

extension PointwisePair where arity == 3 {
    public init(_ body: (Expression, Expression, Expression) -> (Expression, Expression)) {
        self.init { body($0[0], $0[1], $0[2]) }
    }
    public func callAsFunction(_ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand) -> (
        Tensor, Tensor
    ) { results([a.operand, b.operand, c.operand]) }
    public func callAsFunction(_ a: Expression, _ b: Expression, _ c: Expression) -> (Expression, Expression) {
        inlined([a, b, c])
    }
}

extension PointwisePair where arity == 4 {
    public init(_ body: (Expression, Expression, Expression, Expression) -> (Expression, Expression)) {
        self.init { body($0[0], $0[1], $0[2], $0[3]) }
    }
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand
    ) -> (Tensor, Tensor) { results([a.operand, b.operand, c.operand, d.operand]) }
    public func callAsFunction(_ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression) -> (
        Expression, Expression
    ) { inlined([a, b, c, d]) }
}

extension PointwisePair where arity == 5 {
    public init(_ body: (Expression, Expression, Expression, Expression, Expression) -> (Expression, Expression)) {
        self.init { body($0[0], $0[1], $0[2], $0[3], $0[4]) }
    }
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand
    ) -> (Tensor, Tensor) { results([a.operand, b.operand, c.operand, d.operand, e.operand]) }
    public func callAsFunction(_ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression) -> (
        Expression, Expression
    ) { inlined([a, b, c, d, e]) }
}

extension PointwisePair where arity == 6 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression) -> (Expression, Expression)
    ) { self.init { body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5]) } }
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand, _ f: some TensorOperand
    ) -> (Tensor, Tensor) { results([a.operand, b.operand, c.operand, d.operand, e.operand, f.operand]) }
    public func callAsFunction(
        _ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression, _ f: Expression
    ) -> (Expression, Expression) { inlined([a, b, c, d, e, f]) }
}

extension PointwisePair where arity == 7 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression, Expression) -> (
            Expression, Expression
        )
    ) { self.init { body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5], $0[6]) } }
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand, _ f: some TensorOperand, _ g: some TensorOperand
    ) -> (Tensor, Tensor) { results([a.operand, b.operand, c.operand, d.operand, e.operand, f.operand, g.operand]) }
    public func callAsFunction(
        _ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression, _ f: Expression,
        _ g: Expression
    ) -> (Expression, Expression) { inlined([a, b, c, d, e, f, g]) }
}

extension PointwisePair where arity == 8 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression, Expression, Expression) -> (
            Expression, Expression
        )
    ) { self.init { body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5], $0[6], $0[7]) } }
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand, _ f: some TensorOperand, _ g: some TensorOperand, _ h: some TensorOperand
    ) -> (Tensor, Tensor) {
        results([a.operand, b.operand, c.operand, d.operand, e.operand, f.operand, g.operand, h.operand])
    }
    public func callAsFunction(
        _ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression, _ f: Expression,
        _ g: Expression, _ h: Expression
    ) -> (Expression, Expression) { inlined([a, b, c, d, e, f, g, h]) }
}

extension PointwiseTriple where arity == 1 {
    public init(_ body: (Expression) -> (Expression, Expression, Expression)) { self.init { body($0[0]) } }
    public func callAsFunction(_ a: some TensorOperand) -> (Tensor, Tensor, Tensor) { results([a.operand]) }
    public func callAsFunction(_ a: Expression) -> (Expression, Expression, Expression) { inlined([a]) }
}

extension PointwiseTriple where arity == 2 {
    public init(_ body: (Expression, Expression) -> (Expression, Expression, Expression)) {
        self.init { body($0[0], $0[1]) }
    }
    public func callAsFunction(_ a: some TensorOperand, _ b: some TensorOperand) -> (Tensor, Tensor, Tensor) {
        results([a.operand, b.operand])
    }
    public func callAsFunction(_ a: Expression, _ b: Expression) -> (Expression, Expression, Expression) {
        inlined([a, b])
    }
}

extension PointwiseTriple where arity == 3 {
    public init(_ body: (Expression, Expression, Expression) -> (Expression, Expression, Expression)) {
        self.init { body($0[0], $0[1], $0[2]) }
    }
    public func callAsFunction(_ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand) -> (
        Tensor, Tensor, Tensor
    ) { results([a.operand, b.operand, c.operand]) }
    public func callAsFunction(_ a: Expression, _ b: Expression, _ c: Expression) -> (
        Expression, Expression, Expression
    ) { inlined([a, b, c]) }
}

extension PointwiseTriple where arity == 4 {
    public init(_ body: (Expression, Expression, Expression, Expression) -> (Expression, Expression, Expression)) {
        self.init { body($0[0], $0[1], $0[2], $0[3]) }
    }
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand
    ) -> (Tensor, Tensor, Tensor) { results([a.operand, b.operand, c.operand, d.operand]) }
    public func callAsFunction(_ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression) -> (
        Expression, Expression, Expression
    ) { inlined([a, b, c, d]) }
}

extension PointwiseTriple where arity == 5 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression) -> (Expression, Expression, Expression)
    ) { self.init { body($0[0], $0[1], $0[2], $0[3], $0[4]) } }
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand
    ) -> (Tensor, Tensor, Tensor) { results([a.operand, b.operand, c.operand, d.operand, e.operand]) }
    public func callAsFunction(_ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression) -> (
        Expression, Expression, Expression
    ) { inlined([a, b, c, d, e]) }
}

extension PointwiseTriple where arity == 6 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression) -> (
            Expression, Expression, Expression
        )
    ) { self.init { body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5]) } }
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand, _ f: some TensorOperand
    ) -> (Tensor, Tensor, Tensor) { results([a.operand, b.operand, c.operand, d.operand, e.operand, f.operand]) }
    public func callAsFunction(
        _ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression, _ f: Expression
    ) -> (Expression, Expression, Expression) { inlined([a, b, c, d, e, f]) }
}

extension PointwiseTriple where arity == 7 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression, Expression) -> (
            Expression, Expression, Expression
        )
    ) { self.init { body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5], $0[6]) } }
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand, _ f: some TensorOperand, _ g: some TensorOperand
    ) -> (Tensor, Tensor, Tensor) {
        results([a.operand, b.operand, c.operand, d.operand, e.operand, f.operand, g.operand])
    }
    public func callAsFunction(
        _ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression, _ f: Expression,
        _ g: Expression
    ) -> (Expression, Expression, Expression) { inlined([a, b, c, d, e, f, g]) }
}

extension PointwiseTriple where arity == 8 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression, Expression, Expression) -> (
            Expression, Expression, Expression
        )
    ) { self.init { body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5], $0[6], $0[7]) } }
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand, _ f: some TensorOperand, _ g: some TensorOperand, _ h: some TensorOperand
    ) -> (Tensor, Tensor, Tensor) {
        results([a.operand, b.operand, c.operand, d.operand, e.operand, f.operand, g.operand, h.operand])
    }
    public func callAsFunction(
        _ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression, _ f: Expression,
        _ g: Expression, _ h: Expression
    ) -> (Expression, Expression, Expression) { inlined([a, b, c, d, e, f, g, h]) }
}
