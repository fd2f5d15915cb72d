import Cusp
import Foundation

/// Adam: steps of about the learning rate, whatever the size of the gradient g.
///
///     m += (1 - β₁) / (1 - β₁ᵗ) · (g - m)           t = 1, 2, 3 ...; m = v = 0 at first
///     v += (1 - β₂) / (1 - β₂ᵗ) · (g² - v)
///     p -= learningRate · m / (√v + epsilon)
///
/// Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1, with the defaults of the paper
/// and of PyTorch. There the averages begin at 0 and are divided by 1 - βᵗ when they are read; here m and v are those quotients
/// themselves, which follow the recurrence above, so that nothing is left to correct. Each line is one pass over memory, in
/// place.
public final class Adam: Optimizer {
    public let parameters: [Parameter]
    public var learningRate: Double
    public let beta1: Double
    public let beta2: Double
    public let epsilon: Double

    private struct Average {
        var gradient: Tensor
        var square: Tensor
        var steps = 0.0
    }
    private var averages: [Average?]
    private let follow = Pointwise { m, g, part in m + part * (g - m) }
    private let followSquare = Pointwise { v, g, part in v + part * (g * g - v) }
    private let move: Pointwise<4>

    public init(
        _ parameters: [Parameter], learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-8
    ) {
        self.parameters = parameters
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        averages = Array(repeating: nil, count: parameters.count)
        move = Pointwise { p, m, v, rate in p - rate * m / (sqrt(v) + epsilon) }
    }

    public func step() {
        for (i, parameter) in parameters.enumerated() {
            guard let gradient = parameter.grad else { continue }
            // Taken out of the list, so that it is the only reference and changes in place.
            var average =
                averages[i].take() ?? Average(gradient: parameter.value.zeros, square: parameter.value.zeros)
            average.steps += 1
            withoutGradients {
                average.gradient.apply(follow, gradient, (1 - beta1) / (1 - pow(beta1, average.steps)))
                average.square.apply(followSquare, gradient, (1 - beta2) / (1 - pow(beta2, average.steps)))
                parameter.update { $0.apply(move, average.gradient, average.square, learningRate) }
            }
            averages[i] = average
        }
    }
}
