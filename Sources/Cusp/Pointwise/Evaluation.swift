import Autograd
import CKernels

extension Tensor: Elementwise {
    public static func apply(_ function: PointwiseFunction, to operands: Span<Operand<Tensor>>) -> Tensor {
        do {
            return try function.evaluate(operands)
        } catch {
            return attempt { () throws(TensorError) in throw error }
        }
    }
}

extension PointwiseFunction {
    /// The first result for these operands, recorded if any of them needs gradients.
    ///
    /// - Parameter spare: one of the operands, whose elements nobody will ask for again: the result is written over them
    ///   where it fits.
    func evaluate(_ operands: Span<Operand<Tensor>>, over spare: Tensor? = nil) throws(TensorError) -> Tensor {
        // Nearly always there is one result: then nothing is put into lists.
        guard compiled.results.count == 1 else { return try evaluateAll(operands, over: spare)[0] }
        let call = try Call(self, operands)
        var result: Tensor
        if case .computed = compiled.results[0] {
            result = try call.place(call.typing.results[0], spare)
            compiled.run(operands, into: CollectionOfOne(result), call.shape, call.typing.compute)
        } else {
            result = try resolve(compiled.results[0], call.typing.results[0], operands, [], call.shape)
        }
        if call.needsGradient && Recording.isOn && result.dtype.isFloatingPoint {
            result.source = Edge(PointwiseNode(self, operands, CollectionOfOne(result)))
        }
        if call.needsGradient && result.source == nil && Recording.isOn { markCut(result, operands) }
        if Watch.isOn { Watch.note(self, operands, [result], result.source?.node) }
        return result
    }

    /// All results for these operands, recorded if any of them needs gradients.
    func evaluateAll(_ operands: Span<Operand<Tensor>>, over spare: Tensor? = nil) throws(TensorError) -> [Tensor] {
        let call = try Call(self, operands)
        // A result that is an operand itself may be the spare one.
        let spare = compiled.results.contains { if case .input = $0 { true } else { false } } ? nil : spare
        var outputs: [Tensor] = []
        for (result, type) in zip(compiled.results, call.typing.results) {
            guard case .computed(let i) = result, i == outputs.count else { continue }
            outputs.append(try call.place(type, i == 0 ? spare : nil))
        }
        if !outputs.isEmpty { compiled.run(operands, into: outputs, call.shape, call.typing.compute) }
        var results: [Tensor] = []
        for (result, type) in zip(compiled.results, call.typing.results) {
            results.append(try resolve(result, type, operands, outputs, call.shape))
        }
        guard call.needsGradient && Recording.isOn && results.contains(where: { $0.dtype.isFloatingPoint }) else {
            if call.needsGradient && Recording.isOn {
                for result in results { markCut(result, operands) }
            }
            if Watch.isOn { Watch.note(self, operands, results, nil) }
            return results
        }
        let node = PointwiseNode(self, operands, results)
        if Watch.isOn { Watch.note(self, operands, results, node) }
        for i in results.indices where results[i].dtype.isFloatingPoint {
            results[i].source = Edge(node, output: i)
        }
        return results
    }

    private func markCut(_ result: Tensor, _ operands: Span<Operand<Tensor>>) {
        CutGradient.mark(result, name, operands.indices.compactMap { operands[$0].tensor })
    }

    private func resolve(
        _ result: CompiledProgram.Result, _ type: DType, _ operands: Span<Operand<Tensor>>, _ outputs: [Tensor],
        _ shape: Shape
    ) throws(TensorError) -> Tensor {
        switch result {
        case .computed(let i): return outputs[i]
        case .input(let i):
            switch operands[i] {
            case .value(let tensor):
                // The operand itself: shared, not copied.
                if tensor.dtype == type && tensor.shape == shape { return tensor.detached() }
                let view = tensor.buffer.viewed(tensor.buffer.layout.stretched(to: shape))
                return Tensor(tensor.dtype == type ? view : try view.copied(as: type))
            case .number(let number): return Tensor(try Buffer(repeating: number, type, shape))
            }
        case .constant(let number): return Tensor(try Buffer(repeating: number, type, shape))
        }
    }
}

