import Cusp

/// Stochastic gradient descent with momentum.
///
///     g = gradient + weightDecay · p
///     v = momentum · v + g           (v = 0 at first)
///     p = p - learningRate · v
///
/// This is PyTorch's form (torch.optim.SGD, no dampening): the learning rate is not part of the velocity v, unlike in
/// Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013. Each line is one pass over
/// memory, in place; without momentum there is no v.
public final class SGD: Optimizer {
    public let parameters: [Parameter]
    public var learningRate: Double
    public let momentum: Double
    public let weightDecay: Double

    private var velocities: [Tensor?]
    private let accelerate: Pointwise<3>
    private let move: Pointwise<3>

    public init(_ parameters: [Parameter], learningRate: Double, momentum: Double = 0, weightDecay: Double = 0) {
        self.parameters = parameters
        self.learningRate = learningRate
        self.momentum = momentum
        self.weightDecay = weightDecay
        velocities = Array(repeating: nil, count: parameters.count)
        let decayed = { (g: Expression, p: Expression) in weightDecay == 0 ? g : g + weightDecay * p }
        accelerate = Pointwise { v, g, p in momentum * v + decayed(g, p) }
        move = Pointwise { p, v, rate in p - rate * (momentum == 0 ? decayed(v, p) : v) }
    }

    public func step() {
        withoutGradients {
            for (i, parameter) in parameters.enumerated() {
                guard let gradient = parameter.grad else { continue }
                guard momentum != 0 else {
                    parameter.update { $0.apply(move, gradient, learningRate) }
                    continue
                }
                // Taken out of the list, so that it is the only reference and changes in place.
                var velocity = velocities[i].take() ?? parameter.value.zeros
                velocity.apply(accelerate, gradient, parameter.value.detached())
                parameter.update { $0.apply(move, velocity, learningRate) }
                velocities[i] = velocity
            }
        }
    }
}
