extension Tensor {
    /// Whether an operation that changes this tensor would be recorded.
    private var isRecorded: Bool { source != nil && Recording.isOn }

    /// Makes this tensor's memory its own, to be written in place.
    private mutating func makeWritable() throws(TensorError) {
        if body.layout.repeats || !isUnique() { buffer = try buffer.copied() }
    }

    /// That this is not a leaf, whose gradient would be lost.
    func requireWritable(_ operation: @autoclosure () -> String) throws(TensorError) {
        guard isRecorded && isLeaf else { return }
        throw TensorError(
            .gradient,
            "\(operation()): a leaf that requires gradients is not written while gradients are recorded; write inside withoutGradients { }, or to a copy made by an operation"
        )
    }

    /// A part that is to be changed and then put back: a view under a reference count of its own, so that it is changed in
    /// place; recorded where this tensor is.
    mutating func borrow(_ slices: [Slice]) -> Tensor {
        attempt { () throws(TensorError) in
            try requireWritable("subscript")
            if isRecorded { return try indexed(slices) }
            _ = try buffer.layout.indexed(slices)
            try makeWritable()
            return Tensor(
                Buffer(
                    storage: Storage(borrowing: buffer.storage), layout: try buffer.layout.indexed(slices), dtype: dtype
                ))
        }
    }

    /// Writes `part` over the elements that `slices` select, unless it is these elements, changed in place.
    mutating func putBack(_ part: Tensor, _ slices: [Slice]) {
        attempt(instead: ()) { () throws(TensorError) in
            try requireWritable("subscript")
            let layout = try buffer.layout.indexed(slices)
            if part.buffer.storage.data == buffer.storage.data && part.source == nil && !isRecorded
                && part.shape == layout.shape && part.buffer.layout.offset == layout.offset
                && part.buffer.storage !== buffer.storage
            {
                return
            }
            guard try Shape.broadcast(layout.shape, part.shape, for: "subscript") == layout.shape else {
                throw TensorError(
                    .shape,
                    "subscript: a tensor of shape \(part.shape) does not fit into a part of shape \(layout.shape)")
            }
            if isRecorded || (part.source != nil && Recording.isOn) {
                self = try replacing(slices, with: part)
            } else {
                try makeWritable()
                buffer.viewed(try buffer.layout.indexed(slices)).assign(part.buffer)
            }
        }
    }

    /// A copy in which the elements that `slices` select are those of `part`.
    private func replacing(_ slices: [Slice], with part: Tensor) throws(TensorError) -> Tensor {
        let result = try buffer.copied()
        result.viewed(try result.layout.indexed(slices)).assign(part.buffer)
        let (shape, dtype) = (part.shape, part.dtype)
        return record("subscript", self, part, result: result) { g, inputs in
            // Not written in place: for a second derivative the gradient may be a leaf.
            try inputs.give(0) { try g.replacing(slices, with: 0) }
            try inputs.give(1) { try g.indexed(slices).summed(to: shape).asType(dtype) }
        }
    }

    /// The view that these indices select.
    func indexed(_ slices: [Slice]) throws(TensorError) -> Tensor {
        // What fits one layout of the shape fits all.
        viewed(try buffer.layout.indexed(slices)) { (try? $0.indexed(slices)) ?? $0 }
    }
}

// MARK: - Arithmetic in place

extension Tensor {
    // One generic function each, not one for tensors and one for numbers: of two, the compiler would make a tensor of float32
    // out of a number literal, which then does not adapt.

    /// x + y, written over x: in place where nobody else sees its elements. The type stays; y broadcasts to the shape.
    public static func += (x: inout Tensor, y: some TensorOperand) { x.update(.add, y.operand) }
    /// x - y, written over x.
    public static func -= (x: inout Tensor, y: some TensorOperand) { x.update(.subtract, y.operand) }
    /// x · y, written over x.
    public static func *= (x: inout Tensor, y: some TensorOperand) { x.update(.multiply, y.operand) }
    /// x / y, written over x.
    public static func /= (x: inout Tensor, y: some TensorOperand) { x.update(.divide, y.operand) }

    /// f(x), written over x.
    public mutating func apply(_ function: Pointwise<1>) { update(function.function) }

    /// f(x, b), written over x in one pass; what follows x broadcasts to its shape.
    ///
    ///     let towards = Pointwise { x, goal, part in x + part * (goal - x) }
    ///     var x = Tensor([1, 2])
    ///     x.apply(towards, Tensor([5, 2]), 0.5)
    ///     print(x)     // [3. 2.]
    public mutating func apply(_ function: Pointwise<2>, _ b: some TensorOperand) {
        update(function.function, b.operand)
    }
    public mutating func apply(_ function: Pointwise<3>, _ b: some TensorOperand, _ c: some TensorOperand) {
        update(function.function, [b.operand, c.operand])
    }
    public mutating func apply(
        _ function: Pointwise<4>, _ b: some TensorOperand, _ c: some TensorOperand, _ d: some TensorOperand
    ) {
        update(function.function, [b.operand, c.operand, d.operand])
    }

    /// Applies `function` to this tensor and `others`, and writes the result over this tensor's elements.
    private mutating func update(_ function: PointwiseFunction, _ other: Operand<Tensor>? = nil) {
        if !overwrite(function, other) { update(function, other.map { [$0] } ?? []) }
    }

    /// Writes the result over the elements by one call without lists; false where others see them or something does not lie flat,
    /// where it is recorded, and where it is an error.
    private mutating func overwrite(_ function: PointwiseFunction, _ other: Operand<Tensor>?) -> Bool {
        guard isSpare() else { return false }
        var call = FlatCall()
        call.append(self)
        switch other {
        case .value(let tensor): call.append(tensor)
        case .number(let number): call.append(number)
        case nil: break
        }
        return !call.needsGradient && call.write(.passUnretained(function), over: self)
    }

    private mutating func update(_ function: PointwiseFunction, _ others: [Operand<Tensor>]) {
        attempt(instead: ()) { () throws(TensorError) in
            try requireWritable(function.name + " in place")
            // Asked before the list of operands holds the elements too.
            let unique = !body.layout.repeats && isUnique()
            let operands = [.value(self)] + others
            let call = try Call(function, operands.span)
            let type = call.typing.results[0]
            guard call.shape == shape else {
                throw TensorError(
                    .shape, "\(function.name) in place: the result of shape \(call.shape) does not fit into \(shape)")
            }
            guard dtype.isFloatingPoint || !type.isFloatingPoint else {
                throw TensorError(.dtype, "\(function.name) in place: \(dtype) elements cannot hold \(type) results")
            }
            if isRecorded || (Recording.isOn && others.contains { $0.tensor?.source != nil }) {
                self = try function.evaluate(operands.span).asType(dtype)
                return
            }
            // What is no single pass, or is rounded to another type on its way.
            guard call.typing.isUniform && function.compiled.isSingle && (type == dtype || type == call.typing.compute)
            else {
                buffer = try function.evaluate(operands.span).asType(dtype).buffer
                return
            }
            // Not a copy first where the elements are shared: the result goes into memory of its own.
            let target = unique ? self : try Tensor(uninitialized: shape, dtype)
            function.compiled.run(operands.span, into: CollectionOfOne(target), call)
            if !unique { buffer = target.buffer }
        }
    }
}
