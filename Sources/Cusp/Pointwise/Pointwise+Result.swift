// Derivatives that use the function's result, for one to eight operands.

extension Pointwise where arity == 1 {
    /// - Parameter derivativeFromResult: the slopes, given the operands and then the result.
    ///
    ///     let root = Pointwise { x in sqrt(x) } derivativeFromResult: { x, y in 0.5 / y }
    public init(
        _ body: (Expression) -> Expression,
        derivativeFromResult derivative: @escaping @Sendable (Expression, Expression) -> Expression
    ) {
        function = PointwiseFunction("pointwise", arity: 1) {
            body($0[0])
        } derivative: { x, y in
            [derivative(x[0], y)]
        }
    }
}

extension Pointwise where arity == 2 {
    public init(
        _ body: (Expression, Expression) -> Expression,
        derivativeFromResult derivative:
            @escaping @Sendable (Expression, Expression, Expression) -> (Expression?, Expression?)
    ) {
        function = PointwiseFunction("pointwise", arity: 2) {
            body($0[0], $0[1])
        } derivative: { x, y in
            let s = derivative(x[0], x[1], y)
            return [s.0, s.1]
        }
    }
}

extension Pointwise where arity == 3 {
    public init(
        _ body: (Expression, Expression, Expression) -> Expression,
        derivativeFromResult derivative:
            @escaping @Sendable (Expression, Expression, Expression, Expression) -> (
                Expression?, Expression?, Expression?
            )
    ) {
        function = PointwiseFunction("pointwise", arity: 3) {
            body($0[0], $0[1], $0[2])
        } derivative: { x, y in
            let s = derivative(x[0], x[1], x[2], y)
            return [s.0, s.1, s.2]
        }
    }
}

extension Pointwise where arity == 4 {
    public init(
        _ body: (Expression, Expression, Expression, Expression) -> Expression,
        derivativeFromResult derivative:
            @escaping @Sendable (Expression, Expression, Expression, Expression, Expression) -> (
                Expression?, Expression?, Expression?, Expression?
            )
    ) {
        function = PointwiseFunction("pointwise", arity: 4) {
            body($0[0], $0[1], $0[2], $0[3])
        } derivative: { x, y in
            let s = derivative(x[0], x[1], x[2], x[3], y)
            return [s.0, s.1, s.2, s.3]
        }
    }
}

extension Pointwise where arity == 5 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression) -> Expression,
        derivativeFromResult derivative:
            @escaping @Sendable (Expression, Expression, Expression, Expression, Expression, Expression) -> (
                Expression?, Expression?, Expression?, Expression?, Expression?
            )
    ) {
        function = PointwiseFunction("pointwise", arity: 5) {
            body($0[0], $0[1], $0[2], $0[3], $0[4])
        } derivative: { x, y in
            let s = derivative(x[0], x[1], x[2], x[3], x[4], y)
            return [s.0, s.1, s.2, s.3, s.4]
        }
    }
}

extension Pointwise where arity == 6 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression) -> Expression,
        derivativeFromResult derivative:
            @escaping @Sendable (Expression, Expression, Expression, Expression, Expression, Expression, Expression) ->
            (Expression?, Expression?, Expression?, Expression?, Expression?, Expression?)
    ) {
        function = PointwiseFunction("pointwise", arity: 6) {
            body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5])
        } derivative: { x, y in
            let s = derivative(x[0], x[1], x[2], x[3], x[4], x[5], y)
            return [s.0, s.1, s.2, s.3, s.4, s.5]
        }
    }
}

extension Pointwise where arity == 7 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression, Expression) -> Expression,
        derivativeFromResult derivative:
            @escaping @Sendable (
                Expression, Expression, Expression, Expression, Expression, Expression, Expression, Expression
            ) -> (Expression?, Expression?, Expression?, Expression?, Expression?, Expression?, Expression?)
    ) {
        function = PointwiseFunction("pointwise", arity: 7) {
            body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5], $0[6])
        } derivative: { x, y in
            let s = derivative(x[0], x[1], x[2], x[3], x[4], x[5], x[6], y)
            return [s.0, s.1, s.2, s.3, s.4, s.5, s.6]
        }
    }
}

extension Pointwise where arity == 8 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression, Expression, Expression) ->
            Expression,
        derivativeFromResult derivative:
            @escaping @Sendable (
                Expression, Expression, Expression, Expression, Expression, Expression, Expression, Expression,
                Expression
            ) -> (
                Expression?, Expression?, Expression?, Expression?, Expression?, Expression?, Expression?, Expression?
            )
    ) {
        function = PointwiseFunction("pointwise", arity: 8) {
            body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5], $0[6], $0[7])
        } derivative: { x, y in
            let s = derivative(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], y)
            return [s.0, s.1, s.2, s.3, s.4, s.5, s.6, s.7]
        }
    }
}
