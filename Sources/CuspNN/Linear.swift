import Cusp

/// A fully connected layer: `y = x · W + b`.
///
/// - x: `[..., inputs]`, y: `[..., outputs]`
/// - ``weight`` W: `[inputs, outputs]` (PyTorch keeps the transpose), ``bias`` b: `[outputs]`
///
///       var random = RandomStream(seed: 1)
///       let layer = Linear(64, 10, random: &random)
///       layer(Tensor.zeros([32, 64])).shape     // [32, 10]
///
/// Weights and biases begin uniform in ±1/√inputs, as PyTorch's do. Calling it traps where the last size of x is not `inputs`.
public struct Linear: Module {
    public let weight: Parameter
    /// nil for a layer without one.
    public let bias: Parameter?

    /// - Parameter random: where the weights come from; the same stream gives the same layer.
    public init(
        _ inputs: Int, _ outputs: Int, bias: Bool = true, dtype: DType = .float32, random: inout RandomStream
    ) {
        let bound = 1 / Double(max(inputs, 1)).squareRoot()
        weight = Parameter(random.uniform([inputs, outputs], from: -bound, to: bound, dtype: dtype))
        self.bias = bias ? Parameter(random.uniform([outputs], from: -bound, to: bound, dtype: dtype)) : nil
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { self(x, rectified: false) }

    /// The layer and, if `rectified`, the rectifier: `relu(x · W + b)`; with a bias in one pass over the result.
    ///
    ///     layer(x, rectified: true)     // the bits of relu(layer(x)), and of its gradients
    public func callAsFunction(_ x: Tensor, rectified: Bool) -> Tensor {
        // [..., inputs] · [inputs, outputs] + [outputs] -> [..., outputs]
        if let bias { return matmul(x, weight.value, plus: bias.value, rectified: rectified) }
        let product = matmul(x, weight.value)
        return rectified ? relu(product) : product
    }
}
