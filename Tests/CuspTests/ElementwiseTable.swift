import CKernels
import Cusp
import Foundation
import Testing

/// One elementwise operation: what it does to tensors, and what it should do to numbers.
struct ElementwiseRow: Sendable, CustomTestStringConvertible {
    let name: String
    /// The kernels' operations that it is made of.
    let primitives: [ck_operation]
    let domains: [Domain]
    let apply: @Sendable ([Tensor]) -> Tensor
    let reference: @Sendable ([Double]) -> Double
    var gives = Gives.floats
    /// The same, written over the first operand.
    var inPlace: (@Sendable (inout Tensor, [Tensor]) -> Void)?

    /// Units by which the reference, or an intermediate result in the composition, may be off besides.
    var slack = 0.0

    enum Gives { case floats, booleans }

    var arity: Int { domains.count }
    var testDescription: String { name }

    /// The most units in the last place that a result may be off; half a unit is correctly rounded.
    func bound(_ dtype: DType) -> Double {
        let own = primitives.map { dtype == .float64 ? ck_describe($0).ulp64 : ck_describe($0).ulp32 }.reduce(0, +)
        // In float64 the reference is itself off by a unit.
        return own + slack == 0 ? 0.5 : own + slack + (dtype == .float64 ? 2 : 0.5)
    }

    init(
        _ name: String, _ primitives: [ck_operation], _ domains: [Domain],
        _ apply: @escaping @Sendable ([Tensor]) -> Tensor,
        _ reference: @escaping @Sendable ([Double]) -> Double, gives: Gives = .floats,
        slack: Double = 0, inPlace: (@Sendable (inout Tensor, [Tensor]) -> Void)? = nil
    ) {
        (self.name, self.primitives, self.domains, self.apply) = (name, primitives, domains, apply)
        (self.reference, self.gives, self.slack, self.inPlace) = (reference, gives, slack, inPlace)
    }
}

extension ElementwiseRow {
    private static let any = Domain.range(-3, 3)

    static let all =
        arithmetic + division + functions + exponentials + errorFunctions + gammas + trigonometry + selections
        + comparisons

    static let arithmetic: [ElementwiseRow] = [
        .init("a + b", [CK_add], [any, any], { $0[0] + $0[1] }, { $0[0] + $0[1] }, inPlace: { $0 += $1[0] }),
        .init("a + 2.5", [CK_add], [any], { $0[0] + 2.5 }, { $0[0] + 2.5 }, inPlace: { x, _ in x += 2.5 }),
        .init("2.5 + a", [CK_add], [any], { 2.5 + $0[0] }, { 2.5 + $0[0] }),
        .init("a - b", [CK_sub], [any, any], { $0[0] - $0[1] }, { $0[0] - $0[1] }, inPlace: { $0 -= $1[0] }),
        .init("a - 3", [CK_sub], [any], { $0[0] - 3 }, { $0[0] - 3 }, inPlace: { x, _ in x -= 3 }),
        .init("3 - a", [CK_sub], [any], { 3 - $0[0] }, { 3 - $0[0] }),
        .init("a * b", [CK_mul], [any, any], { $0[0] * $0[1] }, { $0[0] * $0[1] }, inPlace: { $0 *= $1[0] }),
        .init("a * 0.5", [CK_mul], [any], { $0[0] * 0.5 }, { $0[0] * 0.5 }, inPlace: { x, _ in x *= 0.5 }),
        .init("-3 * a", [CK_mul], [any], { -3 * $0[0] }, { -3 * $0[0] }),
        .init("a / b", [CK_div], [any, .nonzero], { $0[0] / $0[1] }, { $0[0] / $0[1] }, inPlace: { $0 /= $1[0] }),
        .init("a / 3", [CK_div], [any], { $0[0] / 3 }, { $0[0] / 3 }, inPlace: { x, _ in x /= 3 }),
        .init("1 / a", [CK_div], [.nonzero], { 1 / $0[0] }, { 1 / $0[0] }),
        .init("-a", [CK_neg], [any], { -$0[0] }, { -$0[0] }, inPlace: pointwise(Pointwise { -$0 })),
        .init("abs", [CK_abs], [.nonzero], { abs($0[0]) }, { abs($0[0]) }, inPlace: pointwise(Pointwise { abs($0) })),
        .init("sign", [CK_sign], [.nonzero], { sign($0[0]) }, { $0[0] > 0 ? 1 : -1 }),
        .init("floor", [CK_floor], [.grid(moved: 1)], { floor($0[0]) }, { $0[0].rounded(.down) }),
        .init("ceil", [CK_ceil], [.grid(moved: 1)], { ceil($0[0]) }, { $0[0].rounded(.up) }),
        .init("trunc", [CK_trunc], [.grid(moved: 1)], { trunc($0[0]) }, { $0[0].rounded(.towardZero) }),
        .init("round", [CK_round], [.grid(moved: 1)], { round($0[0]) }, { $0[0].rounded(.toNearestOrEven) }),
    ]

