// Making a Pointwise of one to eight operands: Swift cannot yet say "as many expressions as `arity`".

extension Pointwise {
    /// Traces `body`; with a derivative, if it is given, in one way or the other.
    fileprivate init(
        _ isGiven: Bool, _ isGivenFromResult: Bool, _ body: ([Expression]) -> Expression,
        derivative: @escaping @Sendable ([Expression], Expression) -> [Expression?]
    ) {
        guard isGiven || isGivenFromResult else {
            function = PointwiseFunction("pointwise", arity: arity, body)
            return
        }
        guard !(isGiven && isGivenFromResult) else {
            fatalError("Pointwise: derivative and derivativeFromResult are both given; leave one out")
        }
        function = PointwiseFunction("pointwise", arity: arity, body, derivative: derivative)
    }
}

// One initialiser each, for with several the compiler (Swift 6.3) stops at a wrong number of slopes without saying so.

extension Pointwise where arity == 1 {
    /// - Parameters:
    ///   - body: the function, of expressions.
    ///   - derivative: the slope, given the operands; nil to derive it.
    ///   - derivativeFromResult: the slope, given the operands and then the result.
    ///
    ///     let step = Pointwise { x in x .>= 0 } derivative: { x in 1 / square(1 + abs(x)) }
    ///     let root = Pointwise { x in sqrt(x) } derivativeFromResult: { x, y in 0.5 / y }
    public init(
        _ body: (Expression) -> Expression,
        derivative: (@Sendable (Expression) -> Expression)? = nil,
        derivativeFromResult: (@Sendable (Expression, Expression) -> Expression)? = nil
    ) {
        self.init(derivative != nil, derivativeFromResult != nil) {
            body($0[0])
        } derivative: { x, y in
            let s = derivative?(x[0]) ?? derivativeFromResult!(x[0], y)
            return [s]
        }
    }
}

extension Pointwise where arity == 2 {
    /// - Parameters:
    ///   - body: the function, of expressions.
    ///   - derivative: the slope for each operand, given the operands: nil for none, `.derived` for that of the rules.
    ///   - derivativeFromResult: the same, given the operands and then the result.
    ///
    ///     let ratio = Pointwise { x, y in x / y } derivativeFromResult: { x, y, result in (1 / y, -result / y) }
    public init(
        _ body: (Expression, Expression) -> Expression,
        derivative: (@Sendable (Expression, Expression) -> (Expression?, Expression?))? = nil,
        derivativeFromResult: (@Sendable (Expression, Expression, Expression) -> (Expression?, Expression?))? = nil
    ) {
        self.init(derivative != nil, derivativeFromResult != nil) {
            body($0[0], $0[1])
        } derivative: { x, y in
            let s = derivative?(x[0], x[1]) ?? derivativeFromResult!(x[0], x[1], y)
            return [s.0, s.1]
        }
    }
}

extension Pointwise where arity == 3 {
    public init(
        _ body: (Expression, Expression, Expression) -> Expression,
        derivative: (@Sendable (Expression, Expression, Expression) -> (Expression?, Expression?, Expression?))? = nil,
        derivativeFromResult: (
            @Sendable (Expression, Expression, Expression, Expression) -> (Expression?, Expression?, Expression?)
        )? = nil
    ) {
        self.init(derivative != nil, derivativeFromResult != nil) {
            body($0[0], $0[1], $0[2])
        } derivative: { x, y in
            let s = derivative?(x[0], x[1], x[2]) ?? derivativeFromResult!(x[0], x[1], x[2], y)
            return [s.0, s.1, s.2]
        }
    }
}

extension Pointwise where arity == 4 {
    public init(
        _ body: (Expression, Expression, Expression, Expression) -> Expression,
        derivative: (
            @Sendable (Expression, Expression, Expression, Expression) -> (
                Expression?, Expression?, Expression?, Expression?
            )
        )? = nil,
        derivativeFromResult: (
            @Sendable (Expression, Expression, Expression, Expression, Expression) -> (
                Expression?, Expression?, Expression?, Expression?
            )
        )? = nil
    ) {
        self.init(derivative != nil, derivativeFromResult != nil) {
            body($0[0], $0[1], $0[2], $0[3])
        } derivative: { x, y in
            let s = derivative?(x[0], x[1], x[2], x[3]) ?? derivativeFromResult!(x[0], x[1], x[2], x[3], y)
            return [s.0, s.1, s.2, s.3]
        }
    }
}

