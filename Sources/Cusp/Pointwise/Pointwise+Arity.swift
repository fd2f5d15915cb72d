// Calling a Pointwise with one to eight operands: Swift cannot yet say "as many operands as `arity`".

extension Pointwise where arity == 1 {
    public func callAsFunction(_ a: some TensorOperand) -> Tensor {
        let operands: [1 of Operand<Tensor>] = [a.operand]
        return .apply(function, to: operands.span)
    }
    public func callAsFunction(_ a: Expression) -> Expression {
        .apply(function, to: [.value(a)].span)
    }
}

extension Pointwise where arity == 2 {
    public func callAsFunction(_ a: some TensorOperand, _ b: some TensorOperand) -> Tensor {
        let operands: [2 of Operand<Tensor>] = [a.operand, b.operand]
        return .apply(function, to: operands.span)
    }
    public func callAsFunction(_ a: Expression, _ b: Expression) -> Expression {
        .apply(function, to: [.value(a), .value(b)].span)
    }
}

extension Pointwise where arity == 3 {
    public func callAsFunction(_ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand) -> Tensor {
        let operands: [3 of Operand<Tensor>] = [a.operand, b.operand, c.operand]
        return .apply(function, to: operands.span)
    }
    public func callAsFunction(_ a: Expression, _ b: Expression, _ c: Expression) -> Expression {
        .apply(function, to: [.value(a), .value(b), .value(c)].span)
    }
}

extension Pointwise where arity == 4 {
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand
    ) -> Tensor {
        let operands: [4 of Operand<Tensor>] = [a.operand, b.operand, c.operand, d.operand]
        return .apply(function, to: operands.span)
    }
    public func callAsFunction(_ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression) -> Expression {
        .apply(function, to: [.value(a), .value(b), .value(c), .value(d)].span)
    }
}

extension Pointwise where arity == 5 {
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand
    ) -> Tensor {
        let operands: [5 of Operand<Tensor>] = [a.operand, b.operand, c.operand, d.operand, e.operand]
        return .apply(function, to: operands.span)
    }
    public func callAsFunction(_ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression)
        -> Expression
    {
        .apply(function, to: [.value(a), .value(b), .value(c), .value(d), .value(e)].span)
    }
}

extension Pointwise where arity == 6 {
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand, _ f: some TensorOperand
    ) -> Tensor {
        let operands: [6 of Operand<Tensor>] = [a.operand, b.operand, c.operand, d.operand, e.operand, f.operand]
        return .apply(function, to: operands.span)
    }
    public func callAsFunction(
        _ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression, _ f: Expression
    ) -> Expression {
        .apply(function, to: [.value(a), .value(b), .value(c), .value(d), .value(e), .value(f)].span)
    }
}

extension Pointwise where arity == 7 {
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand, _ f: some TensorOperand, _ g: some TensorOperand
    ) -> Tensor {
        let operands: [7 of Operand<Tensor>] = [
            a.operand, b.operand, c.operand, d.operand, e.operand, f.operand, g.operand,
        ]
        return .apply(function, to: operands.span)
    }
    public func callAsFunction(
        _ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression, _ f: Expression,
        _ g: Expression
    ) -> Expression {
        .apply(function, to: [.value(a), .value(b), .value(c), .value(d), .value(e), .value(f), .value(g)].span)
    }
}

extension Pointwise where arity == 8 {
    public func callAsFunction(
        _ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand,
        _ e: some TensorOperand, _ f: some TensorOperand, _ g: some TensorOperand, _ h: some TensorOperand
    ) -> Tensor {
        let operands: [8 of Operand<Tensor>] = [
            a.operand, b.operand, c.operand, d.operand, e.operand, f.operand, g.operand, h.operand,
        ]
        return .apply(function, to: operands.span)
    }
    public func callAsFunction(
        _ a: Expression, _ b: Expression, _ c: Expression, _ d: Expression, _ e: Expression, _ f: Expression,
        _ g: Expression, _ h: Expression
    ) -> Expression {
        .apply(
            function, to: [.value(a), .value(b), .value(c), .value(d), .value(e), .value(f), .value(g), .value(h)].span)
    }
}
