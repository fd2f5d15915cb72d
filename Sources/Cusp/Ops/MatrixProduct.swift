import CKernels

/// The product of two batches of matrices of one type, ready to run.
struct MatrixProduct {
    private let dtype, compute: DType
    private let left, right: Matrices
    private let batch, shape: Shape
    private let m, n, k: Int64

    /// Of tensors with two dimensions at least, whose shapes fit.
    init(_ a: Tensor, _ b: Tensor) throws(TensorError) {
        dtype = a.dtype
        compute = dtype.compute
        let (rows, columns) = (a.shape[a.rank - 2], b.shape[b.rank - 1])
        batch = try Shape.broadcast(a.shape.leading(a.rank - 2), b.shape.leading(b.rank - 2), for: "matmul")
        shape = batch.appending(rows).appending(columns)
        try shape.checkCount(for: "matmul")
        (m, n, k) = (Int64(rows), Int64(columns), Int64(a.shape[a.rank - 1]))
        left = try Matrices(a, batch, compute)
        right = try Matrices(b, batch, compute)
    }

    /// Writes the product with this end to `start`, elements of the type that is computed in, contiguous.
    func write(to start: UnsafeMutableRawPointer, _ end: ck_matmul_end) throws(TensorError) {
        let (type, count) = (ck_dtype(UInt32(compute.rawValue)), Int64(batch.elementCount))
        let scratch = try Storage(bytes: ck_matmul_scratch(type, count, m, n, k))
        ck_matmul(type, count, m, n, k, left.raw, right.raw, end, start, scratch.data)
        withExtendedLifetime((left, right, scratch)) {}
    }

    /// The product, plus `c`, which broadcasts to it, and rectified.
    ///
    /// - Parameter isRow: whether c is the same for all rows.
    func result(plus c: Buffer?, isRow: Bool, _ rectified: Bool) throws(TensorError) -> Buffer {
        let result = try Buffer(uninitialized: shape, compute)
        var end = ck_matmul_end(add: false, bias: nil, rectify: rectified)
        var row: Buffer?
        if let c, isRow {
            let elements = try c.reshaped([c.shape.elementCount])
            row = try elements.viewed(elements.layout.stretched(to: [Int(n)])).contiguous()
            end.bias = UnsafeRawPointer(row!.start)
        } else if let c {
            result.assign(c)
            end.add = true
        }
        try write(to: result.start, end)
        withExtendedLifetime(row) {}
        return dtype == compute ? result : try result.copied(as: dtype)
    }
}

/// A batch of matrices as the kernel takes them, with one stride over the whole batch.
private struct Matrices {
    let buffer: Buffer
    let raw: ck_matrix

    init(_ tensor: Tensor, _ batch: Shape, _ compute: DType) throws(TensorError) {
        var buffer = tensor.buffer
        if buffer.dtype != compute { buffer = try buffer.copied(as: compute) }
        var batchStride = 0
        if batch.rank > 0 {
            let full = batch.appending(tensor.shape[tensor.rank - 2]).appending(tensor.shape[tensor.rank - 1])
            buffer = buffer.viewed(buffer.layout.stretched(to: full))
            if buffer.layout.merged(0..<batch.rank) == nil { buffer = try buffer.copied() }
            batchStride = buffer.layout.merged(0..<batch.rank)!.stride
        }
        let strides = buffer.layout.strides
        raw = ck_matrix(
            data: UnsafeRawPointer(buffer.start), batch_stride: Int64(batchStride),
            row_stride: Int64(strides[batch.rank]), column_stride: Int64(strides[batch.rank + 1]))
        self.buffer = buffer
    }
}
