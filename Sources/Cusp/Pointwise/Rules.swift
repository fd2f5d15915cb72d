import CKernels

extension Primitive {
    /// The derivatives of the primitives: for each operand, the gradient `g` of the result times the slope, or nil where there
    /// is none.
    ///
    /// - `x`: the operands, `y`: the result.
    /// - `chain(g, slope)` is the product in which a gradient of 0 stays 0 whatever the slope is. It is what makes zeros
    ///   structural: what `where`, a mask or a clamp did not select contributes nothing, infinities and NaN included.
    /// - Where one-sided slopes differ the rule gives the one of least size.
    ///
    /// Written for accuracy, not only for algebra: the slope of the sigmoid keeps both tails, which y(1 - y) does not.
    func gradients(_ x: [Expression], _ y: Expression, _ g: Expression) -> [Expression?] {
        switch self {
        case CK_copy: [g]
        case CK_neg: [-g]
        case CK_abs: [chain(g, sign(x[0]))]
        case CK_sqrt: [chain(g, 0.5 / y)]
        case CK_rsqrt: [chain(g, -0.5 * y / x[0])]
        case CK_reciprocal: [chain(g, -square(y))]
        case CK_square: [chain(g, 2 * x[0])]
        case CK_exp: [chain(g, y)]
        case CK_exp2: [chain(g, Constant.ln2 * y)]
        case CK_expm1: [chain(g, exp(x[0]))]
        case CK_log: [chain(g, 1 / x[0])]
        case CK_log1p: [chain(g, 1 / (1 + x[0]))]
        case CK_log2: [chain(g, 1 / Constant.ln2 / x[0])]
        case CK_log10: [chain(g, 1 / Constant.ln10 / x[0])]
        case CK_sigmoid: [chain(g, sigmoidSlope(x[0]))]
        case CK_sigmoid_slope: [chain(g, -sigmoidSlope(x[0]) * tanh(0.5 * x[0]))]
        case CK_tanh: [chain(g, 4 * sigmoidSlope(2 * x[0]))]
        case CK_sin: [chain(g, cos(x[0]))]
        case CK_cos: [chain(g, -sin(x[0]))]
        case CK_tan: [chain(g, 1 + square(y))]
        case CK_asin: [chain(g, rsqrt((1 - x[0]) * (1 + x[0])))]
        case CK_acos: [chain(g, -rsqrt((1 - x[0]) * (1 + x[0])))]
        case CK_atan: [chain(g, 1 / (1 + square(x[0])))]
        case CK_atan2: [chain(g, angleSlope(x[1], x, g)), chain(g, -angleSlope(x[0], x, g))]
        case CK_sinh: [chain(g, cosh(x[0]))]
        case CK_cosh: [chain(g, sinh(x[0]))]
        case CK_asinh: [chain(g, rsqrt(1 + square(x[0])))]
        case CK_acosh: [chain(g, rsqrt((x[0] - 1) * (x[0] + 1)))]
        case CK_atanh: [chain(g, 1 / ((1 - x[0]) * (1 + x[0])))]

        // At the origin, the tip of a cone, the slope of least size.
        case CK_hypot:
            [chain(g, `where`(y .== 0, 0, x[0] / y)), chain(g, `where`(y .== 0, 0, x[1] / y))]
        case CK_copysign: [chain(g, sign(x[0]) * copySign(1, x[1])), nil]

        // chain(y, x) is 0 in the far tail, where x itself may be infinite.
        case CK_silu: [chain(g, sigmoid(x[0]) + chain(sigmoidSlope(x[0]), x[0]))]
        case CK_softplus: [chain(g, sigmoid(x[0]))]
        case CK_lgamma: [chain(g, digamma(x[0]))]
        case CK_digamma: [chain(g, polygamma(1, x[0]))]
        case CK_trigamma: [chain(g, polygamma(2, x[0]))]
        case CK_erf: [chain(g, Constant.twoOverRootPi * gauss(x[0]))]
        case CK_erfc: [chain(g, -Constant.twoOverRootPi * gauss(x[0]))]
        case CK_gauss: [chain(g, chain(y, -2 * x[0]))]
        case CK_normal_cdf: [chain(g, normalDensity(x[0]))]
        case CK_normal_density: [chain(g, chain(y, -x[0]))]
        case CK_gelu: [chain(g, normalCDF(x[0]) + chain(normalDensity(x[0]), x[0]))]

        case CK_add: [g, g]
        case CK_sub: [g, -g]
        case CK_mul: [chain(g, x[1]), chain(g, x[0])]
        case CK_chain: [chain(g, x[1]), .apply(.slopePart, g, x[0])]
        case CK_div: [chain(g, 1 / widened(x[1], like: g)), chain(g, -(y / x[1]))]
        case CK_maximum: [share(g, x[0], x[1], loses: x[0] .< x[1]), share(g, x[1], x[0], loses: x[1] .< x[0])]
        case CK_minimum: [share(g, x[0], x[1], loses: x[0] .> x[1]), share(g, x[1], x[0], loses: x[1] .> x[0])]
        case CK_logaddexp: [chain(g, logShare(x[0], x[1])), chain(g, logShare(x[1], x[0]))]
        case CK_pow:
            [
                chain(g, `where`(x[1] .== 0, 0, x[1] * pow(x[0], widened(x[1], like: g) - 1))),
                chain(g, `where`((x[0] .== 0) .& (x[1] .>= 0), 0, chain(y, log(widened(x[0], like: g))))),
            ]
        // The bounds are numbers: they have no gradient.
        case CK_clamp:
            [
                `where`(
                    PointwiseFunction.within(x[0], above: x[1]) .& PointwiseFunction.within(x[0], below: x[2]), g, 0),
                nil, nil,
            ]
        case CK_where: [nil, `where`(x[0], g, 0), `where`(x[0], 0, g)]

        case CK_fmod: [g, -chain(g, truncDivide(x[0], x[1]))]
        case CK_remainder: [g, -chain(g, floorDivide(x[0], x[1]))]

        case CK_sign, CK_floor, CK_ceil, CK_trunc, CK_round, CK_signbit, CK_isnan, CK_bit_not: [nil]
        case CK_nextafter: [g, nil]
        case CK_trunc_div, CK_floor_div, CK_bit_and, CK_bit_or, CK_bit_xor, CK_shift_left, CK_shift_right,
            CK_gcd:
            [nil, nil]
        case CK_eq, CK_ne, CK_lt, CK_le, CK_gt, CK_ge: [nil, nil]
        default: fatalError("no derivative rule for \(name)")
        }
    }
}

