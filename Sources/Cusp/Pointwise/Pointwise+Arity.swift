// What Pointwise offers for each number of operands, one to eight: Swift cannot yet say "as many expressions as `arity`".

extension Pointwise where arity == 1 {
    public init(_ body: (Expression) -> Expression) {
        function = PointwiseFunction("pointwise", arity: 1) { body($0[0]) }
    }
    public init(_ body: (Expression) -> Expression, derivative: @escaping @Sendable (Expression) -> Expression) {
        function = PointwiseFunction("pointwise", arity: 1) {
            body($0[0])
        } derivative: { x, _ in
            [derivative(x[0])]
        }
    }
    public func callAsFunction(_ a: some TensorOperand) -> Tensor {
        let operands: [1 of Operand<Tensor>] = [a.operand]
        return .apply(function, to: operands.span)
    }
    public func callAsFunction(_ a: Expression) -> Expression {
        .apply(function, to: [.value(a)].span)
    }
}

extension Pointwise where arity == 2 {
    public init(_ body: (Expression, Expression) -> Expression) {
        function = PointwiseFunction("pointwise", arity: 2) { body($0[0], $0[1]) }
    }
    public init(
        _ body: (Expression, Expression) -> Expression,
        derivative: @escaping @Sendable (Expression, Expression) -> (Expression?, Expression?)
    ) {
        function = PointwiseFunction("pointwise", arity: 2) {
            body($0[0], $0[1])
        } derivative: { x, _ in
            let s = derivative(x[0], x[1])
            return [s.0, s.1]
        }
    }
    public func callAsFunction(_ a: some TensorOperand, _ b: some TensorOperand) -> Tensor {
        let operands: [2 of Operand<Tensor>] = [a.operand, b.operand]
        return .apply(function, to: operands.span)
    }
    public func callAsFunction(_ a: Expression, _ b: Expression) -> Expression {
        .apply(function, to: [.value(a), .value(b)].span)
    }
}

extension Pointwise where arity == 3 {
    public init(_ body: (Expression, Expression, Expression) -> Expression) {
        function = PointwiseFunction("pointwise", arity: 3) { body($0[0], $0[1], $0[2]) }
    }
    public init(
        _ body: (Expression, Expression, Expression) -> Expression,
        derivative: @escaping @Sendable (Expression, Expression, Expression) -> (Expression?, Expression?, Expression?)
    ) {
        function = PointwiseFunction("pointwise", arity: 3) {
            body($0[0], $0[1], $0[2])
        } derivative: { x, _ in
            let s = derivative(x[0], x[1], x[2])
            return [s.0, s.1, s.2]
        }
    }
    public func callAsFunction(_ a: some TensorOperand, _ b: some TensorOperand, _ c: some TensorOperand) -> Tensor {
        let operands: [3 of Operand<Tensor>] = [a.operand, b.operand, c.operand]
        return .apply(function, to: operands.span)
    }
    public func callAsFunction(_ a: Expression, _ b: Expression, _ c: Expression) -> Expression {
        .apply(function, to: [.value(a), .value(b), .value(c)].span)
    }
}

extension Pointwise where arity == 4 {
    public init(_ body: (Expression, Expression, Expression, Expression) -> Expression) {
        function = PointwiseFunction("pointwise", arity: 4) { body($0[0], $0[1], $0[2], $0[3]) }
    }
    public init(
        _ body: (Expression, Expression, Expression, Expression) -> Expression,
        derivative:
            @escaping @Sendable (Expression, Expression, Expression, Expression) -> (
                Expression?, Expression?, Expression?, Expression?
            )
    ) {
        function = PointwiseFunction("pointwise", arity: 4) {
            body($0[0], $0[1], $0[2], $0[3])
        } derivative: { x, _ in
            let s = derivative(x[0], x[1], x[2], x[3])
            return [s.0, s.1, s.2, s.3]
        }
    }
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
    public init(_ body: (Expression, Expression, Expression, Expression, Expression) -> Expression) {
        function = PointwiseFunction("pointwise", arity: 5) { body($0[0], $0[1], $0[2], $0[3], $0[4]) }
    }
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression) -> Expression,
        derivative:
            @escaping @Sendable (Expression, Expression, Expression, Expression, Expression) -> (
                Expression?, Expression?, Expression?, Expression?, Expression?
            )
    ) {
        function = PointwiseFunction("pointwise", arity: 5) {
            body($0[0], $0[1], $0[2], $0[3], $0[4])
        } derivative: { x, _ in
            let s = derivative(x[0], x[1], x[2], x[3], x[4])
            return [s.0, s.1, s.2, s.3, s.4]
        }
    }
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
    public init(_ body: (Expression, Expression, Expression, Expression, Expression, Expression) -> Expression) {
        function = PointwiseFunction("pointwise", arity: 6) { body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5]) }
    }
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression) -> Expression,
        derivative:
            @escaping @Sendable (Expression, Expression, Expression, Expression, Expression, Expression) -> (
                Expression?, Expression?, Expression?, Expression?, Expression?, Expression?
            )
    ) {
        function = PointwiseFunction("pointwise", arity: 6) {
            body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5])
        } derivative: { x, _ in
            let s = derivative(x[0], x[1], x[2], x[3], x[4], x[5])
            return [s.0, s.1, s.2, s.3, s.4, s.5]
        }
    }
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
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression, Expression) -> Expression
    ) {
        function = PointwiseFunction("pointwise", arity: 7) { body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5], $0[6]) }
    }
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression, Expression) -> Expression,
        derivative:
            @escaping @Sendable (Expression, Expression, Expression, Expression, Expression, Expression, Expression) ->
            (Expression?, Expression?, Expression?, Expression?, Expression?, Expression?, Expression?)
    ) {
        function = PointwiseFunction("pointwise", arity: 7) {
            body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5], $0[6])
        } derivative: { x, _ in
            let s = derivative(x[0], x[1], x[2], x[3], x[4], x[5], x[6])
            return [s.0, s.1, s.2, s.3, s.4, s.5, s.6]
        }
    }
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
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression, Expression, Expression) ->
            Expression
    ) {
        function = PointwiseFunction("pointwise", arity: 8) {
            body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5], $0[6], $0[7])
        }
    }
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression, Expression, Expression) ->
            Expression,
        derivative:
            @escaping @Sendable (
                Expression, Expression, Expression, Expression, Expression, Expression, Expression, Expression
            ) -> (
                Expression?, Expression?, Expression?, Expression?, Expression?, Expression?, Expression?, Expression?
            )
    ) {
        function = PointwiseFunction("pointwise", arity: 8) {
            body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5], $0[6], $0[7])
        } derivative: { x, _ in
            let s = derivative(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7])
            return [s.0, s.1, s.2, s.3, s.4, s.5, s.6, s.7]
        }
    }
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
