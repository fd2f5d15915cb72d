import Cusp

/// Layer normalisation over the last dimensions, with a weight and a bias for each element of a part.
///
/// - x: `[..., sizes]`, the result: the same; ``weight`` and ``bias``: `[sizes]`
///
///       let norm = LayerNorm([64])
///       norm(Tensor.zeros([32, 64])).shape     // [32, 64]
///
/// Weights begin at 1, biases at 0. See ``Tensor/layerNorm(weight:bias:overLast:epsilon:file:line:)``.
public struct LayerNorm: Module {
    public let weight: Parameter
    public let bias: Parameter
    public let epsilon: Double

    public init(_ sizes: Shape, epsilon: Double = 1e-5, dtype: DType = .float32) {
        weight = Parameter(.ones(sizes, dtype: dtype))
        bias = Parameter(.zeros(sizes, dtype: dtype))
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        x.layerNorm(weight: weight.value, bias: bias.value, overLast: weight.value.rank, epsilon: epsilon)
    }
}
