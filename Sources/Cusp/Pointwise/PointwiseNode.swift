import Autograd

/// The rule of a pointwise function: one more pointwise function, on what its derivative names.
final class PointwiseNode: Node<Tensor>, @unchecked Sendable {
    /// The type of the first result.
    private let dtype: DType
    @exclusivity(unchecked) var kinds: SavedOperands.Kinds = 0
    /// Held unless it is permanent: its function may go before this node does.
    private let rule: Unmanaged<Derivative>
    /// What most nodes do not have.
    private let besides: Besides?
    /// In the order of `derivative.saved`. The first ones lie in line, because an array is one more allocation for each node.
    /// Written before anybody else has the node and by `release()`, which never meets a rule: there is no access to watch over.
    @exclusivity(unchecked) var saved = SavedOperands()

    final class Besides: @unchecked Sendable {
        /// What was saved from the fourth on.
        @exclusivity(unchecked) var saved: [Operand<Tensor>] = []
        /// What hooks made of the saved tensors, in their order; empty if there were no hooks.
        @exclusivity(unchecked) var packed: [SavedTensor?] = []
        /// Shape and type of the operands that want gradients, in the order of `derivative.operands`; empty if all are those of
        /// the result.
        @exclusivity(unchecked) var targets: [(shape: Shape, dtype: DType)] = []
        /// How the values were reduced in the same pass, if they were.
        let ending: PointwiseEnding?

        init(_ ending: PointwiseEnding?) { self.ending = ending }
    }

    /// - Parameters:
    ///   - rule: held by who calls, for this node, unless it is permanent.
    ///   - wanted: bit `i`: operand `i` wants a gradient.
    init(
        _ rule: Unmanaged<Derivative>, _ wanted: UInt64, _ operands: borrowing Span<BorrowedOperand>, outputCount: Int,
        _ dtype: DType, elements: Int, _ besides: consuming Besides?, savesValues: Bool
    ) {
        self.rule = rule
        self.dtype = dtype
        self.besides = besides
        // A tenth of a nanosecond for each step and element; the engine only compares.
        let work = Double(elements &* rule._withUnsafeGuaranteedRef { $0.steps }) * 0.1
        if wanted < 4, operands[0].isFirstOutput, operands.count == 1 || operands[1].isFirstOutput {
            super.init(
                firstOutputs: operands[0].node, operands.count > 1 ? operands[1].node : nil, inputCount: operands.count,
                outputCount: outputCount, work: work, savesValues: savesValues)
        } else {
            super.init(inputs: operands.sources, outputCount: outputCount, work: work, savesValues: savesValues)
        }
    }

    deinit {
        if savesValues { saved.release(kinds) }
        if !rule._withUnsafeGuaranteedRef({ $0.function.isPermanent }) { rule.release() }
    }

    var derivative: Derivative { rule.takeUnretainedValue() }
    var ending: PointwiseEnding? { besides?.ending }
    override var name: String { derivative.name }

    override func backward(_ gradient: consuming Tensor, into inputs: inout Contributions<Tensor>) throws {
        if let ending { return try backward(gradient, through: ending, &inputs) }
        // A pass that frees the graph records nothing, and need not look for the task-local.
        let isRecorded = inputs.retainsGraph && Recording.isOn
        var gradient = consume gradient
        // The engine has given the gradient away: what it leads to may be written over it.
        let isSpare = !isRecorded && gradient.isSpare()
        if !isRecorded, let operand = onlyOperand {
            if rule._withUnsafeGuaranteedRef({ $0.isIdentity }) {
                inputs[operand] = fitted(consume gradient, 0)
                return
            }
            var call = FlatCall()
            call.append(gradient)
            for k in 0..<SavedOperands.most {
                guard let operand = saved.operand(k, kinds) else { break }
                call.append(operand)
            }
            let function = rule._withUnsafeGuaranteedRef { Unmanaged.passUnretained($0.function) }
            if isSpare, call.write(function, over: gradient) {
                inputs[operand] = fitted(consume gradient, 0)
                return
            }
            if let result = call.result(function) {
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
        if let besides, !besides.saved.isEmpty || !besides.packed.isEmpty { return nil }
        return rule._withUnsafeGuaranteedRef { $0.onlyOperand }
    }

    func propagate(
        _ gradients: [Operand<Tensor>], _ inputs: inout Contributions<Tensor>, over spare: Tensor? = nil
    ) throws {
        let operands = gradients + (try attached)
        let derivative = derivative
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

    private var allSaved: [Operand<Tensor>] {
        (0..<SavedOperands.most).compactMap { saved.operand($0, kinds)?.held } + (besides?.saved ?? [])
    }

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
        saved.release(kinds)
        if let besides {
            (besides.saved, besides.packed) = ([], [])
            besides.ending?.prepared = nil
        }
    }
}

extension Operand where Value == Tensor {
    var tensor: Tensor? {
        if case .value(let tensor) = self { tensor } else { nil }
    }
}
