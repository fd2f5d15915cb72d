import Cusp

/// A stop of the tour: a worked example with its input, run.
package struct TourStop: Sendable {
    package let title: String
    /// The example in one line.
    package let code: String
    /// Runs it on elements of a type: inputs, values and gradients, with the names that they are shown under.
    package let run: @Sendable (DType) throws -> [(name: String, value: Tensor)]
    /// What is said at the end, where there is more to say.
    package var remark: (@Sendable () -> String)?
}

/// The six worked examples, in order.
package let tour: [TourStop] = [
    TourStop(title: "A smooth maximum", code: "(stack([x, y]) / 10).logSumExp(dim: 0) * 10, summed") { dtype in
        let x = leaf([1, 2, 0.5], dtype)
        let y = leaf([0.8, 1.5, 3], dtype)
        let z = smoothMaximum(x, y)
        try z.sum().backward()
        return [("x", x), ("y", y), ("value", z), ("dx", x.grad!), ("dy", y.grad!)]
    },
    TourStop(
        title: "A subgradient by a custom function",
        code: "forward: where(x .> 0, x, 0)   backward: where(x .> 0, g, 0)",
        run: { dtype in
            let x = leaf([-1, 0, 1, 2], dtype)
            let y = ChosenSubgradient()(x)
            try y.sum().backward()
            return [("x", x), ("value", y), ("dx", x.grad!)]
        },
        remark: {
            do {
                try ChosenSubgradient()(leaf([-1, 0, 1, 2], .float32)).backward()
                return "backward() from the vector itself went through"
            } catch {
                return "Without sum(): \(error)"
            }
        }),
    TourStop(title: "A kink moved out of the way", code: "clamp(x, min: -100), squared, summed") { dtype in
        let x = leaf([1, -2, 3], dtype)
        let y = squareAbove(-100, x)
        try y.sum().backward()
        return [("x", x), ("value", y), ("dx", x.grad!)]
    },
    TourStop(title: "A threshold by a sigmoid", code: "sigmoid(100 * (x - 1)), summed") { dtype in
        let x = leaf(thresholdInput, dtype)
        let y = smoothThreshold(x, 1, 100)
        try y.sum().backward()
        return [("x", x), ("value", y), ("dx", x.grad!)]
    },
    TourStop(
        title: "The same with a hook",
        code: "y.addGradientHook { clamp($0, min: -1, max: 1) }; 5 times the sum"
    ) { dtype in
        let x = leaf(thresholdInput, dtype)
        let y = smoothThreshold(x, 1, 100)
        y.addGradientHook { clamp($0, min: -1, max: 1) }
        try (5 * y.sum()).backward()
        return [("x", x), ("value", y), ("dx", x.grad!)]
    },
    TourStop(
        title: "The same as a custom function",
        code: "SmoothThreshold(threshold: 1, k: 100)(x), which saves x and keeps its numbers"
    ) { dtype in
        let x = leaf(thresholdInput, dtype)
        let y = SmoothThreshold(threshold: 1, k: 100)(x)
        try y.sum().backward()
        return [("x", x), ("value", y), ("dx", x.grad!)]
    },
]

private let thresholdInput: [Double] = [1, 2, 0.5, 1.5]

private func leaf(_ elements: [Double], _ dtype: DType) -> Tensor {
    var x = Tensor(elements).asType(dtype)
    x.requiresGrad = true
    return x
}
