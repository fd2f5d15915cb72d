import CKernels

extension PointwiseFunction {
    static let select = PointwiseFunction(CK_where)
    static let maximum = PointwiseFunction(CK_maximum)
    static let minimum = PointwiseFunction(CK_minimum)

    // The bounds are numbers: they have no gradient.
    static let clampMin = PointwiseFunction("clamp", arity: 2) {
        Cusp.maximum($0[0], $0[1])
    } derivative: { x, _ in
        [within(x[0], above: x[1]), nil]
    }
    static let clampMax = PointwiseFunction("clamp", arity: 2) {
        Cusp.minimum($0[0], $0[1])
    } derivative: { x, _ in
        [within(x[0], below: x[1]), nil]
    }
    static let clamp = PointwiseFunction(CK_clamp)

    static func within(_ x: Expression, above min: Expression) -> Expression {
        KinkPolicy.current == .legacy ? x .>= min : x .> min
    }
    static func within(_ x: Expression, below max: Expression) -> Expression {
        KinkPolicy.current == .legacy ? x .<= max : x .< max
    }
}

/// `a` where the mask is true (a number: not 0), else `b`.
///
///     let x = Tensor([-1, 0, 2])
///     `where`(x .> 0, sqrt(x), 0)     // [0.        0.        1.4142135]
///
/// (`where` is a keyword of Swift, hence the backticks.) What was not selected contributes exactly nothing to the gradient,
/// whatever it is: the gradient of the example at 0 and at -1 is 0.
public func `where`<E: Elementwise>(_ mask: E, _ a: E, _ b: E) -> E { .apply(.select, mask, a, b) }
public func `where`<E: Elementwise>(_ mask: E, _ a: E, _ b: some Scalar) -> E {
    .apply(.select, mask, a, b.number)
}
public func `where`<E: Elementwise>(_ mask: E, _ a: some Scalar, _ b: E) -> E {
    .apply(.select, mask, a.number, b)
}
public func `where`<E: Elementwise>(_ mask: E, _ a: some Scalar, _ b: some Scalar) -> E {
    .apply(.select, mask, a.number, b.number)
}

/// The larger of two, NaN if either is. At a tie each gets half of the gradient.
public func maximum<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.maximum, a, b) }
public func maximum<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.maximum, a, b) }
public func maximum<E: Elementwise>(_ a: some Scalar, _ b: E) -> E { .apply(.maximum, a, b) }

/// The smaller of two, NaN if either is. At a tie each gets half of the gradient.
public func minimum<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.minimum, a, b) }
public func minimum<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.minimum, a, b) }
public func minimum<E: Elementwise>(_ a: some Scalar, _ b: E) -> E { .apply(.minimum, a, b) }

/// x, but at least `min` and at most `max`; NaN stays. Where `min` is larger, `max` wins.
///
///     clamp(Tensor([-2, 0.5, 3]), min: 0, max: 1)     // [0.  0.5 1. ]
///
/// The gradient is 1 strictly inside and 0 outside. At a bound itself it is 0, the slope of least size, or under
/// ``KinkPolicy/legacy`` 1.
public func clamp<E: Elementwise>(_ x: E, min: some Scalar, max: some Scalar) -> E {
    .apply(.clamp, x, min.number, max.number)
}
public func clamp<E: Elementwise>(_ x: E, min: some Scalar) -> E { .apply(.clampMin, x, min) }
public func clamp<E: Elementwise>(_ x: E, max: some Scalar) -> E { .apply(.clampMax, x, max) }
