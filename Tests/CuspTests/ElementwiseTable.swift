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

    enum Gives { case floats, booleans }

    var arity: Int { domains.count }
    var testDescription: String { name }

    /// The most units in the last place that a result may be off; half a unit is correctly rounded.
    func bound(_ dtype: DType) -> Double {
        let own = primitives.map { dtype == .float64 ? ck_describe($0).ulp64 : ck_describe($0).ulp32 }.reduce(0, +)
        // In float64 the reference is itself off by a unit.
        return own == 0 ? 0.5 : own + (dtype == .float64 ? 2 : 0.5)
    }

    init(
        _ name: String, _ primitives: [ck_operation], _ domains: [Domain],
        _ apply: @escaping @Sendable ([Tensor]) -> Tensor,
        _ reference: @escaping @Sendable ([Double]) -> Double, gives: Gives = .floats,
        inPlace: (@Sendable (inout Tensor, [Tensor]) -> Void)? = nil
    ) {
        (self.name, self.primitives, self.domains, self.apply) = (name, primitives, domains, apply)
        (self.reference, self.gives, self.inPlace) = (reference, gives, inPlace)
    }
}

extension ElementwiseRow {
    private static let any = Domain.range(-3, 3)

    static let all = arithmetic + functions + selections + comparisons

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

    private static let (even, odd) = (Domain.grid(moved: 0), Domain.grid(moved: 1))

    static let selections: [ElementwiseRow] = [
        .init("maximum", [CK_maximum], [even, odd], { maximum($0[0], $0[1]) }, { max($0[0], $0[1]) }),
        .init("maximum(a, 0.1)", [CK_maximum], [even], { maximum($0[0], 0.1) }, { max($0[0], 0.1) }),
        .init("maximum(0.1, a)", [CK_maximum], [even], { maximum(0.1, $0[0]) }, { max($0[0], 0.1) }),
        .init("minimum", [CK_minimum], [even, odd], { minimum($0[0], $0[1]) }, { min($0[0], $0[1]) }),
        .init("minimum(a, 0.1)", [CK_minimum], [even], { minimum($0[0], 0.1) }, { min($0[0], 0.1) }),
        .init("minimum(0.1, a)", [CK_minimum], [even], { minimum(0.1, $0[0]) }, { min($0[0], 0.1) }),
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
        .init("isNaN", [CK_isnan], [.small], { isNaN(log($0[0])) }, { $0[0] < 0 ? 1 : 0 }, gives: .booleans),
    ]

    private static func pointwise(_ function: Pointwise<1>) -> @Sendable (inout Tensor, [Tensor]) -> Void {
        { x, _ in x.apply(function) }
    }
}
