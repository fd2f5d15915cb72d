/// An operation whose derivative its author writes.
///
/// What the derivative needs from the operands travels in a context of the author's own type; plain numbers stay properties of
/// the function.
///
///     struct Threshold: CustomFunction {
///         var k: Float
///         func forward(_ x: [Tensor]) -> (Tensor, context: Tensor) { (sigmoid(k * x[0]), x[0]) }
///         func backward(_ g: Tensor, _ x: Tensor) -> [Tensor?] { [g * k * sigmoid(k * x) * sigmoid(-k * x)] }
///     }
///     let y = Threshold(k: 100)(x)
///
/// `backward` may be differentiated again where it is written in tensor operations on what `forward` was given.
public protocol CustomFunction: Sendable {
    associatedtype Context: Sendable

    /// The result, and what `backward` will need. Runs without recording.
    func forward(_ inputs: [Tensor]) -> (Tensor, context: Context)

    /// The gradients of the inputs, one for each of them and of its shape, nil for none; `gradient` is that of the result.
    func backward(_ gradient: Tensor, _ context: Context) throws -> [Tensor?]
}

extension CustomFunction {
    /// Applies the function.
    public func callAsFunction(_ inputs: Tensor...) -> Tensor { callAsFunction(inputs) }

    /// Applies the function.
    public func callAsFunction(_ inputs: [Tensor]) -> Tensor {
        let (result, context) = withoutGradients { forward(inputs) }
        let name = "\(Self.self)"
        let shapes = inputs.map { ($0.shape, $0.dtype) }
        return record(name, inputs, result: result.buffer, keeping: false) { g, _, contributions in
            let gradients = try backward(g, context)
            for (i, (gradient, (shape, dtype))) in zip(gradients, shapes).enumerated() {
                guard let gradient, gradient.shape != shape || gradient.dtype != dtype else { continue }
                throw TensorError(
                    .gradient,
                    "backward of \(name): the gradient of input \(i) is \(gradient.dtype) of shape \(gradient.shape), the input \(dtype) of shape \(shape)"
                )
            }
            try contributions.give(all: gradients, from: name)
        }
    }
}
