import Cusp

// Six ways to give a function with a kink or a jump a gradient that is of use. PyTorch 2.13 answers 0 for the last number of the
// threshold's gradient, because its rule y (1 - y) loses that tail.

/// A smooth maximum of two tensors: `t · log(eˣᐟᵗ + eʸᐟᵗ)`. Both always get a part of the gradient, the larger one more.
///
/// - Parameter temperature: t; the lower, the closer to the maximum.
package func smoothMaximum(_ x: Tensor, _ y: Tensor, temperature: Double = 10) -> Tensor {
    (stack([x, y]) / temperature).logSumExp(dim: 0) * temperature
}

/// max(x, 0) with the subgradient that its author chose: 1 above 0, else 0.
package struct ChosenSubgradient: CustomFunction {
    package init() {}

    package func forward(_ inputs: [Tensor]) -> (Tensor, context: Tensor) {
        let x = inputs[0]
        return (`where`(x .> 0, x, 0), x)
    }

    package func backward(_ gradient: Tensor, _ x: Tensor) -> [Tensor?] {
        [`where`(x .> 0, gradient, 0)]
    }
}

/// x², but no less than a bound is ever squared: far from the bound the function and its gradient are those of x².
package func squareAbove(_ bound: Double, _ x: Tensor) -> Tensor {
    let bounded = clamp(x, min: bound)
    return bounded * bounded
}

/// Whether x has reached a threshold, as a step that is smooth: σ(k (x - threshold)).
package let smoothThreshold = Pointwise { x, threshold, k in sigmoid(k * (x - threshold)) }

/// The same with its derivative written out. It saves x; the plain numbers are its own properties.
package struct SmoothThreshold: CustomFunction {
    package let threshold: Double
    package let k: Double

    package init(threshold: Double, k: Double) {
        self.threshold = threshold
        self.k = k
    }

    package func forward(_ inputs: [Tensor]) -> (Tensor, context: Tensor) {
        (sigmoid(k * (inputs[0] - threshold)), inputs[0])
    }

    package func backward(_ gradient: Tensor, _ x: Tensor) -> [Tensor?] {
        [gradient * k * sigmoidSlope(k * (x - threshold))]
    }
}
