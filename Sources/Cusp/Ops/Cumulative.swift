import CKernels

extension Tensor {
    /// The running sums over the dimension `dim`.
    ///
    ///     Tensor([1, 2, 3]).cumulativeSum(dim: 0)     // [1. 3. 6.]
    public func cumulativeSum(dim: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let x = dtype.isFloatingPoint ? self : asType(.int64)
        return attempt(file: file, line: line) { () throws(TensorError) in
            let result = try x.scanned("cumulativeSum", dim) { type, axis, from, to in
                ck_cumulative_sum(type, axis, from, to)
            }
            return record("cumulativeSum", x, result: result) { g, inputs in
                // Element i has a part in all sums from i on: the running sums from the other end.
                inputs.give(0) { g.flipped(dim: dim).cumulativeSum(dim: dim).flipped(dim: dim) }
            }
        }
    }

    /// Runs a kernel that gives as many elements as it takes, along one dimension, of this tensor's type or of `type`.
    func scanned(
        _ name: String, _ dim: Int, as type: DType? = nil,
        _ kernel: (ck_dtype, ck_axis, UnsafeRawPointer, UnsafeMutableRawPointer) -> Void
    ) throws(TensorError) -> Buffer {
        // A single element has no dimension, but may be asked for its first or last.
        guard rank > 0 else { return try reshaped([1]).scanned(name, dim, as: type, kernel).viewed(Layout(Shape())) }
        let dim = try shape.position(of: dim, in: name)
        var operand = buffer
        if dtype != dtype.compute { operand = try operand.copied(as: dtype.compute) }
        let layout = operand.layout
        if layout.merged(0..<dim) == nil || layout.merged((dim + 1)..<rank) == nil { operand = try operand.copied() }
        let result = try Buffer(uninitialized: shape, type ?? operand.dtype)
        let axis = ck_axis(
            operand.layout.merged(0..<dim)!, (shape[dim], operand.layout.strides[dim]),
            operand.layout.merged((dim + 1)..<rank)!)
        kernel(ck_dtype(UInt32(operand.dtype.rawValue)), axis, operand.start, result.start)
        return type != nil || operand.dtype == dtype ? result : try result.copied(as: dtype)
    }
}
