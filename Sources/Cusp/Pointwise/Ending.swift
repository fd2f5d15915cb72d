import Autograd
import CKernels

// A pointwise function whose results are reduced as they are computed: nothing of the function's shape is written to memory.

extension Pointwise {
    /// The sum of the function's values over these dimensions of the broadcast shape, or over all, in one pass.
    ///
    ///     let squared = Pointwise { x, y in (x - y) * (x - y) }
    ///     squared.sum(Tensor([1, 2, 3]), 1)     // 5.
    ///
    /// The gradient, too, is one pass, and saves the operands only. Traps where the number of operands is not that of the
    /// function.
    public func sum<each O: TensorOperand>(
        _ operands: repeat each O, dims: [Int]? = nil, keepDim: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            try function.sum(try list("sum", repeat each operands), dims, keepDim)
        }
    }

    /// The mean of the function's values over these dimensions of the broadcast shape, or over all, in one pass.
    public func mean<each O: TensorOperand>(
        _ operands: repeat each O, dims: [Int]? = nil, keepDim: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let list = try list("mean", repeat each operands)
            let total = try function.sum(list, dims, keepDim)
            return total / Double(try Reduced("mean", Call(function, list.span).shape, dims).count)
        }
    }

    private func list<each O: TensorOperand>(
        _ operation: String, _ operands: repeat each O
    ) throws(TensorError) -> [Operand<Tensor>] {
        var list: [Operand<Tensor>] = []
        for operand in repeat each operands { list.append(operand.operand) }
        guard list.count == arity else {
            throw TensorError(.shape, "\(operation): \(list.count) operands for a pointwise function of \(arity)")
        }
        return list
    }
}

extension PointwiseFunction {
    func sum(_ operands: [Operand<Tensor>], _ dims: [Int]?, _ keepDim: Bool) throws(TensorError) -> Tensor {
        let call = try Call(self, operands.span)
        let part = try Reduced("sum", call.shape, dims)
        // Where nothing is computed, nothing reduced, or in integers, there is nothing to gain.
        guard case .computed = compiled.results[0], !part.dims.isEmpty, call.shape.elementCount > 0,
            call.typing.results[0] == call.typing.compute, call.typing.compute.isFloatingPoint
        else {
            return try evaluate(operands.span).sum(dims: dims, keepDim: keepDim)
        }
        var result = Tensor(try reduced(CK_SUM, operands.span, call, part, keepDim))
        if call.needsGradient && Recording.isOn {
            result.source = Edge(PointwiseNode(self, operands.span, CollectionOfOne(result), summed: part))
        }
        if Watch.isOn { Watch.note(self, operands.span, [result], result.source?.node) }
        return result
    }

    /// Runs the kernels piece by piece, then reduces what the pieces have given.
    private func reduced(
        _ kind: ck_reduction, _ operands: Span<Operand<Tensor>>, _ call: Call, _ part: Reduced, _ keepDim: Bool
    ) throws(TensorError) -> Buffer {
        let type = ck_dtype(UInt32(call.typing.compute.rawValue))
        let kept = (0..<call.shape.rank).filter { !part.dims.contains($0) }
        let order = kept + part.dims
        let result = try Buffer(uninitialized: keepDim ? part.keptShape : part.droppedShape, call.typing.compute)
        let shape = Layout(call.shape).permuted(order).shape
        let views = operands.indices.map { i -> Operand<Tensor> in
            guard case .value(let tensor) = operands[i] else { return operands[i] }
            let buffer = tensor.buffer
            return .value(Tensor(buffer.viewed(buffer.layout.stretched(to: call.shape).permuted(order))))
        }
        var parts: Int64 = 0
        var failure: TensorError?
        let program = compiled.raw
        compiled.withOperands(views.span, shape, call.typing.compute) { sizes, raw in
            raw.initializeElement(at: operands.count, to: ck_operand())
            parts = ck_run_reduced_parts(program, Int32(shape.rank), sizes, Int32(kept.count), raw.baseAddress)
            do throws(TensorError) {
                let count = result.shape.elementCount
                let partial = parts == 1 ? result : try Buffer(uninitialized: [count * Int(parts)], result.dtype)
                raw[operands.count].data = partial.start
                raw[operands.count].dtype = type
                ck_run_reduced(
                    kind, program, type, Int32(shape.rank), sizes, Int32(kept.count), raw.baseAddress)
                guard parts > 1 else { return }
                let axis = ck_axis((count, Int(parts)), (Int(parts), 1), (1, 1))
                ck_reduce(kind, type, axis, partial.start, result.start)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return result
    }
}
