import Cusp

// An operation that is recorded, without its backward, and a call of a pointwise function, without gradients. Then the six worked
// examples: first as a user writes them with tensor operations, then as pointwise functions.

let gradientRows = [
    Row("add_grad", .gradients) { n in
        var inputs = Inputs()
        let x = Input.signed.make(&inputs, n).leaf()
        let y = Input.signed.make(&inputs, n)
        return Case { x + y }
    },
    map("approx_ge_call", .gradients, .unit, bytes: nil) { approximateGE($0, 0.5, 100) },
    loss("smooth_max", .signed, .signed) { ((stack([$0, $1]) / 10).logSumExp(dim: 0) * 10).sum() },
    loss("where_relu", .signed) { SubgradientRelu()($0).sum() },
    loss("clamp_square", .signed) {
        let y = clamp($0, min: -100)
        return (y * y).sum()
    },
    loss("approx_ge", .unit) { sigmoid(100 * ($0 - 0.5)).sum() }.withTail(),
    loss("clipped_ge", .unit) { clipped(sigmoid(100 * ($0 - 0.5))) }.withTail(),
    loss("custom_ge", .unit) { ApproximateGE(threshold: 0.5, k: 100)($0).sum() },

    loss("smooth_max_pointwise", .signed, .signed) { smoothMax($0, $1).sum() }.against("smooth_max"),
    loss("where_relu_pointwise", .signed) { subgradientRelu($0).sum() }.against("where_relu"),
    loss("clamp_square_pointwise", .signed) { clampSquare($0).sum() }.against("clamp_square"),
    loss("approx_ge_pointwise", .unit) { approximateGE($0, 0.5, 100).sum() }.against("approx_ge").withTail(),
    loss("clipped_ge_pointwise", .unit) { clipped(approximateGE($0, 0.5, 100)) }.against("clipped_ge").withTail(),
    loss("custom_ge_pointwise", .unit) { customGE($0).sum() }.against("custom_ge").withTail(),
]

/// 5 Σ y, with the gradient that arrives at y clamped.
private func clipped(_ y: Tensor) -> Tensor {
    y.addGradientHook { clamp($0, min: -1, max: 1) }
    return 5 * y.sum()
}

private struct SubgradientRelu: CustomFunction {
    func forward(_ x: [Tensor]) -> (Tensor, context: Tensor) { (`where`(x[0] .> 0, x[0], 0), x[0]) }
    func backward(_ g: Tensor, _ x: Tensor) -> [Tensor?] { [`where`(x .> 0, g, 0)] }
}

private struct ApproximateGE: CustomFunction {
    var threshold: Double
    var k: Double

    func forward(_ x: [Tensor]) -> (Tensor, context: Tensor) { (sigmoid(k * (x[0] - threshold)), x[0]) }

    func backward(_ g: Tensor, _ x: Tensor) -> [Tensor?] {
        let y = sigmoid(k * (x - threshold))
        return [g * k * y * (1 - y)]
    }
}

// MARK: - As pointwise functions

/// log(e^(x/10) + e^(y/10)) · 10, from the larger one down, so that it does not overflow.
let smoothMax = Pointwise { x, y in
    maximum(x, y) + 10 * log1p(exp(abs(x - y) / -10))
} derivative: { x, y in
    (sigmoid((x - y) / 10), sigmoid((y - x) / 10))
}
let subgradientRelu = Pointwise { x in
    `where`(x .> 0, x, 0)
} derivative: { x in
    `where`(x .> 0, 1.0, 0.0)
}
let clampSquare = Pointwise { x in
    let y = clamp(x, min: -100)
    return y * y
}
let approximateGE = Pointwise { x, threshold, k in sigmoid(k * (x - threshold)) }
let customGE = Pointwise { x in
    sigmoid(100 * (x - 0.5))
} derivative: { x in
    100 * sigmoidSlope(100 * (x - 0.5))
}