    /// Between 4 and 5 times what it is divided by.
    private static let above = Domain.range(4.2, 4.8)

    static let division: [ElementwiseRow] = [
        .init("fmod", [CK_fmod], [above, .range(1.02, 1.04)], { fmod($0[0], $0[1]) }, { fmod($0[0], $0[1]) }),
        .init("fmod(a, 0.75)", [CK_fmod], [any], { fmod($0[0], 0.75) }, { fmod($0[0], 0.75) }),
        .init("fmod(5, a)", [CK_fmod], [.nonzero], { fmod(5, $0[0]) }, { fmod(5, $0[0]) }),
        .init(
            "remainder", [CK_remainder], [above, .range(-1.04, -1.02)], { remainder($0[0], $0[1]) },
            { floored($0[0], $0[1]) }),
        .init("remainder(a, -0.75)", [CK_remainder], [any], { remainder($0[0], -0.75) }, { floored($0[0], -0.75) }),
        .init("remainder(5, a)", [CK_remainder], [.nonzero], { remainder(5, $0[0]) }, { floored(5, $0[0]) }),
        .init(
            "truncDivide", [CK_trunc_div], [above, .range(-1.04, -1.02)], { truncDivide($0[0], $0[1]) },
            { ($0[0] / $0[1]).rounded(.towardZero) }),
        .init(
            "truncDivide(a, 0.75)", [CK_trunc_div], [any], { truncDivide($0[0], 0.75) },
            { ($0[0] / 0.75).rounded(.towardZero) }),
        .init(
            "truncDivide(5, a)", [CK_trunc_div], [.nonzero], { truncDivide(5, $0[0]) },
            { (5 / $0[0]).rounded(.towardZero) }),
        .init(
            "floorDivide", [CK_floor_div], [above, .range(-1.04, -1.02)], { floorDivide($0[0], $0[1]) },
            { ($0[0] / $0[1]).rounded(.down) }),
        .init(
            "floorDivide(a, 0.75)", [CK_floor_div], [any], { floorDivide($0[0], 0.75) },
            { ($0[0] / 0.75).rounded(.down) }),
        .init(
            "floorDivide(5, a)", [CK_floor_div], [.nonzero], { floorDivide(5, $0[0]) }, { (5 / $0[0]).rounded(.down) }),
        .init("frac", [CK_trunc, CK_sub], [.grid(moved: 1)], { frac($0[0]) }, { $0[0] - $0[0].rounded(.towardZero) }),
        .init(
            "round(a, decimals: 1)", [CK_round, CK_mul, CK_div], [.grid(moved: 1)], { round($0[0], decimals: 1) },
            { ($0[0] * 10).rounded(.toNearestOrEven) / 10 }),
        .init(
            "round(a, decimals: -1)", [CK_round, CK_mul, CK_div], [any], { round(7 * $0[0], decimals: -1) },
            { (0.7 * $0[0]).rounded(.toNearestOrEven) * 10 }),
    ]

