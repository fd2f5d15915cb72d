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

    // The other operand where one is NaN. At a tie half each, or under the legacy policy all for the first.
    static let fmax = PointwiseFunction("fmax", arity: 2) { x in
        `where`(x[0] .>= x[1] .| Cusp.isNaN(x[1]), x[0], x[1])
    } derivative: { x, _ in
        shares(x, x[0] .>= x[1] .| Cusp.isNaN(x[1]))
    }
    static let fmin = PointwiseFunction("fmin", arity: 2) { x in
        `where`(x[0] .<= x[1] .| Cusp.isNaN(x[1]), x[0], x[1])
    } derivative: { x, _ in
        shares(x, x[0] .<= x[1] .| Cusp.isNaN(x[1]))
    }
    private static func shares(_ x: [Expression], _ isFirst: Expression) -> [Expression?] {
        let (first, second) = (`where`(isFirst, 1.0, 0.0), `where`(isFirst, 0.0, 1.0))
        if KinkPolicy.current == .legacy { return [first, second] }
        return [`where`(x[0] .== x[1], 0.5, first), `where`(x[0] .== x[1], 0.5, second)]
    }
    static let heaviside = PointwiseFunction("heaviside", arity: 2) { x in
        `where`(x[0] .> 0, true, `where`(x[0] .< 0, false, `where`(x[0] .== 0, x[1], x[0])))
    } derivative: { x, _ in
        [nil, x[0] .== 0]
    }
    static let finite = PointwiseFunction("nanToNumber", arity: 4) { x in
        `where`(
            Cusp.isNaN(x[0]), x[1],
            `where`(x[0] .== Double.infinity, x[2], `where`(x[0] .== -Double.infinity, x[3], x[0])))
    }
    static let next = PointwiseFunction(CK_nextafter)

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

/// The larger of two, or the other one where one is NaN. At a tie each gets half of the gradient, or under
/// ``KinkPolicy/legacy`` the first all of it.
///
///     fmax(Tensor([1, 2]), Tensor([.nan, 3] as [Float]))     // [1. 3.]
public func fmax<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.fmax, a, b) }
public func fmax<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.fmax, a, b) }
public func fmax<E: Elementwise>(_ a: some Scalar, _ b: E) -> E { .apply(.fmax, a, b) }

/// The smaller of two, or the other one where one is NaN. Gradients as those of ``fmax(_:_:)``.
public func fmin<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.fmin, a, b) }
public func fmin<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.fmin, a, b) }
public func fmin<E: Elementwise>(_ a: some Scalar, _ b: E) -> E { .apply(.fmin, a, b) }

/// The unit step: 0 below 0, 1 above, and `atZero` at 0; NaN stays. Only `atZero` has a gradient, where x is 0.
///
///     heaviside(Tensor([-2, 0, 3]), 0.5)     // [0.  0.5 1. ]
public func heaviside<E: Elementwise>(_ x: E, _ atZero: E) -> E { .apply(.heaviside, x, atZero) }
public func heaviside<E: Elementwise>(_ x: E, _ atZero: some Scalar) -> E { .apply(.heaviside, x, atZero) }

/// The number that follows a on the way to b, in their type; b where they are equal. The gradient is that of a.
///
///     nextAfter(Tensor([1]), 2)     // [1.0000001]
public func nextAfter<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.next, a, b) }
public func nextAfter<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.next, a, b) }

/// x with numbers in the place of NaN, +inf and -inf: by default 0, and the largest and smallest number of the type. The gradient
/// is 0 there.
///
///     nanToNumber(Tensor([1, .nan, .infinity] as [Double]), infinity: 9)     // [1. 0. 9.]
public func nanToNumber(
    _ x: Tensor, nan: Double = 0, infinity: Double? = nil, negativeInfinity: Double? = nil
) -> Tensor {
    guard let largest = x.dtype.largestFinite else { return x }
    let ends = (infinity ?? largest, negativeInfinity ?? -largest)
    let operands: [4 of Operand<Tensor>] = [
        .value(x), .number(.float(nan)), .number(.float(ends.0)), .number(.float(ends.1)),
    ]
    return .apply(.finite, to: operands.span)
}

extension DType {
    /// nil for types without infinities.
    fileprivate var largestFinite: Double? {
        switch self {
        case .float64: .greatestFiniteMagnitude
        case .float32: Double(Float.greatestFiniteMagnitude)
        case .bfloat16: 0x1.fep127
        case .float16: 65504
        case .int32, .int64, .uint8, .bool: nil
        }
    }
}

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
