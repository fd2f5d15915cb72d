import Autograd

/// The rule of a pointwise function: one more pointwise function, on what its derivative names.
final class PointwiseNode: Node<Tensor>, @unchecked Sendable {
    private let function: PointwiseFunction
    private let derivative: Derivative
    /// In the order of `derivative.saved`.
    private var saved: [Operand<Tensor>]
    /// What hooks made of the tensors in `saved`, in their order; empty if there were no hooks.
    private var packed: [SavedTensor?] = []
    /// Shape and type of the operands that want gradients, in the order of `derivative.operands`; empty if all are those of
    /// the result.
    private let targets: [(shape: Shape, dtype: DType)]
    /// The type of the first result.
    private let dtype: DType
    /// What the result was summed over in the same pass, if it was.
    private let ending: Reduced?

    init(
        _ function: PointwiseFunction, _ operands: Span<Operand<Tensor>>,
        _ results: some RandomAccessCollection<Tensor>,
        summed ending: Reduced? = nil
    ) {
        let result = results.first!
        let shape = ending?.shape ?? result.shape
        var wanted: UInt32 = 0
        var isEven = true
        for i in operands.indices {
            guard case .value(let tensor) = operands[i], tensor.source != nil else { continue }
            wanted |= 1 << UInt32(i)
            if tensor.shape != shape || tensor.dtype != result.dtype { isEven = false }
        }
        self.function = function
        dtype = result.dtype
        let derivative = function.derivative(
            DerivativeKey(wanted: wanted, policy: .current, savesResults: ending == nil))
        self.derivative = derivative
        self.ending = ending
        saved = derivative.saved.map { what in
            switch what {
            case .operand(let i): operands[i]
            case .result(let i): .value(results[results.index(results.startIndex, offsetBy: i)].detached())
            }
        }
        if Watch.isOn, SavedTensorHooks.current != nil {
            packed = saved.map { $0.tensor.map { SavedTensor($0) } }
            saved = saved.map { $0.tensor == nil ? $0 : .number(.int(0)) }
        }
        targets =
            isEven ? [] : derivative.operands.map { (operands[$0].tensor!.shape, operands[$0].tensor!.dtype) }
        // A few tenths of a nanosecond for each step and element; the engine only compares.
        let work = Double(shape.elementCount * derivative.function.program.values.count) * 0.3
        switch operands.count {
        case 1:
            super.init(
                operands[0].tensor?.source, outputCount: results.count, work: work,
                savesValues: !derivative.saved.isEmpty)
        case 2:
            super.init(
                operands[0].tensor?.source, operands[1].tensor?.source, outputCount: results.count, work: work,
                savesValues: !derivative.saved.isEmpty)
        default:
            super.init(
                inputs: operands.indices.map { operands[$0].tensor?.source }, outputCount: results.count, work: work,
                savesValues: !derivative.saved.isEmpty)
        }
    }

    override var name: String { function.name }

    override func backward(_ gradient: consuming Tensor, into inputs: inout Contributions<Tensor>) throws {
        guard let ending else {
            var gradient = gradient
            // The engine has given the gradient away: what it leads to may be written over it.
            let spare = gradient.isExpendable ? gradient : nil
            return try propagate([.value(gradient)], &inputs, over: spare)
        }
        // The gradient of a sum repeats over what was added up.
        try propagate([.value(ending.restored(gradient).expanded(to: ending.shape))], &inputs)
    }

    override func backward(outputs gradients: consuming [Tensor?], into inputs: inout Contributions<Tensor>) throws {
        try propagate(gradients.map { $0.map(Operand.value) ?? .number(.float(0)) }, &inputs)
    }

    private func propagate(
        _ gradients: [Operand<Tensor>], _ inputs: inout Contributions<Tensor>, over spare: Tensor? = nil
    ) throws {
        let operands = gradients + (try attached)
        if derivative.operands.count == 1 {
            inputs[derivative.operands[0]] = fitted(try derivative.function.evaluate(operands.span, over: spare), 0)
            return
        }
        let results = try derivative.function.evaluateAll(operands.span, over: spare)
        for (k, operand) in derivative.operands.enumerated() where inputs.wants(operand) {
            inputs[operand] = fitted(results[k], k)
        }
    }

    /// A gradient in the shape and type of its operand.
    private func fitted(_ gradient: Tensor, _ k: Int) -> Tensor {
        // A gradient that does not depend on anything is a number, which has no type of its own.
        targets.isEmpty ? gradient.asType(dtype) : gradient.summed(to: targets[k].shape).asType(targets[k].dtype)
    }

    /// What was saved; for a second derivative results lead back to this node, from which they were kept apart.
    private var attached: [Operand<Tensor>] {
        get throws {
            var operands = saved
            for (i, packed) in packed.enumerated() {
                if let packed { operands[i] = .value(try packed.tensor) }
            }
            guard Recording.isOn else { return operands }
            return zip(operands, derivative.saved).map { operand, what in
                guard case .result(let i) = what, let tensor = operand.tensor else { return operand }
                return .value(Tensor(tensor.buffer, source: Edge(self, output: i)))
            }
        }
    }

    override func release() {
        saved = []
        packed = []
    }
}

extension Operand where Value == Tensor {
    var tensor: Tensor? {
        if case .value(let tensor) = self { tensor } else { nil }
    }
}