    private static func floored(_ a: Double, _ b: Double) -> Double {
        let rest = Foundation.fmod(a, b)
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
    }

    static let functions: [ElementwiseRow] = [
        .init("exp", [CK_exp], [any], { exp($0[0]) }, { exp($0[0]) }, inPlace: pointwise(Pointwise { exp($0) })),
        .init("expm1", [CK_expm1], [any], { expm1($0[0]) }, { expm1($0[0]) }),
        .init("log", [CK_log], [.range(0.1, 5)], { log($0[0]) }, { log($0[0]) }),
        .init("log1p", [CK_log1p], [.range(-0.8, 4)], { log1p($0[0]) }, { log1p($0[0]) }),
        .init("sqrt", [CK_sqrt], [.range(0.1, 5)], { sqrt($0[0]) }, { $0[0].squareRoot() }),
        .init(
            "sigmoid", [CK_sigmoid], [any], { sigmoid($0[0]) }, { 1 / (1 + exp(-$0[0])) },
            inPlace: pointwise(Pointwise { sigmoid($0) })),
        .init(
            "sigmoidSlope", [CK_sigmoid_slope], [any], { sigmoidSlope($0[0]) },
            { 1 / (1 + exp(-$0[0])) / (1 + exp($0[0])) }),
        .init("tanh", [CK_tanh], [any], { tanh($0[0]) }, { tanh($0[0]) }, inPlace: pointwise(Pointwise { tanh($0) })),
    ]

    static let exponentials: [ElementwiseRow] = [
        .init("exp2", [CK_exp2], [any], { exp2($0[0]) }, { exp2($0[0]) }),
        .init("log2", [CK_log2], [.range(0.1, 5)], { log2($0[0]) }, { log2($0[0]) }),
        .init("log10", [CK_log10], [.range(0.1, 5)], { log10($0[0]) }, { log10($0[0]) }),
        .init("softplus", [CK_softplus], [any], { softplus($0[0]) }, { log1p(exp($0[0])) }),
        .init("silu", [CK_silu], [any], { silu($0[0]) }, { $0[0] / (1 + exp(-$0[0])) }),
        .init(
            "logAddExp", [CK_logaddexp], [.range(0.5, 3), any], { logAddExp($0[0], $0[1]) },
            { log(exp($0[0]) + exp($0[1])) }),
        .init("logAddExp(a, 1)", [CK_logaddexp], [any], { logAddExp($0[0], 1) }, { log(exp($0[0]) + M_E) }),
        .init("logAddExp(1, a)", [CK_logaddexp], [any], { logAddExp(1, $0[0]) }, { log(exp($0[0]) + M_E) }),
        .init("rsqrt", [CK_rsqrt], [.range(0.1, 5)], { rsqrt($0[0]) }, { 1 / $0[0].squareRoot() }),
        .init("reciprocal", [CK_reciprocal], [.nonzero], { reciprocal($0[0]) }, { 1 / $0[0] }),
        .init("square", [CK_square], [any], { square($0[0]) }, { $0[0] * $0[0] }),
        .init("pow", [CK_pow], [.range(0.2, 3), any], { pow($0[0], $0[1]) }, { pow($0[0], $0[1]) }),
        .init("pow(a, 2.5)", [CK_pow], [.range(0.2, 3)], { pow($0[0], 2.5) }, { pow($0[0], 2.5) }),
        .init("pow(2.5, a)", [CK_pow], [any], { pow(2.5, $0[0]) }, { pow(2.5, $0[0]) }),
        .init("pow(a, 0.5)", [CK_pow], [.range(0.2, 3)], { pow($0[0], 0.5) }, { $0[0].squareRoot() }),
        .init("pow(a, -2)", [CK_pow], [.nonzero], { pow($0[0], -2) }, { 1 / ($0[0] * $0[0]) }),
        .init("pow(a, 2)", [CK_square], [any], { pow($0[0], 2) }, { $0[0] * $0[0] }),
        .init("pow(a, 3)", [CK_pow], [.nonzero], { pow($0[0], 3) }, { $0[0] * $0[0] * $0[0] }),
    ]

