import CKernels

/// The matrix product over the last two dimensions; leading ones broadcast.
///
/// - `[m, k] · [k, n] -> [m, n]`, and `[..., m, k] · [..., k, n] -> [..., m, n]`
/// - a vector on the left is a row, on the right a column, and its dimension is not in the result:
///   `[k] · [k, n] -> [n]`, `[m, k] · [k] -> [m]`, `[k] · [k] -> []`
///
///       matmul(Tensor([[1, 2], [3, 4]]), Tensor([10, 1]))     // [12. 34.]
///
/// Types are promoted. Transposed and sliced operands are read where they are, not copied first. The order of the sum over k
/// is fixed by the shapes and strides, so the result does not depend on the number of threads.
public func matmul(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    attempt(file: file, line: line) { () throws(TensorError) in
        guard a.rank > 0, b.rank > 0, a.shape[a.rank - 1] == b.shape[max(b.rank - 2, 0)] else {
            throw TensorError(
                .shape,
                "matmul: the shapes \(a.shape) and \(b.shape) do not fit: the columns of the first must be as many as the rows of the second"
            )
        }
        let dtype = DType.promoted(a.dtype, b.dtype)
        let product = try multiply(
            (a.rank == 1 ? a.unsqueezed(dim: 0) : a).asType(dtype),
            (b.rank == 1 ? b.unsqueezed(dim: 1) : b).asType(dtype))
        let rows = b.rank == 1 ? product.squeezed(dim: -1) : product
        return a.rank == 1 ? rows.squeezed(dim: b.rank == 1 ? -1 : -2) : rows
    }
}

/// Of two tensors of one type with two dimensions at least.
private func multiply(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Tensor {
    if a.rank > 2 && b.rank == 2, !a.shape.contains(0) {
        // One matrix for all of a batch: the batch is just more rows. [..., m, k] -> [... · m, k]
        let (k, n) = (b.shape[0], b.shape[1])
        return try multiply(a.reshaped([-1, k]), b).reshaped(Array(a.shape.dropLast()) + [n])
    }
    let batch = try Shape.broadcast(a.batch, b.batch, for: "matmul")
    let (m, k, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
    let compute = a.dtype.compute
    let shape = try Shape(checking: Array(batch) + [m, n], for: "matmul")
    var result = try Buffer(uninitialized: shape, compute)
    let left = try Matrices(a, batch, compute)
    let right = try Matrices(b, batch, compute)
    let type = ck_dtype(UInt32(compute.rawValue))
    let count = batch.elementCount
    let scratch = try Storage(bytes: ck_matmul_scratch(type, Int64(count), Int64(m), Int64(n), Int64(k)))
    ck_matmul(type, Int64(count), Int64(m), Int64(n), Int64(k), left.raw, right.raw, result.start, scratch.data)
    withExtendedLifetime((left, right, scratch)) {}
    if a.dtype != compute { result = try result.copied(as: a.dtype) }
    let (forA, forB) = (SavedTensor(b, for: a), SavedTensor(a, for: b))
    let (shapeA, shapeB) = (a.shape, b.shape)
    return record("matmul", a, b, result: result) { g, inputs in
        // [m, n] · [n, k] -> [m, k], summed over what a repeated in
        try inputs.give(0) { matmul(g, try forA!.tensor.transposed(-1, -2)).summed(to: shapeA) }
        // [k, m] · [m, n] -> [k, n]
        try inputs.give(1) { matmul(try forB!.tensor.transposed(-1, -2), g).summed(to: shapeB) }
    }
}

extension Tensor {
    /// The shape without its last two dimensions.
    fileprivate var batch: Shape { Shape(shape.dropLast(2)) }
}

/// A batch of matrices as the kernel takes them, with one stride over the whole batch.
private struct Matrices {
    let buffer: Buffer
    let raw: ck_matrix

    init(_ tensor: Tensor, _ batch: Shape, _ compute: DType) throws(TensorError) {
        var buffer = tensor.buffer
        if buffer.dtype != compute { buffer = try buffer.copied(as: compute) }
        let full = Shape(Array(batch) + tensor.shape.suffix(2))
        buffer = buffer.viewed(buffer.layout.stretched(to: full))
        if buffer.layout.merged(0..<batch.rank) == nil { buffer = try buffer.copied() }
        let strides = buffer.layout.strides
        raw = ck_matrix(
            data: UnsafeRawPointer(buffer.start), batch_stride: Int64(buffer.layout.merged(0..<batch.rank)!.stride),
            row_stride: Int64(strides[batch.rank]), column_stride: Int64(strides[batch.rank + 1]))
        self.buffer = buffer
    }
}