/// What is settled before the kernels run.
struct Call {
    private(set) var shape = Shape()
    private(set) var needsGradient = false
    let typing: Typing

    init(_ function: PointwiseFunction, _ operands: Span<Operand<Tensor>>) throws(TensorError) {
        var key = TypingKey()
        var isFirst = true
        for i in operands.indices {
            switch operands[i] {
            case .value(let tensor):
                if isFirst {
                    shape = tensor.shape
                    isFirst = false
                } else if tensor.shape != shape {
                    shape = try Shape.broadcast(shape, tensor.shape, for: function.name)
                }
                if tensor.source != nil { needsGradient = true }
                key.append(.elements(tensor.dtype))
            case .number(let number): key.append(OperandType(number))
            }
        }
        typing = function.typing(key)
    }

    /// Where a result goes: over `spare` where that has its shape and type.
    func place(_ type: DType, _ spare: Tensor?) throws(TensorError) -> Tensor {
        if let spare, spare.dtype == type, spare.shape == shape { return Tensor(spare.buffer) }
        return Tensor(try Buffer(uninitialized: shape, type))
    }
}

extension PointwiseFunction {
    func typing(_ key: TypingKey) -> Typing {
        typings.value(for: key) { Typing(program, key.types) }
    }
}

extension Buffer {
    /// One element that repeats over `shape`.
    init(repeating number: Number, _ type: DType, _ shape: Shape) throws(TensorError) {
        let one = try Buffer(uninitialized: Shape(), type)
        one.fill(number)
        self = one.viewed(one.layout.stretched(to: shape))
    }
}

extension CompiledProgram {
    /// Runs the kernels over `shape`. A tensor of `outputs` may have the memory of an operand, to work in
    /// place.
    func run(
        _ operands: Span<Operand<Tensor>>, into outputs: some RandomAccessCollection<Tensor>, _ shape: Shape,
        _ compute: DType
    ) {
        withOperands(operands, shape) { program, sizes, raw in
            for (i, output) in outputs.enumerated() {
                raw.initializeElement(at: operands.count + i, to: output.buffer.operand(stretchedTo: shape))
            }
            ck_run(program, ck_dtype(UInt32(compute.rawValue)), Int32(shape.rank), sizes, raw.baseAddress)
        }
    }

    /// Calls `body` with the program, the sizes of `shape` and the operands as the kernels take them, and room for the outputs.
    func withOperands(
        _ operands: Span<Operand<Tensor>>, _ shape: Shape,
        _ body: (UnsafePointer<ck_program>, UnsafePointer<Int64>, UnsafeMutableBufferPointer<ck_operand>) -> Void
    ) {
        // Numbers become operands of one element, in memory beside the others.
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: operands.count) { numbers in
            withUnsafeTemporaryAllocation(of: ck_operand.self, capacity: operands.count + outputCount) { raw in
                for i in operands.indices {
                    switch operands[i] {
                    case .value(let tensor):
                        raw.initializeElement(at: i, to: tensor.buffer.operand(stretchedTo: shape))
                    case .number(let number):
                        raw.initializeElement(at: i, to: ck_operand(number, in: numbers.baseAddress! + i))
                    }
                }
                withUnsafePointer(to: self.raw) { program in
                    shape.withSizes { sizes in body(program, sizes, raw) }
                }
            }
        }
    }
}

extension ck_operand {
    /// A number as an operand that repeats, stored in `place`.
    init(_ number: Number, in place: UnsafeMutablePointer<Int64>) {
        let type: DType
        switch number {
        case .bool(let value):
            place.pointee = value ? 1 : 0
            type = .int64
        case .int(let value):
            place.pointee = Int64(value)
            type = .int64
        case .float(let value):
            place.pointee = Int64(bitPattern: value.bitPattern)
            type = .float64
        }
        self.init(repeating: place, type)
    }
}