    static let errorFunctions: [ElementwiseRow] = [
        .init("erf", [CK_erf], [any], { erf($0[0]) }, { erf($0[0]) }),
        .init("erfc", [CK_erfc], [any], { erfc($0[0]) }, { erfc($0[0]) }),
        .init("gauss", [CK_gauss], [any], { gauss($0[0]) }, { exp(-$0[0] * $0[0]) }, slack: 8),
        .init(
            "normalCDF", [CK_normal_cdf], [any], { normalCDF($0[0]) }, { erfc(-$0[0] * 0.5.squareRoot()) / 2 },
            slack: 12
        ),
        .init(
            "normalDensity", [CK_normal_density], [any], { normalDensity($0[0]) },
            { exp(-$0[0] * $0[0] / 2) / (2 * Double.pi).squareRoot() }, slack: 8),
        .init(
            "gelu", [CK_gelu], [.range(-0.5, 3)], { gelu($0[0]) }, { $0[0] * erfc(-$0[0] * 0.5.squareRoot()) / 2 },
            slack: 12),
        .init(
            "geluTanh", [CK_sigmoid, CK_mul], [.range(-0.5, 3)], { geluTanh($0[0]) },
            { $0[0] / (1 + exp(-2 * (2 / Double.pi).squareRoot() * ($0[0] + 0.044715 * $0[0] * $0[0] * $0[0]))) },
            slack: 12),
    ]

    static let gammas: [ElementwiseRow] = [
        .init("lgamma", [CK_lgamma], [.range(2.2, 9)], { lgamma($0[0]) }, { lgamma($0[0]).0 }),
        .init("lgamma, negative", [CK_lgamma], [.range(-3.8, -3.2)], { lgamma($0[0]) }, { lgamma($0[0]).0 }, slack: 8),
        .init("digamma", [CK_digamma], [.range(2, 9)], { digamma($0[0]) }, { psi(0, $0[0]) }, slack: 500),
        .init("polygamma(1)", [CK_trigamma], [.range(0.3, 9)], { polygamma(1, $0[0]) }, { psi(1, $0[0]) }, slack: 4),
        .init(
            "polygamma(1), negative", [CK_trigamma], [.range(-3.3, -3.2)], { polygamma(1, $0[0]) }, { psi(1, $0[0]) },
            slack: 8),
        .init("polygamma(2)", [CK_tan], [.range(0.5, 5)], { polygamma(2, $0[0]) }, { psi(2, $0[0]) }, slack: 8),
        .init("polygamma(3)", [CK_tan], [.range(0.5, 5)], { polygamma(3, $0[0]) }, { psi(3, $0[0]) }, slack: 8),
        .init("erfInverse", [CK_erf], [.range(-0.95, 0.95)], { erfInverse($0[0]) }, { bisected($0[0]) }, slack: 8),
        .init(
            "normalQuantile", [CK_erf], [.range(0.01, 0.4)], { normalQuantile($0[0]) },
            { 2.0.squareRoot() * bisected(2 * $0[0] - 1) }, slack: 60),
    ]

    /// By the series that defines it, a thousand terms and what the rest comes to.
    private static func psi(_ n: Int, _ x: Double) -> Double {
        if n == 0 {
            let y = x + 1000
            return log(y) - 0.5 / y - 1 / (12 * y * y) - (0..<1000).reversed().reduce(0.0) { $0 + 1 / (x + Double($1)) }
        }
        let (s, y) = (Double(n + 1), x + 1000)
        let rest =
            Foundation.pow(y, -Double(n)) / Double(n) + 0.5 * Foundation.pow(y, -s) + s / 12 * Foundation.pow(y, -s - 1)
        let sum = (0..<1000).reversed().reduce(rest) { $0 + Foundation.pow(x + Double($1), -s) }
        return (n % 2 == 1 ? 1 : -1) * (1...n).reduce(1) { $0 * Double($1) } * sum
    }

