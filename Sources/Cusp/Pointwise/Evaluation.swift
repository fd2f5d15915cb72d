import Autograd
import CKernels

extension Tensor: Elementwise {
    public static func apply(_ function: PointwiseFunction, to operands: Span<Operand<Tensor>>) -> Tensor {
        guard operands.count <= FlatCall.most else { return evaluated(function, operands) }
        var call = FlatCall()
        for i in operands.indices {
            switch operands[i] {
            case .value(let tensor): call.append(tensor)
            case .number(let number): call.append(number)
            }
        }
        return call.recordedResult(function) ?? evaluated(function, operands)
    }

    // One and two operands need not even be put side by side.
    public static func apply(_ function: PointwiseFunction, _ a: Tensor) -> Tensor {
        var call = FlatCall()
        call.append(a)
        if let result = call.recordedResult(function) { return result }
        let operands: [1 of Operand<Tensor>] = [.value(a)]
        return evaluated(function, operands.span)
    }
    public static func apply(_ function: PointwiseFunction, _ a: Tensor, _ b: Tensor) -> Tensor {
        var call = FlatCall()
        call.append(a)
        call.append(b)
        if let result = call.recordedResult(function) { return result }
        let operands: [2 of Operand<Tensor>] = [.value(a), .value(b)]
        return evaluated(function, operands.span)
    }
    public static func apply(_ function: PointwiseFunction, _ a: Tensor, _ b: Number) -> Tensor {
        var call = FlatCall()
        call.append(a)
        call.append(b)
        if let result = call.recordedResult(function) { return result }
        let operands: [2 of Operand<Tensor>] = [.value(a), .number(b)]
        return evaluated(function, operands.span)
    }
    public static func apply(_ function: PointwiseFunction, _ a: Number, _ b: Tensor) -> Tensor {
        var call = FlatCall()
        call.append(a)
        call.append(b)
        if let result = call.recordedResult(function) { return result }
        let operands: [2 of Operand<Tensor>] = [.number(a), .value(b)]
        return evaluated(function, operands.span)
    }

    /// The result, computed the general way.
    private static func evaluated(_ function: PointwiseFunction, _ operands: Span<Operand<Tensor>>) -> Tensor {
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
        guard compiled.isSingle else { return try evaluateAll(operands, over: spare)[0] }
        let call = try Call(self, operands)
        guard call.typing.isUniform else { return try evaluateAll(operands)[0] }
        var result = try call.place(call.typing.results[0], spare)
        compiled.run(operands, into: CollectionOfOne(result), call)
        if call.needsGradient { operands.withBorrowed { record(&result, $0) } }
        if Watch.isOn { Watch.note(self, operands, [result], result.source?.node) }
        return result
    }

    /// Gives the only result its place in the graph, if operations are recorded.
    func record(_ result: inout Tensor, _ operands: Span<BorrowedOperand>) {
        guard Recording.isOn else { return }
        if result.dtype.isFloatingPoint {
            result.source = Edge(PointwiseNode.make(self, operands, CollectionOfOne(result)))
        } else {
            markCut(result, operands)
        }
    }

    /// All results for these operands, recorded if any of them needs gradients.
    func evaluateAll(_ operands: Span<Operand<Tensor>>, over spare: Tensor? = nil) throws(TensorError) -> [Tensor] {
        let call = try Call(self, operands)
        let results =
            call.typing.isUniform
            ? try computed(operands, over: spare, call) : try stages(operands).results(operands, call.shape)
        guard call.needsGradient && Recording.isOn && results.contains(where: { $0.dtype.isFloatingPoint }) else {
            if call.needsGradient && Recording.isOn {
                operands.withBorrowed { operands in
                    for result in results { markCut(result, operands) }
                }
            }
            if Watch.isOn { Watch.note(self, operands, results, nil) }
            return results
        }
        let node = operands.withBorrowed { PointwiseNode.make(self, $0, results) }
        if Watch.isOn { Watch.note(self, operands, results, node) }
        return results.enumerated().map { i, result in
            result.dtype.isFloatingPoint ? Tensor(result.buffer, source: Edge(node, output: i)) : result
        }
    }

    /// All results, in one pass.
    private func computed(
        _ operands: Span<Operand<Tensor>>, over spare: Tensor?, _ call: Call
    ) throws(TensorError) -> [Tensor] {
        // A result that is an operand itself may be the spare one.
        let spare = compiled.results.contains { if case .input = $0 { true } else { false } } ? nil : spare
        var outputs: [Tensor] = []
        for (result, type) in zip(compiled.results, call.typing.results) {
            guard case .computed(let i) = result, i == outputs.count else { continue }
            outputs.append(try call.place(type, i == 0 ? spare : nil))
        }
        if !outputs.isEmpty { compiled.run(operands, into: outputs, call) }
        var results: [Tensor] = []
        for (result, type) in zip(compiled.results, call.typing.results) {
            results.append(try resolve(result, type, operands, outputs, call.shape))
        }
        return results
    }

