extension Tensor {
    /// A part of this tensor: one index for each dimension from the first on, see ``TensorIndex``. Reading makes a view;
    /// writing changes this tensor and no other.
    ///
    ///     var x = Tensor.zeros([2, 3])
    ///     x[0] = 1
    ///     x[.all, 1..<3] += 5
    ///     print(x)     // [[1. 6. 6.]
    ///                  //  [0. 5. 5.]]
    ///
    /// What is written broadcasts to the part and takes this tensor's type. Writing happens in place where nobody else sees the
    /// elements, else the tensor is copied first. Traps for an index out of range; ranges are cut off at the ends.
    public subscript(indices: any TensorIndex...) -> Tensor {
        get {
            attempt { () throws(TensorError) in try indexed(indices.map(\.slice)) }
        }
        _modify {
            let slices = indices.map(\.slice)
            var part = borrow(slices)
            defer { putBack(part, slices) }
            yield &part
        }
        set {
            putBack(newValue, indices.map(\.slice))
        }
    }

    /// The elements at which `mask`, of this shape or broadcasting to it, is true.
    ///
    ///     var x = Tensor([1, -2, 3])
    ///     x[x .< 0] = 0
    ///     print(x)     // [1. 0. 3.]
    ///
    /// Reading copies them into a vector. What is written broadcasts to this tensor's shape.
    ///
    /// An index of integers instead selects parts along the first dimension, see ``take(_:dim:file:line:)``; what is written
    /// broadcasts to them, and of several parts for one position the last stays.
    ///
    ///     let table = Tensor([[1, 2], [3, 4], [5, 6]])
    ///     table[Tensor([2, 0], dtype: .int64)]     // [[5. 6.] [1. 2.]]
    public subscript(mask: Tensor) -> Tensor {
        get { mask.dtype.isIndex ? take(mask, dim: 0) : selected(mask) }
        set {
            if mask.dtype.isIndex { return write(newValue, at: mask) }
            let result = `where`(mask, newValue.asType(dtype), self)
            guard result.shape == shape else {
                return report(
                    TensorError(
                        .shape, "subscript: a mask of shape \(mask.shape) and values of \(newValue.shape) for \(shape)"),
                    #fileID, #line)
            }
            attempt(instead: ()) { () throws(TensorError) in
                try requireWritable("subscript")
                // Written without recording, a leaf stays one.
                if Recording.isOn { self = result } else { buffer = result.buffer }
            }
        }
    }
}

extension Tensor {
    /// Writes `values`, broadcast to the parts at `index` along the first dimension, over those.
    private mutating func write(_ values: Tensor, at index: Tensor) {
        attempt(instead: ()) { () throws(TensorError) in
            try requireWritable("subscript")
            guard rank > 0 else { throw TensorError(.index, "subscript: a single element has no positions") }
            var parts = shape
            parts[0] = index.elementCount
            let sizes = try Shape(checking: Array(index.shape) + Array(shape.dropFirst()), for: "subscript")
            let part = values.expanded(to: sizes).reshaped(parts).asType(dtype)
            let result = indexCopy(dim: 0, index: index.flattened(), from: part)
            if Recording.isOn { self = result } else { buffer = result.buffer }
        }
    }
}

extension DType {
    /// Whether a tensor of this type holds positions.
    fileprivate var isIndex: Bool { !isFloatingPoint && self != .bool }
}