    /// The inverse of erf, between two bounds that close in on it.
    private static func bisected(_ y: Double) -> Double {
        var (low, high) = (-7.0, 7.0)
        for _ in 0..<200 {
            let middle = (low + high) / 2
            if erf(middle) < y { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    static let trigonometry: [ElementwiseRow] = [
        .init("hypot", [CK_hypot], [.nonzero, .nonzero], { hypot($0[0], $0[1]) }, { hypot($0[0], $0[1]) }),
        .init("hypot(a, 2)", [CK_hypot], [any], { hypot($0[0], 2) }, { hypot($0[0], 2) }),
        .init("hypot(2, a)", [CK_hypot], [any], { hypot(2, $0[0]) }, { hypot(2, $0[0]) }),
        .init(
            "copySign", [CK_copysign], [.nonzero, .nonzero], { copySign($0[0], $0[1]) },
            { $0[1] < 0 ? -abs($0[0]) : abs($0[0]) }),
        .init("copySign(a, -1)", [CK_copysign], [.nonzero], { copySign($0[0], -1) }, { -abs($0[0]) }),
        .init("copySign(3, a)", [CK_copysign], [.nonzero], { copySign(3, $0[0]) }, { $0[0] < 0 ? -3 : 3 }),
        .init(
            "xLogY", [CK_mul, CK_log], [any, .range(2, 5)], { xLogY($0[0], $0[1]) }, { $0[0] * log($0[1]) }, slack: 1),
        .init("xLogY(a, 2)", [CK_mul, CK_log], [any], { xLogY($0[0], 2) }, { $0[0] * log(2.0) }, slack: 1),
        .init("xLogY(2, a)", [CK_mul, CK_log], [.range(2, 5)], { xLogY(2, $0[0]) }, { 2 * log($0[0]) }, slack: 1),
        .init(
            "xLog1p", [CK_mul, CK_log1p], [any, .range(1, 5)], { xLog1p($0[0], $0[1]) }, { $0[0] * log1p($0[1]) },
            slack: 1),
        .init("xLog1p(a, 2)", [CK_mul, CK_log1p], [any], { xLog1p($0[0], 2) }, { $0[0] * log1p(2.0) }, slack: 1),
        .init(
            "xLog1p(2, a)", [CK_mul, CK_log1p], [.range(1, 5)], { xLog1p(2, $0[0]) }, { 2 * log1p($0[0]) }, slack: 1),
        .init(
            "logit", [CK_log, CK_div], [.range(0.05, 0.45)], { logit($0[0]) }, { 2 * atanh(2 * $0[0] - 1) }, slack: 4),
        .init(
            "logit(eps)", [CK_log, CK_div], [.range(0.05, 0.45)], { logit($0[0], eps: 0.001) },
            { 2 * atanh(2 * $0[0] - 1) }, slack: 4),
        .init(
            "sinc", [CK_sin, CK_div], [.range(-0.9, 0.9)], { sinc($0[0]) }, { sin(.pi * $0[0]) / (.pi * $0[0]) },
            slack: 6),
        .init("degrees", [CK_mul], [any], { degrees($0[0]) }, { $0[0] * (180 / .pi) }, slack: 1),
        .init("radians", [CK_mul], [any], { radians($0[0]) }, { $0[0] * (.pi / 180) }, slack: 1),
        .init("sin", [CK_sin], [any], { sin($0[0]) }, { sin($0[0]) }),
        .init("cos", [CK_cos], [any], { cos($0[0]) }, { cos($0[0]) }),
        .init("tan", [CK_tan], [.range(-1.4, 1.4)], { tan($0[0]) }, { tan($0[0]) }),
        .init("asin", [CK_asin], [.range(-0.9, 0.9)], { asin($0[0]) }, { asin($0[0]) }),
        .init("acos", [CK_acos], [.range(-0.9, 0.9)], { acos($0[0]) }, { acos($0[0]) }),
        .init("atan", [CK_atan], [any], { atan($0[0]) }, { atan($0[0]) }),
        .init("atan2", [CK_atan2], [.nonzero, .nonzero], { atan2($0[0], $0[1]) }, { atan2($0[0], $0[1]) }),
        .init("atan2(a, -2)", [CK_atan2], [.nonzero], { atan2($0[0], -2) }, { atan2($0[0], -2) }),
        .init("atan2(-2, a)", [CK_atan2], [any], { atan2(-2, $0[0]) }, { atan2(-2, $0[0]) }),
        .init("sinh", [CK_sinh], [any], { sinh($0[0]) }, { sinh($0[0]) }),
        .init("cosh", [CK_cosh], [any], { cosh($0[0]) }, { cosh($0[0]) }),
        .init("asinh", [CK_asinh], [any], { asinh($0[0]) }, { asinh($0[0]) }),
        .init("acosh", [CK_acosh], [.range(1.2, 5)], { acosh($0[0]) }, { acosh($0[0]) }),
        .init("atanh", [CK_atanh], [.range(-0.9, 0.9)], { atanh($0[0]) }, { atanh($0[0]) }),
    ]

    private static let (even, odd) = (Domain.grid(moved: 0), Domain.grid(moved: 1))

    static let selections: [ElementwiseRow] = [
        .init("maximum", [CK_maximum], [even, odd], { maximum($0[0], $0[1]) }, { max($0[0], $0[1]) }),
        .init("maximum(a, 0.1)", [CK_maximum], [even], { maximum($0[0], 0.1) }, { max($0[0], 0.1) }),
        .init("maximum(0.1, a)", [CK_maximum], [even], { maximum(0.1, $0[0]) }, { max($0[0], 0.1) }),
        .init("minimum", [CK_minimum], [even, odd], { minimum($0[0], $0[1]) }, { min($0[0], $0[1]) }),
        .init("minimum(a, 0.1)", [CK_minimum], [even], { minimum($0[0], 0.1) }, { min($0[0], 0.1) }),
        .init("minimum(0.1, a)", [CK_minimum], [even], { minimum(0.1, $0[0]) }, { min($0[0], 0.1) }),
        .init("fmax", [CK_where], [even, odd], { fmax($0[0], $0[1]) }, { max($0[0], $0[1]) }),
        .init("fmax(a, 0.1)", [CK_where], [even], { fmax($0[0], 0.1) }, { max($0[0], 0.1) }),
        .init("fmax(0.1, a)", [CK_where], [even], { fmax(0.1, $0[0]) }, { max($0[0], 0.1) }),
        .init("fmin", [CK_where], [even, odd], { fmin($0[0], $0[1]) }, { min($0[0], $0[1]) }),
        .init("fmin(a, 0.1)", [CK_where], [even], { fmin($0[0], 0.1) }, { min($0[0], 0.1) }),
        .init("fmin(0.1, a)", [CK_where], [even], { fmin(0.1, $0[0]) }, { min($0[0], 0.1) }),
        .init("heaviside", [CK_where], [.nonzero, any], { heaviside($0[0], $0[1]) }, { $0[0] > 0 ? 1 : 0 }),
        .init("heaviside(a, 0.5)", [CK_where], [.nonzero], { heaviside($0[0], 0.5) }, { $0[0] > 0 ? 1 : 0 }),
        .init("nanToNumber", [CK_where], [odd], { nanToNumber($0[0]) }, { $0[0] }),
        .init(
            "clamp(min, max)", [CK_clamp], [even], { clamp($0[0], min: -1.1, max: 0.6) },
            { min(max($0[0], -1.1), 0.6) }),
        .init("clamp(min)", [CK_maximum], [even], { clamp($0[0], min: 0.1) }, { max($0[0], 0.1) }),
        .init("clamp(max)", [CK_minimum], [even], { clamp($0[0], max: 0.1) }, { min($0[0], 0.1) }),
        .init(
            "where(a > 0, b, c)", [CK_where, CK_gt], [odd, any, any], { `where`($0[0] .> 0, $0[1], $0[2]) },
            { $0[0] > 0 ? $0[1] : $0[2] }),
        .init(
            "where(a > 0, b, 2)", [CK_where, CK_gt], [odd, any], { `where`($0[0] .> 0, $0[1], 2) },
            { $0[0] > 0 ? $0[1] : 2 }),
        .init(
            "where(a > 0, 2, b)", [CK_where, CK_gt], [odd, any], { `where`($0[0] .> 0, 2, $0[1]) },
            { $0[0] > 0 ? 2 : $0[1] }),
    ]

    private static let small = [Domain.small, Domain.small]

    static let comparisons: [ElementwiseRow] = [
        .init("==", [CK_eq], small, { $0[0] .== $0[1] }, { $0[0] == $0[1] ? 1 : 0 }, gives: .booleans),
        .init("!=", [CK_ne], small, { $0[0] .!= $0[1] }, { $0[0] != $0[1] ? 1 : 0 }, gives: .booleans),
        .init("<", [CK_lt], small, { $0[0] .< $0[1] }, { $0[0] < $0[1] ? 1 : 0 }, gives: .booleans),
        .init("<=", [CK_le], small, { $0[0] .<= $0[1] }, { $0[0] <= $0[1] ? 1 : 0 }, gives: .booleans),
        .init(">", [CK_gt], small, { $0[0] .> $0[1] }, { $0[0] > $0[1] ? 1 : 0 }, gives: .booleans),
        .init(">=", [CK_ge], small, { $0[0] .>= $0[1] }, { $0[0] >= $0[1] ? 1 : 0 }, gives: .booleans),
        .init("a == 1", [CK_eq], [.small], { $0[0] .== 1 }, { $0[0] == 1 ? 1 : 0 }, gives: .booleans),
        .init("1 < a", [CK_lt], [.small], { 1 .< $0[0] }, { 1 < $0[0] ? 1 : 0 }, gives: .booleans),
        .init("a >= 0.5", [CK_ge], [.small], { $0[0] .>= 0.5 }, { $0[0] >= 0.5 ? 1 : 0 }, gives: .booleans),
        .init("&", [CK_ne, CK_mul], small, { $0[0] .& $0[1] }, { $0[0] * $0[1] != 0 ? 1 : 0 }, gives: .booleans),
        .init(
            "|", [CK_ne, CK_maximum], small, { $0[0] .| $0[1] }, { $0[0] != 0 || $0[1] != 0 ? 1 : 0 }, gives: .booleans),
        .init("!", [CK_eq], [.small], { .!$0[0] }, { $0[0] == 0 ? 1 : 0 }, gives: .booleans),
        .init("signBit", [CK_signbit], [.small], { signBit($0[0]) }, { $0[0] < 0 ? 1 : 0 }, gives: .booleans),
        .init(
            "isInfinite", [CK_abs, CK_eq], [.small], { isInfinite(log($0[0])) }, { $0[0] == 0 ? 1 : 0 },
            gives: .booleans),
        .init(
            "isFinite", [CK_abs, CK_lt], [.small], { isFinite(log($0[0])) }, { $0[0] > 0 ? 1 : 0 }, gives: .booleans),
        .init(
            "nextAfter", [CK_nextafter, CK_gt], small, { nextAfter($0[0], $0[1]) .> $0[0] }, { $0[1] > $0[0] ? 1 : 0 },
            gives: .booleans),
        .init(
            "nextAfter(a, 1)", [CK_nextafter, CK_lt], [.small], { nextAfter($0[0], 1) .< $0[0] }, { $0[0] > 1 ? 1 : 0 },
            gives: .booleans),
        .init("isNaN", [CK_isnan], [.small], { isNaN(log($0[0])) }, { $0[0] < 0 ? 1 : 0 }, gives: .booleans),
    ]

    private static func pointwise(_ function: Pointwise<1>) -> @Sendable (inout Tensor, [Tensor]) -> Void {
        { x, _ in x.apply(function) }
    }
}
