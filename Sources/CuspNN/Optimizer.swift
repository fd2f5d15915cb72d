import Cusp

/// What changes parameters by their gradients, a step at a time.
///
///     let optimizer = Adam(network.parameters)
///     for (x, labels) in batches {
///         optimizer.zeroGradients()
///         try crossEntropy(logits: network(x), labels: labels).backward()
///         optimizer.step()
///     }
public protocol Optimizer: AnyObject {
    var parameters: [Parameter] { get }
    /// How far a step goes; may be changed between steps.
    var learningRate: Double { get set }

    /// Moves every parameter that has a gradient; the others, and what is remembered of them, stay as they are. In place.
    func step()
}

extension Optimizer {
    /// Forgets the gradients; those of the next backward pass begin anew.
    public func zeroGradients() {
        for parameter in parameters { parameter.grad = nil }
    }
}

extension Tensor {
    /// Zeros of this tensor's shape and type.
    var zeros: Tensor { .zeros(shape, dtype: dtype) }
}
