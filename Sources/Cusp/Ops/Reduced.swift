import CKernels

/// The dimensions that a reduction runs over, settled: in order, counted from the front.
struct Reduced {
    let name: String
    let shape: Shape
    let dims: [Int]

    init(_ name: String, _ shape: Shape, _ dims: [Int]?) throws(TensorError) {
        self.name = name
        self.shape = shape
        guard let dims else {
            self.dims = Array(0..<shape.rank)
            return
        }
        var settled: [Int] = []
        for dim in dims {
            // A single element has no dimension, but may be asked for its first or last.
            if shape.rank == 0 && (dim == 0 || dim == -1) { continue }
            let position = try shape.position(of: dim, in: name)
            guard !settled.contains(position) else {
                throw TensorError(.shape, "\(name): dimension \(dim) is named twice")
            }
            settled.append(position)
        }
        self.dims = settled.count > 1 ? settled.sorted() : settled
    }

    /// How many elements go into each result.
    var count: Int { dims.reduce(1) { $0 * shape[$1] } }

    func requireElements() throws(TensorError) {
        if count == 0 && keptShape.elementCount > 0 {
            throw TensorError(.shape, "\(name): the shape \(shape) has no elements to choose from")
        }
    }

    /// The result's shape with the reduced dimensions as size 1.
    var keptShape: Shape {
        var kept = shape
        for dim in dims { kept[dim] = 1 }
        return kept
    }

    /// The result's shape without the reduced dimensions.
    var droppedShape: Shape {
        var dropped = Shape()
        for dim in 0..<shape.rank where !dims.contains(dim) { dropped.append(shape[dim]) }
        return dropped
    }

    /// A result or its gradient with the reduced dimensions as size 1, to broadcast against the operand.
    func restored(_ result: Tensor) -> Tensor { result.reshaped(keptShape) }

    /// The gradient of a choice: that of the result, in equal shares to the elements that could be it.
    func shared(_ gradient: Tensor, among selected: Tensor) -> Tensor {
        let selected = selected.asType(gradient.dtype)
        return selected * restored(gradient) / selected.sum(dims: dims, keepDim: true)
    }

    /// The gradient of a sum: that of the result, repeated over what was added up.
    func repeated(_ gradient: Tensor) -> Tensor {
        gradient.repeated(over: shape) ?? restored(gradient).expanded(to: shape)
    }
}

extension Tensor {
    /// One element, which no gradient is asked for, over `target`: a view in which nothing steps. Else nil.
    func repeated(over target: Shape) -> Tensor? {
        guard elementCount == 1, body.source == nil, !Watch.isOn else { return nil }
        let layout = Layout(shape: target, strides: InlineArray(repeating: 0), offset: body.layout.offset)
        return Tensor(Body(body.storage, layout, dtype, nil))
    }

    /// Runs a reduction kernel over the settled dimensions.
    func reduced(_ kind: ck_reduction, _ part: Reduced, _ keepDim: Bool) throws(TensorError) -> Buffer {
        let type: DType = kind == CK_ARGMAX || kind == CK_ARGMIN ? .int64 : dtype
        let result = try Buffer(uninitialized: keepDim ? part.keptShape : part.droppedShape, type)
        let (operand, axis) = try along(part.dims)
        if operand.dtype == dtype {
            ck_reduce(kind, ck_dtype(UInt32(dtype.rawValue)), axis, operand.start, result.start)
            return result
        }
        // A type that the kernels do not compute in: through one that they do.
        let wide = type == .int64 ? result : try Buffer(uninitialized: result.shape, operand.dtype)
        ck_reduce(kind, ck_dtype(UInt32(operand.dtype.rawValue)), axis, operand.start, wide.start)
        if type != .int64 { result.assign(wide) }
        return result
    }

    /// The elements as [outer, length, inner] with `dims` as the length, in a type that kernels compute in: a view where the
    /// strides allow it, else a copy with the reduced dimensions last.
    func along(_ dims: [Int]) throws(TensorError) -> (Buffer, ck_axis) {
        let buffer = dtype == dtype.compute ? self.buffer : try self.buffer.copied(as: dtype.compute)
        let layout = buffer.layout
        if let first = dims.first, let last = dims.last, last - first == dims.count - 1,
            let outer = layout.merged(0..<first), let length = layout.merged(first..<(last + 1)),
            let inner = layout.merged((last + 1)..<rank)
        {
            return (buffer, ck_axis(outer, length, inner))
        }
        let kept = (0..<rank).filter { !dims.contains($0) }
        let copy = try buffer.viewed(layout.permuted(kept + dims)).contiguous()
        let split = kept.count
        let outer = copy.layout.merged(0..<split)!
        let length = copy.layout.merged(split..<rank)!
        return (copy, ck_axis(outer, length, (1, 1)))
    }
}

extension ck_axis {
    init(_ outer: (count: Int, stride: Int), _ length: (count: Int, stride: Int), _ inner: (count: Int, stride: Int)) {
        self.init(
            outer: Int64(outer.count), length: Int64(length.count), inner: Int64(inner.count),
            outer_stride: Int64(outer.stride), stride: Int64(length.stride), inner_stride: Int64(inner.stride))
    }
}
