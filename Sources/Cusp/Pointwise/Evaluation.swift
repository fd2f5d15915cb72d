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
    func evaluate(_ operands: Span<Operand<Tensor>>) throws(TensorError) -> Tensor {
        // Nearly always there is one result, and it is computed: then nothing is put into lists.
        guard compiled.results.count == 1, case .computed = compiled.results[0] else {
            return try evaluateAll(operands)[0]
        }
        let call = try Call(self, operands)
        let output = try Buffer(uninitialized: call.shape, call.typing.results[0])
        let outputs: [1 of Buffer] = [output]
        compiled.run(operands, into: outputs.span, call.shape, call.typing.compute)
        guard call.needsGradient && Recording.isOn && output.dtype.isFloatingPoint else { return Tensor(output) }
        return Tensor(output, source: Edge(PointwiseNode(self, operands, [output])))
    }

    /// All results for these operands, recorded if any of them needs gradients.
    func evaluateAll(_ operands: Span<Operand<Tensor>>) throws(TensorError) -> [Tensor] {
        let call = try Call(self, operands)
        var outputs: [Buffer] = []
        for (result, type) in zip(compiled.results, call.typing.results) {
            guard case .computed(let i) = result, i == outputs.count else { continue }
            outputs.append(try Buffer(uninitialized: call.shape, type))
        }
        if !outputs.isEmpty { compiled.run(operands, into: outputs.span, call.shape, call.typing.compute) }
        var results: [Buffer] = []
        for (result, type) in zip(compiled.results, call.typing.results) {
            results.append(try resolve(result, type, operands, outputs, call.shape))
        }
        guard call.needsGradient && Recording.isOn && results.contains(where: { $0.dtype.isFloatingPoint }) else {
            return results.map { Tensor($0) }
        }
        let node = PointwiseNode(self, operands, results)
        return results.enumerated().map { i, result in
            Tensor(result, source: result.dtype.isFloatingPoint ? Edge(node, output: i) : nil)
        }
    }

    private func resolve(
        _ result: CompiledProgram.Result, _ type: DType, _ operands: Span<Operand<Tensor>>, _ outputs: [Buffer],
        _ shape: Shape
    ) throws(TensorError) -> Buffer {
        switch result {
        case .computed(let i): return outputs[i]
        case .input(let i):
            // The operand itself: shared, not copied.
            if case .value(let tensor) = operands[i] {
                let view = tensor.buffer.viewed(tensor.buffer.layout.stretched(to: shape))
                return tensor.dtype == type ? view : try view.copied(as: type)
            }
            guard case .number(let number) = operands[i] else { fatalError("an operand is a tensor or a number") }
            return try Buffer(repeating: number, type, shape)
        case .constant(let number): return try Buffer(repeating: number, type, shape)
        }
    }
}

/// What is settled before the kernels run.
struct Call {
    var shape = Shape()
    var needsGradient = false
    let typing: Typing

    init(_ function: PointwiseFunction, _ operands: Span<Operand<Tensor>>) throws(TensorError) {
        var key = TypingKey()
        for i in operands.indices {
            switch operands[i] {
            case .value(let tensor):
                shape = try Shape.broadcast(shape, tensor.shape, for: function.name)
                if tensor.source != nil { needsGradient = true }
                key.append(.elements(tensor.dtype))
            case .number(let number): key.append(OperandType(number))
            }
        }
        typing = function.typing(key)
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
    /// Runs the kernels over `shape`. A buffer of `outputs` may be an operand's own, to work in place.
    func run(_ operands: Span<Operand<Tensor>>, into outputs: Span<Buffer>, _ shape: Shape, _ compute: DType) {
        // Numbers become operands of one element, in memory beside the others.
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: operands.count) { numbers in
            withUnsafeTemporaryAllocation(of: ck_operand.self, capacity: operands.count + outputs.count) { raw in
                for i in operands.indices {
                    switch operands[i] {
                    case .value(let tensor):
                        raw.initializeElement(at: i, to: tensor.buffer.operand(stretchedTo: shape))
                    case .number(let number):
                        raw.initializeElement(at: i, to: ck_operand(number, in: numbers.baseAddress! + i))
                    }
                }
                for i in outputs.indices {
                    raw.initializeElement(at: operands.count + i, to: outputs[i].operand(stretchedTo: shape))
                }
                withUnsafePointer(to: self.raw) { program in
                    shape.withSizes { sizes in
                        ck_run(program, ck_dtype(UInt32(compute.rawValue)), Int32(shape.rank), sizes, raw.baseAddress)
                    }
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
        self.init(place, type, Layout(Shape()))
    }
}
