import Autograd

/// One call of a function that is to be differentiated, on variables of its own in place of what it was given.
///
/// What ``gradient(at:createGraph:of:)-(Tensor,_,_)`` and its relatives share. The variables keep their passes apart
/// from the graph around: nothing is added to a leaf's `grad`, and no hook outside is called.
struct Trace {
    /// True while such a function runs: derivatives taken inside are recorded, because they are differentiated again.
    @TaskLocal static var isInside = false

    let variables: [Tensor]
    let results: [Tensor]
    /// Whether derivatives are to be differentiated again by somebody outside.
    let isRecorded: Bool

    init(
        _ operation: String, at inputs: [Tensor], createGraph: Bool, _ function: ([Tensor]) throws -> [Tensor]
    ) throws {
        for (i, input) in inputs.enumerated() where !input.dtype.isFloatingPoint {
            throw TensorError(
                .gradient,
                "\(operation): input \(i) is of type \(input.dtype), which has no gradient; use asType(.float32) first")
        }
        let isRecorded = Recording.isOn && (createGraph || Trace.isInside || inputs.contains { $0.requiresGrad })
        let variables = withGradients { inputs.map { isRecorded ? $0.variable : $0.detached().variable } }
        self.isRecorded = isRecorded
        self.variables = variables
        results = try Trace.$isInside.withValue(true) { try withGradients { try function(variables) } }
        for (i, result) in results.enumerated() where !result.dtype.isFloatingPoint {
            throw TensorError(
                .gradient,
                "\(operation): result \(i) is of type \(result.dtype), which has no gradient; give a result of a float type"
            )
        }
    }

    /// The only result, if it is one number.
    func number(_ operation: String) throws -> Tensor {
        guard results[0].elementCount == 1 else {
            throw TensorError(
                .gradient,
                "\(operation): the result has the shape \(results[0].shape), and a gradient is of one number: call sum() in the function, or use jacobian or vjp"
            )
        }
        return results[0]
    }

    /// The results as the caller gets them.
    var values: [Tensor] { isRecorded ? results : results.map { $0.detached() } }

    /// Σ ∂results/∂variables · `gradients`, which are of the results' shapes: one for each variable, 0 without a path.
    func pullback(_ gradients: [Tensor], isRecorded: Bool) throws -> [Tensor] {
        try pull(results, gradients, at: variables, isRecorded: isRecorded)
    }

    /// The variables' tangents carried through to the results, by two passes backward.
    ///
    /// The gradient of ⟨u, f(x)⟩ is Jᵀu. It is linear in u, and so its own derivative with respect to u, with v as the
    /// gradient to start from, is Jv, whatever u is.
    func pushforward(_ tangents: [Tensor]) throws -> [Tensor] { try pushforward()(tangents) }

    /// The same for any number of tangents, with one of the two passes for all of them.
    func pushforward() throws -> ([Tensor]) throws -> [Tensor] {
        let u = results.map { Tensor.zeros($0.shape, dtype: $0.dtype).variable }
        let transposed = try pullback(u, isRecorded: true)
        return { try pull(transposed, $0, at: u, isRecorded: isRecorded) }
    }

    /// One for each input, of its shape and type.
    static func fitted(_ operation: String, _ what: String, _ values: [Tensor], to targets: [Tensor]) throws -> [Tensor]
    {
        guard values.count == targets.count else {
            throw TensorError(.gradient, "\(operation): \(values.count) \(what)s for \(targets.count) tensors")
        }
        return try zip(values, targets).enumerated().map { i, pair in
            guard pair.0.shape == pair.1.shape else {
                throw TensorError(
                    .gradient,
                    "\(operation): \(what) \(i) has the shape \(pair.0.shape), and belongs to a tensor of shape \(pair.1.shape)"
                )
            }
            return pair.0.asType(pair.1.dtype)
        }
    }
}

/// A pass from `results` to `variables` that leaves the graph as it is.
func pull(_ results: [Tensor], _ gradients: [Tensor], at variables: [Tensor], isRecorded: Bool) throws -> [Tensor] {
    let roots = zip(results, gradients).compactMap { result, gradient in result.source.map { ($0, gradient) } }
    let found = try Pass.run(createGraph: isRecorded, from: results, to: variables.map { $0.source! }) {
        try Engine.gradients(of: roots, at: variables.map { $0.source! }, retainGraph: true)
    }
    return zip(found, variables).map { $0 ?? .zeros($1.shape, dtype: $1.dtype) }
}

extension Tensor {
    /// What the operation is called that makes a tensor a place of its own.
    static let variableName = "variable"

    /// The same elements as a place of their own in the graph: behind this tensor where it requires gradients, else a
    /// leaf.
    var variable: Tensor {
        guard source != nil else { return Tensor(buffer, source: Edge(Leaf())) }
        return record(Self.variableName, self, result: buffer) { g, inputs in inputs.give(0) { g } }
    }
}
