import Autograd
import CKernels

/// What a function's values are reduced by. With names written out: to describe a case takes longer than a small reduction.
enum Reduction: String, Sendable {
    case sum, max, min, logSumExp

    var kernel: ck_reduction {
        switch self {
        case .sum: CK_SUM
        case .max: CK_MAX
        case .min: CK_MIN
        case .logSumExp: CK_LOG_SUM_EXP
        }
    }

    /// The gradient at one of the values, where `g` is the result's, divided by the sum of what this gives for a `g` of 1, and `y`
    /// the result.
    func gradient(_ g: Expression, at value: Expression, _ y: () -> Expression) -> Expression {
        switch self {
        case .sum: g
        case .max, .min: `where`(Self.isSelected(value, y()), g, 0)
        case .logSumExp:
            .apply(.logSumExpGradientByPolicy, g, value, y())
        }
    }

    /// Whether the value is the largest, or one of the NaN that came in its place.
    static func isSelected(_ value: Expression, _ y: Expression) -> Expression { (value .== y) .| isNaN(value) }
}

extension PointwiseFunction {
    func values(_ operands: [Operand<Tensor>]) throws(TensorError) -> Tensor { try evaluate(operands.span) }

    /// Its values for these operands, reduced, and recorded if any of them needs gradients.
    func reduce(
        _ reduction: Reduction, _ operands: [Operand<Tensor>], _ dims: [Int]?, _ keepDim: Bool
    ) throws(TensorError) -> Tensor {
        let call = try Call(self, operands.span)
        let part = try Reduced(reduction.rawValue, call.shape, dims)
        if reduction == .max || reduction == .min { try part.requireElements() }
        // Where nothing is computed, nothing reduced, or in integers, there is nothing to gain.
        guard case .computed = compiled.results[0], compiled.results.count == 1, !part.dims.isEmpty,
            call.shape.elementCount > 0, call.typing.isUniform, call.typing.results[0] == call.typing.compute,
            call.typing.compute.isFloatingPoint
        else {
            let values = try evaluateAll(operands.span)[0]
            switch reduction {
            case .sum: return values.sum(dims: dims, keepDim: keepDim)
            case .max: return values.max(dims: dims, keepDim: keepDim)
            case .min: return values.min(dims: dims, keepDim: keepDim)
            case .logSumExp: return values.logSumExp(dims: dims, keepDim: keepDim)
            }
        }
        let type = call.typing.compute
        let isRecorded = call.needsGradient && Recording.isOn
        var result = Tensor(try Buffer(uninitialized: keepDim ? part.keptShape : part.droppedShape, type))
        if isRecorded, reduction == .sum, let pass = try prepared(operands.span, call) {
            try pass.function.compiled.run(pass.operands, into: pass.gradients, reduction, part, type, result.buffer)
            let ending = PointwiseEnding(self, reduction, part, pass)
            record(&result, operands, ending)
        } else {
            try compiled.run(operands, into: [], reduction, part, type, result.buffer)
            if isRecorded {
                let ending = PointwiseEnding(self, reduction, part, nil)
                record(&result, operands, ending)
            }
        }
        if Watch.isOn { Watch.note(self, operands.span, [result], result.source?.node) }
        return result
    }

    private func record(_ result: inout Tensor, _ operands: [Operand<Tensor>], _ ending: PointwiseEnding) {
        let node = operands.span.withBorrowed { PointwiseNode.make(self, $0, result, ending) }
        result.source = Edge(node)
    }

    /// What the parts of the gradient add up to, given the operands and the result: how many values share that of the largest;
    /// 1 for a log-sum-exp, but for the rounding of its result.
    func shares(
        _ reduction: Reduction, _ operands: [Operand<Tensor>], _ y: Tensor, _ part: Reduced
    ) throws -> Tensor {
        let function = companions.value(for: .shares(reduction)) {
            PointwiseFunction("shares of \(name)", arity: program.inputCount + 1) { x in
                let value = Tracer.current!.inline(self.program, x)[0]
                return reduction == .logSumExp
                    ? Cusp.exp(value - x.last!) : `where`(Reduction.isSelected(value, x.last!), 1.0, 0.0)
            }
        }
        let y = part.restored(y.detached())
        let sum = try function.reduce(.sum, operands + [.value(y)], part.dims, true)
        // Where y is infinite nothing is rounded.
        return reduction == .logSumExp ? `where`((y - y) .== 0, sum, 1) : sum
    }
}

extension CompiledProgram {
    /// Runs the kernels piece by piece, reduces the first result while it is there, and writes the others to `outputs`.
    func run(
        _ operands: [Operand<Tensor>], into outputs: [Tensor], _ reduction: Reduction, _ part: Reduced,
        _ compute: DType, _ result: Buffer
    ) throws(TensorError) {
        let type = ck_dtype(UInt32(compute.rawValue))
        let kept = (0..<part.shape.rank).filter { !part.dims.contains($0) }
        let order = kept + part.dims
        func view(_ tensor: Tensor) -> Tensor {
            let buffer = tensor.buffer
            return Tensor(buffer.viewed(buffer.layout.stretched(to: part.shape).permuted(order)))
        }
        let shape = Layout(part.shape).permuted(order).shape
        let views = operands.map { $0.tensor.map { .value(view($0)) } ?? $0 }
        var failure: TensorError?
        let program = raw(compute)
        withOperands(views.span, shape, compute) { sizes, raw in
            raw.initializeElement(at: operands.count, to: ck_operand())
            for (i, output) in outputs.enumerated() {
                raw.initializeElement(at: operands.count + 1 + i, to: view(output).buffer.operand(stretchedTo: shape))
            }
            let parts = ck_run_reduced_parts(program, Int32(shape.rank), sizes, Int32(kept.count), raw.baseAddress)
            do throws(TensorError) {
                let count = result.shape.elementCount
                let partial = parts == 1 ? result : try Buffer(uninitialized: [count * Int(parts)], result.dtype)
                raw[operands.count].data = partial.start
                raw[operands.count].dtype = type
                ck_run_reduced(
                    reduction.kernel, program, type, Int32(shape.rank), sizes, Int32(kept.count), raw.baseAddress)
                guard parts > 1 else { return }
                let axis = ck_axis((count, Int(parts)), (Int(parts), 1), (1, 1))
                ck_reduce(reduction.kernel, type, axis, partial.start, result.start)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
