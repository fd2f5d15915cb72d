import CKernels

extension Tensor {
    /// The elements at which `mask` is true, in row-major order, copied into a vector.
    func selected(_ mask: Tensor) -> Tensor {
        attempt { () throws(TensorError) in
            guard mask.dtype == .bool else {
                throw TensorError(
                    .dtype, "subscript: a mask is of type bool, not \(mask.dtype); compare, as in x[x .> 0]")
            }
            guard try Shape.broadcast(shape, mask.shape, for: "subscript") == shape else {
                throw TensorError(.shape, "subscript: a mask of shape \(mask.shape) for a tensor of shape \(shape)")
            }
            return try flattened().compressed(try Marks(mask.expanded(to: shape)))
        }
    }

    /// The positions of the elements that are not 0, one in each row: `[n, rank]`, int64, in row-major order.
    ///
    ///     Tensor([[1, 0], [0, 3]]).nonzero()     // [[0 0] [1 1]] int64
    public func nonzero(file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let marks = try Marks(self .!= 0)
            var places = try Tensor.range(elementCount).compressed(marks)
            var columns: [Tensor] = []
            for size in shape.reversed() {
                // float64 holds them all: what is left, and the next digit.
                let next = floor(places.asType(.float64) / Double(Swift.max(size, 1))).asType(.int64)
                columns.insert(places - next * size, at: 0)
                places = next
            }
            return columns.isEmpty ? .zeros([marks.count, 0], dtype: .int64) : stack(columns, dim: 1)
        }
    }

    /// The marked elements of a vector.
    private func compressed(_ marks: Marks) throws(TensorError) -> Tensor {
        let from = try buffer.contiguous()
        let result = try Buffer(uninitialized: [marks.count], dtype)
        ck_compress(
            ck_dtype(UInt32(dtype.rawValue)), Int64(elementCount), marks.bytes, marks.starts, from.start, result.start)
        withExtendedLifetime((from, marks)) {}
        return record("subscript", self, result: result) { g, inputs in
            try inputs.give(0) { try g.spread(marks) }
        }
    }

    /// A vector with these elements at the marks, and zeros between them.
    private func spread(_ marks: Marks) throws(TensorError) -> Tensor {
        let from = try buffer.contiguous()
        let result = try Buffer(uninitialized: [marks.mask.shape.elementCount], dtype)
        ck_spread(
            ck_dtype(UInt32(dtype.rawValue)), Int64(result.shape.elementCount), marks.bytes, marks.starts, from.start,
            result.start)
        withExtendedLifetime((from, marks)) {}
        return record("subscript", self, result: result) { g, inputs in
            try inputs.give(0) { try g.compressed(marks) }
        }
    }

    /// A copy in which the elements at which `mask`, of this shape or broadcasting to it, is true are those of `values`, one
    /// after the other in row-major order.
    ///
    ///     let x = Tensor([1, -2, 3, -4])
    ///     x.maskedScatter(x .< 0, from: Tensor([20, 40]))     // [ 1. 20.  3. 40.]
    ///
    /// Traps where there are fewer values than places.
    public func maskedScatter(
        _ mask: Tensor, from values: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let shape = try Shape.broadcast(shape, mask.shape, for: "maskedScatter")
            let marks = try Marks(mask.expanded(to: shape))
            guard marks.count <= values.elementCount else {
                throw TensorError(
                    .shape, "maskedScatter: \(values.elementCount) values for \(marks.count) places of the mask")
            }
            let used = values.flattened().sliced(dim: 0, from: 0, count: marks.count).asType(dtype)
            return `where`(mask, try used.spread(marks).reshaped(shape), expanded(to: shape))
        }
    }
}

/// A mask in contiguous bytes, and where each of its blocks begins among the marked elements.
private struct Marks: Sendable {
    let mask: Buffer
    let starts: [Int64]
    let count: Int

    init(_ mask: Tensor) throws(TensorError) {
        let buffer = try mask.buffer.contiguous()
        var total: Int64 = 0
        starts = [Int64](unsafeUninitializedCapacity: Int(CK_MASK_BLOCKS) + 1) { starts, initialized in
            starts.initialize(repeating: 0)
            let bytes = buffer.start.assumingMemoryBound(to: UInt8.self)
            total = ck_mask_starts(Int64(mask.elementCount), bytes, starts.baseAddress)
            initialized = starts.count
        }
        self.mask = buffer
        count = Int(total)
    }

    var bytes: UnsafePointer<UInt8> { UnsafePointer(mask.start.assumingMemoryBound(to: UInt8.self)) }
}