    private func markCut(_ result: Tensor, _ operands: Span<BorrowedOperand>) {
        CutGradient.mark(result, name, operands.indices.compactMap { operands[$0].held.tensor })
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
                let body = tensor.body
                if isFirst {
                    shape = body.layout.shape
                    isFirst = false
                } else if body.layout.shape != shape {
                    shape = try Shape.broadcast(shape, body.layout.shape, for: function.name)
                }
                if body.source != nil { needsGradient = true }
                key.append(body.dtype)
            case .number(let number): key.append(number)
            }
        }
        guard operands.count <= DerivativeKey.mostOperands else {
            throw TensorError(
                .shape,
                "\(function.name): \(operands.count) operands, results' gradients among them; at most \(DerivativeKey.mostOperands) are possible; split the function"
            )
        }
        // So many operands are never one pass.
        typing =
            operands.count <= TypingKey.most
            ? function.typing(key) : Typing(function.program, operands.types, fits: false)
        if typing.isWrong, let problem = function.program.problem(operands.types) {
            throw TensorError(.dtype, problem)
        }
    }

    /// Where a result goes: over `spare` where that has its shape and type.
    func place(_ type: DType, _ spare: Tensor?) throws(TensorError) -> Tensor {
        if let spare, spare.dtype == type, spare.shape == shape { return spare }
        return try Tensor(uninitialized: shape, type)
    }
}

extension PointwiseFunction {
    func typing(_ key: TypingKey) -> Typing {
        typings[key] ?? typings.value(for: key) { Typing(program, key.types, fits: compiled.fits) }
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
    /// Runs the kernels. A tensor of `outputs` may have the memory of an operand, to work in place.
    func run(_ operands: Span<Operand<Tensor>>, into outputs: some RandomAccessCollection<Tensor>, _ call: Call) {
        let (shape, compute) = (call.shape, call.typing.compute)
        withOperands(operands, shape, compute) { sizes, places in
            for (i, output) in outputs.enumerated() {
                places.initializeElement(at: operands.count + i, to: output.body.operand(stretchedTo: shape))
            }
            ck_run(raw(compute), ck_dtype(UInt32(compute.rawValue)), Int32(shape.rank), sizes, places.baseAddress)
        }
    }

    /// Calls `body` with the sizes of `shape` and the operands as the kernels take them, and room for the outputs.
    func withOperands(
        _ operands: Span<Operand<Tensor>>, _ shape: Shape, _ compute: DType,
        _ body: (UnsafePointer<Int64>, UnsafeMutableBufferPointer<ck_operand>) -> Void
    ) {
        // Numbers become operands of one element, in memory beside the others.
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: operands.count) { numbers in
            withUnsafeTemporaryAllocation(of: ck_operand.self, capacity: operands.count + outputCount) { places in
                for i in operands.indices {
                    switch operands[i] {
                    case .value(let tensor):
                        places.initializeElement(at: i, to: tensor.body.operand(stretchedTo: shape))
                    case .number(let number):
                        let type = number.store(at: numbers.baseAddress! + i, for: compute)
                        places.initializeElement(at: i, to: ck_operand(repeating: numbers.baseAddress! + i, type))
                    }
                }
                shape.withSizes { sizes in body(sizes, places) }
            }
        }
    }
}

extension Number {
    /// Writes this number to `place`, in the type that is computed in where that is a float, so that the kernels need not
    /// convert it. Returns the type.
    @inline(__always)
    func store(at place: UnsafeMutablePointer<Int64>, for compute: DType) -> DType {
        switch (self, compute) {
        case (.float(let value), .float32):
            place.pointee = Int64(Float(value).bitPattern)
            return .float32
        case (.int(let value), .float32):
            place.pointee = Int64(Float(value).bitPattern)
            return .float32
        case (.float(let value), _):
            place.pointee = Int64(bitPattern: value.bitPattern)
            return .float64
        case (.int(let value), .float64):
            place.pointee = Int64(bitPattern: Double(value).bitPattern)
            return .float64
        case (.int(let value), _): place.pointee = Int64(value)
        case (.bool(let value), _): place.pointee = value ? 1 : 0
        }
        return .int64
    }
}
