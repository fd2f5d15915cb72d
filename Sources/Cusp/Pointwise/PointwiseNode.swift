import Autograd

/// The rule of a pointwise function: one more pointwise function, on what its derivative names.
final class PointwiseNode: Node<Tensor>, @unchecked Sendable {
    let derivative: Derivative
    /// In the order of `derivative.saved`. The first ones lie in line, because an array is one more allocation for each node.
    /// Written in init and by `release()`, which never meets a rule: there is no access to watch over.
    @exclusivity(unchecked) private var saved = InlineArray<3, Operand<Tensor>?>(repeating: nil)
    /// What most nodes do not have.
    private let besides: Besides?
    /// The type of the first result.
    private let dtype: DType
    /// How the values were reduced in the same pass, if they were.
    let ending: PointwiseEnding?

    private final class Besides: @unchecked Sendable {
        /// What was saved from the fourth on.
        var saved: [Operand<Tensor>] = []
        /// What hooks made of the saved tensors, in their order; empty if there were no hooks.
        var packed: [SavedTensor?] = []
        /// Shape and type of the operands that want gradients, in the order of `derivative.operands`; empty if all are those of
        /// the result.
        var targets: [(shape: Shape, dtype: DType)] = []
    }

    // Borrowed, as init would else own what it is given, and let go of it at once.
    init(
        _ function: borrowing PointwiseFunction, _ operands: Span<BorrowedOperand>,
        _ results: borrowing some RandomAccessCollection<Tensor>,
        _ ending: PointwiseEnding? = nil
    ) {
        let result = results[results.startIndex].body
        var wanted: UInt64 = 0
        var isEven = true
        for i in operands.indices {
            guard case .value(let operand) = operands[i] else { continue }
            operand._withUnsafeGuaranteedRef { body in
                guard body.source != nil else { return }
                wanted |= 1 << UInt64(i)
                let hasShape = ending.map { $0.part.shape == body.layout.shape } ?? body.hasShape(of: result)
                if !hasShape || body.dtype != result.dtype { isEven = false }
            }
        }
        dtype = result.dtype
        let derivative = function.derivative(
            DerivativeKey(wanted: wanted, policy: .current, ending: ending?.kind))
        let isPacked = Watch.isOn && SavedTensorHooks.current != nil
        let besides = isEven && !isPacked && derivative.saved.count <= 3 ? nil : Besides()
        for k in derivative.saved.indices {
            var operand =
                switch derivative.saved[k] {
                case .operand(let i): operands[i].held
                case .result(let i):
                    Operand.value(results[results.index(results.startIndex, offsetBy: i)].detached())
                }
            if isPacked {
                besides!.packed.append(operand.tensor.map { SavedTensor($0) })
                if operand.tensor != nil { operand = .number(.int(0)) }
            }
            if k < 3 { saved[k] = operand } else { besides!.saved.append(operand) }
        }
        if !isEven {
            besides!.targets = derivative.operands.map { i in
                let operand = operands[i].held.tensor!
                return (operand.shape, operand.dtype)
            }
        }
        self.besides = besides
        // A tenth of a nanosecond for each step and element; the engine only compares.
        let elements = ending?.part.shape.elementCount ?? result.elementCount
        let work = Double(elements * derivative.function.program.values.count) * 0.1
        let savesValues = !derivative.saved.isEmpty
        self.ending = ending
        self.derivative = derivative
        if operands.count == 1 {
            super.init(operands[0].source, outputCount: results.count, work: work, savesValues: savesValues)
        } else if wanted < 4 {
            super.init(
                operands[0].source, operands[1].source, inputCount: operands.count, outputCount: results.count,
                work: work, savesValues: savesValues)
        } else {
            super.init(
                inputs: operands.indices.map { operands[$0].source }, outputCount: results.count, work: work,
                savesValues: savesValues)
        }
    }

    override var name: String { derivative.name }

    override func backward(_ gradient: consuming Tensor, into inputs: inout Contributions<Tensor>) throws {
        if let ending { return try backward(gradient, through: ending, &inputs) }
        // A pass that frees the graph records nothing, and need not look for the task-local.
        let isRecorded = inputs.retainsGraph && Recording.isOn
        var gradient = consume gradient
        // The engine has given the gradient away: what it leads to may be written over it.
        let isSpare = !isRecorded && gradient.isSpare()
        if !isRecorded, let operand = onlyOperand {
            if derivative.isIdentity {
                inputs[operand] = fitted(consume gradient, 0)
                return
            }
            var call = flatCall(gradient)
            if isSpare, call.write(derivative.function, over: gradient) {
                inputs[operand] = fitted(consume gradient, 0)
                return
            }
            if let result = call.result(derivative.function) {
                inputs[operand] = fitted(result, 0)
                return
            }
        }
        try propagate([.value(gradient)], &inputs, over: isSpare ? gradient : nil)
    }

    override func backward(outputs gradients: consuming [Tensor?], into inputs: inout Contributions<Tensor>) throws {
        try propagate(gradients.map { $0.map(Operand.value) ?? .number(.float(0)) }, &inputs)
    }

    /// The operand whose gradient is one call of a function of a few operands; else nil.
    @inline(__always)
    private var onlyOperand: Int? {
        guard derivative.operands.count == 1 else { return nil }
        if let besides, !besides.saved.isEmpty || !besides.packed.isEmpty { return nil }
        return derivative.operands[0]
    }

    @inline(__always)
    private func flatCall(_ gradient: borrowing Tensor) -> FlatCall {
        var call = FlatCall()
        call.append(gradient)
        for k in saved.indices {
            switch saved[k] {
            case .value(let tensor)?: call.append(tensor)
            case .number(let number)?: call.append(number)
            case nil: break
            }
        }
        return call
    }

    func propagate(
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
    @inline(__always)
    private func fitted(_ gradient: consuming Tensor, _ k: Int) -> Tensor {
        if let targets = besides?.targets, !targets.isEmpty {
            return gradient.summed(to: targets[k].shape).asType(targets[k].dtype)
        }
        // A gradient that does not depend on anything is a number, which has no type of its own.
        return gradient.dtype == dtype ? gradient : gradient.asType(dtype)
    }

    private var allSaved: [Operand<Tensor>] { (0..<3).compactMap { saved[$0] } + (besides?.saved ?? []) }

    /// What was saved, without its place in the graph.
    var unpacked: [Operand<Tensor>] {
        get throws {
            var operands = allSaved
            for (i, packed) in (besides?.packed ?? []).enumerated() {
                if let packed { operands[i] = .value(try packed.tensor) }
            }
            return operands
        }
    }

    /// What was saved; for a second derivative results lead back to this node, from which they were kept apart.
    private var attached: [Operand<Tensor>] {
        get throws {
            let operands = try unpacked
            guard Recording.isOn || ending != nil else { return operands }
            return zip(operands, derivative.saved).map { operand, what in
                guard case .result(let i) = what, var tensor = operand.tensor else { return operand }
                if Recording.isOn { tensor = Tensor(tensor.buffer, source: Edge(self, output: i)) }
                return .value(ending?.part.restored(tensor) ?? tensor)
            }
        }
    }

    override func release() {
        // Numbers hold nothing.
        for k in saved.indices {
            if case .value? = saved[k] { saved[k] = nil }
        }
        if let besides { (besides.saved, besides.packed) = ([], []) }
        ending?.prepared = nil
    }
}

extension Operand where Value == Tensor {
    var tensor: Tensor? {
        if case .value(let tensor) = self { tensor } else { nil }
    }
}
