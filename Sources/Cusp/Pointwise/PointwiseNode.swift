/// The rule of a pointwise function: one more pointwise function, on what its derivative names.
final class PointwiseNode: Node<Tensor>, @unchecked Sendable {
    private let function: PointwiseFunction
    private let derivative: Derivative
    /// In the order of `derivative.saved`.
    private var saved: [Operand<Tensor>]
    /// Shape and type of the operands that want gradients, in the order of `derivative.operands`.
    private let targets: [(shape: Shape, dtype: DType)]

    init(_ function: PointwiseFunction, _ operands: Span<Operand<Tensor>>, _ results: [Buffer]) {
        var wanted: UInt32 = 0
        var sources: [Edge<Tensor>?] = []
        for i in operands.indices {
            sources.append(operands[i].tensor?.source)
            if sources[i] != nil { wanted |= 1 << UInt32(i) }
        }
        self.function = function
        derivative = function.derivative(DerivativeKey(wanted: wanted, policy: .current))
        saved = derivative.saved.map { what in
            switch what {
            case .operand(let i): operands[i]
            case .result(let i): .value(Tensor(results[i]))
            }
        }
        targets = derivative.operands.map { (operands[$0].tensor!.shape, operands[$0].tensor!.dtype) }
        // A few nanoseconds an element at most; the engine only compares.
        let work = Double(results[0].shape.elementCount * derivative.function.program.values.count) * 0.3
        super.init(inputs: sources, outputCount: results.count, work: work, savesValues: !derivative.saved.isEmpty)
    }

    override var name: String { function.name }

    override func backward(_ gradient: consuming Tensor, into inputs: inout Contributions<Tensor>) throws {
        try propagate([.value(gradient)], &inputs)
    }

    override func backward(outputs gradients: consuming [Tensor?], into inputs: inout Contributions<Tensor>) throws {
        try propagate(gradients.map { $0.map(Operand.value) ?? .number(.float(0)) }, &inputs)
    }

    private func propagate(_ gradients: [Operand<Tensor>], _ inputs: inout Contributions<Tensor>) throws {
        let operands = gradients + attached
        let results = try derivative.function.evaluateAll(operands.span)
        for (k, operand) in derivative.operands.enumerated() where inputs.wants(operand) {
            inputs[operand] = results[k].summed(to: targets[k].shape).asType(targets[k].dtype)
        }
    }

    /// What was saved; for a second derivative results lead back to this node, from which they were kept apart.
    private var attached: [Operand<Tensor>] {
        guard Recording.isOn else { return saved }
        return zip(saved, derivative.saved).map { operand, what in
            guard case .result(let i) = what, let tensor = operand.tensor else { return operand }
            return .value(Tensor(tensor.buffer, source: Edge(self, output: i)))
        }
    }

    override func release() {
        saved = []
    }
}

extension Operand where Value == Tensor {
    var tensor: Tensor? {
        if case .value(let tensor) = self { tensor } else { nil }
    }
}