/// The gradient of one of two that were chosen from: all of it for the chosen one, half each at a tie, and both where one is
/// NaN, as the NaN came from either.
private func share(_ g: Expression, _ one: Expression, _ other: Expression, loses: Expression) -> Expression {
    `where`(one .== other, 0.5 * g, `where`(loses, 0, g))
}

/// The part of `a` in logAddExp(a, b). Two infinities are a tie; two of -inf have no part in anything, which PyTorch 2.13 does
/// not say.
private func logShare(_ a: Expression, _ b: Expression) -> Expression {
    let share = sigmoid(a - b)
    if KinkPolicy.current == .legacy { return share }
    return `where`(a .== b, `where`(a .== -Double.infinity, 0, 0.5), share)
}

/// a / (x² + y²); 0 at the origin, where an angle has no slope.
private func angleSlope(_ a: Expression, _ x: [Expression], _ g: Expression) -> Expression {
    let (y, x) = (widened(x[0], like: g), widened(x[1], like: g))
    return `where`((y .== 0) .& (x .== 0), 0, a / (square(x) + square(y)))
}

private enum Constant {
    static let ln2 = 0.693147180559945309417
    static let ln10 = 2.302585092994045684018
    static let twoOverRootPi = 1.128379167095512573896
}

extension PointwiseFunction {
    /// What comes back to the slope of chain(x, slope), where g arrives: where x, a gradient, was 0, no slope had a part, whatever g
    /// is. But g · x it is in further derivatives, which is not all constant where x happens to be 0.
    fileprivate static let slopePart = PointwiseFunction("chain", arity: 2) {
        `where`($0[1] .== 0, 0, Cusp.chain($0[0], $0[1]))
    } derivative: { x, _ in
        [x[1], x[0]]
    }
    fileprivate static let widened = PointwiseFunction("widened", arity: 2) {
        $0[0]
    } derivative: { _, _ in
        [1, nil]
    }
}

/// x as an element of the type that it is promoted to beside `other`: what is computed from one operand alone is rounded to that
/// operand's type, which may be narrower than that of the result.
func widened(_ x: Expression, like other: Expression) -> Expression { .apply(.widened, x, other) }