extension Pointwise where arity == 5 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression) -> Expression,
        derivative: (
            @Sendable (Expression, Expression, Expression, Expression, Expression) -> (
                Expression?, Expression?, Expression?, Expression?, Expression?
            )
        )? = nil,
        derivativeFromResult: (
            @Sendable (Expression, Expression, Expression, Expression, Expression, Expression) -> (
                Expression?, Expression?, Expression?, Expression?, Expression?
            )
        )? = nil
    ) {
        self.init(derivative != nil, derivativeFromResult != nil) {
            body($0[0], $0[1], $0[2], $0[3], $0[4])
        } derivative: { x, y in
            let s = derivative?(x[0], x[1], x[2], x[3], x[4]) ?? derivativeFromResult!(x[0], x[1], x[2], x[3], x[4], y)
            return [s.0, s.1, s.2, s.3, s.4]
        }
    }
}

extension Pointwise where arity == 6 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression) -> Expression,
        derivative: (
            @Sendable (Expression, Expression, Expression, Expression, Expression, Expression) -> (
                Expression?, Expression?, Expression?, Expression?, Expression?, Expression?
            )
        )? = nil,
        derivativeFromResult: (
            @Sendable (Expression, Expression, Expression, Expression, Expression, Expression, Expression) -> (
                Expression?, Expression?, Expression?, Expression?, Expression?, Expression?
            )
        )? = nil
    ) {
        self.init(derivative != nil, derivativeFromResult != nil) {
            body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5])
        } derivative: { x, y in
            let s =
                derivative?(x[0], x[1], x[2], x[3], x[4], x[5])
                ?? derivativeFromResult!(x[0], x[1], x[2], x[3], x[4], x[5], y)
            return [s.0, s.1, s.2, s.3, s.4, s.5]
        }
    }
}

extension Pointwise where arity == 7 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression, Expression) -> Expression,
        derivative: (
            @Sendable (Expression, Expression, Expression, Expression, Expression, Expression, Expression) -> (
                Expression?, Expression?, Expression?, Expression?, Expression?, Expression?, Expression?
            )
        )? = nil,
        derivativeFromResult: (
            @Sendable (Expression, Expression, Expression, Expression, Expression, Expression, Expression, Expression)
                -> (Expression?, Expression?, Expression?, Expression?, Expression?, Expression?, Expression?)
        )? = nil
    ) {
        self.init(derivative != nil, derivativeFromResult != nil) {
            body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5], $0[6])
        } derivative: { x, y in
            let s =
                derivative?(x[0], x[1], x[2], x[3], x[4], x[5], x[6])
                ?? derivativeFromResult!(x[0], x[1], x[2], x[3], x[4], x[5], x[6], y)
            return [s.0, s.1, s.2, s.3, s.4, s.5, s.6]
        }
    }
}

extension Pointwise where arity == 8 {
    public init(
        _ body: (Expression, Expression, Expression, Expression, Expression, Expression, Expression, Expression) ->
            Expression,
        derivative: (
            @Sendable (Expression, Expression, Expression, Expression, Expression, Expression, Expression, Expression)
                -> (
                    Expression?, Expression?, Expression?, Expression?, Expression?, Expression?, Expression?,
                    Expression?
                )
        )? = nil,
        derivativeFromResult: (
            @Sendable (
                Expression, Expression, Expression, Expression, Expression, Expression, Expression, Expression,
                Expression
            ) -> (
                Expression?, Expression?, Expression?, Expression?, Expression?, Expression?, Expression?, Expression?
            )
        )? = nil
    ) {
        self.init(derivative != nil, derivativeFromResult != nil) {
            body($0[0], $0[1], $0[2], $0[3], $0[4], $0[5], $0[6], $0[7])
        } derivative: { x, y in
            let s =
                derivative?(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7])
                ?? derivativeFromResult!(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], y)
            return [s.0, s.1, s.2, s.3, s.4, s.5, s.6, s.7]
        }
    }
}
