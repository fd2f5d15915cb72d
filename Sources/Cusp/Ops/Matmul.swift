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
    attempt(file: file, line: line) { () throws(TensorError) in try multiplied(a, b) }
}

/// The matrix product and c, a · b + c, in one pass; c broadcasts to the product's shape, as a bias of `[n]` does.
///
///     let (x, w) = (Tensor([[1, 2]]), Tensor([[1, -1], [1, -1]]))
///     matmul(x, w, plus: Tensor([10, 1]))                      // [[13. -2.]]
///     matmul(x, w, plus: Tensor([10, 1]), rectified: true)     // [[13.  0.]]
///
/// - Parameter rectified: whether what is not above 0 becomes 0, and so does its gradient; NaN stays.
///
/// The type is that of `matmul(a, b) + c`, and where c is one row for all so are the bits; to another c the product is added a part of
/// 256 of k after the other. Traps where shapes do not fit, or c does not broadcast to the product.
public func matmul(
    _ a: Tensor, _ b: Tensor, plus c: Tensor, rectified: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    attempt(file: file, line: line) { () throws(TensorError) in
        let dtype = DType.promoted(a.dtype, b.dtype)
        // In one pass only where c does not make the type another one, and every step is rounded to it.
        if dtype == dtype.compute, DType.promoted(dtype, c.dtype) == dtype {
            return try multiplied(a, b, MatmulEnd(plus: c.asType(dtype), rectified: rectified))
        }
        let sum = try multiplied(a, b, adding: c.shape) + c
        return rectified ? rectifier(sum) : sum
    }
}

extension Tensor {
    /// Adds a matrix product to this tensor, x += a · b: in place where nobody else sees its elements, and then without memory
    /// for the product.
    ///
    ///     var sum = Tensor([[1, 1]])
    ///     sum.add(productOf: Tensor([[1, 2]]), Tensor([[1, 0], [0, 1]]))
    ///     print(sum)     // [[2. 3.]]
    ///
    /// Shape and type stay. The product is added a part of 256 of k after the other. Traps as `x += matmul(a, b)` does.
    public mutating func add(productOf a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        attempt(file: file, line: line, instead: ()) { () throws(TensorError) in
            try requireWritable("add(productOf:)")
            let isRecorded = Recording.isOn && (source != nil || a.source != nil || b.source != nil)
            guard !isRecorded, !Watch.isOn, isContiguous, isUnique(), dtype == dtype.compute,
                DType.promoted(a.dtype, b.dtype) == dtype, try productShape(a, b) == shape
            else {
                self += try multiplied(a, b)
                return
            }
            let part = try MatrixProduct(a.asMatrix(.left).asType(dtype), b.asMatrix(.right).asType(dtype))
            try part.write(to: buffer.start, ck_matmul_end(add: true, bias: nil, rectify: false))
        }
    }
}

private let rectifier = Pointwise { x in `where`(x .<= 0, 0, x) }
/// The gradient through the rectifier, of whose result it needs the sign alone.
private let rectifierGradient = Pointwise { g, y in `where`(y .<= 0, 0, g) }

/// What is done to a product in the pass that computes it. `plus` is of the product's type.
private struct MatmulEnd {
    var plus: Tensor?
    var rectified = false
}

private func requireFit(_ a: Tensor, _ b: Tensor) throws(TensorError) {
    guard a.rank > 0, b.rank > 0, a.shape[a.rank - 1] == b.shape[max(b.rank - 2, 0)] else {
        throw TensorError(
            .shape,
            "matmul: the shapes \(a.shape) and \(b.shape) do not fit: the columns of the first must be as many as the rows of the second"
        )
    }
}

/// The product's shape, if there is one to which `c` broadcasts.
private func productShape(_ a: Tensor, _ b: Tensor, adding c: Shape = []) throws(TensorError) -> Shape {
    try requireFit(a, b)
    var shape = try Shape.broadcast(a.shape.leading(a.rank - 2), b.shape.leading(b.rank - 2), for: "matmul")
    if a.rank > 1 { shape.append(a.shape[a.rank - 2]) }
    if b.rank > 1 { shape.append(b.shape[b.rank - 1]) }
    try shape.checkCount(for: "matmul")
    guard (try? Shape.broadcast(shape, c, for: "matmul")) == shape else {
        throw TensorError(.shape, "matmul: a tensor of shape \(c) does not broadcast to a product of shape \(shape)")
    }
    return shape
}

private func multiplied(_ a: Tensor, _ b: Tensor, _ end: MatmulEnd = .init(), adding c: Shape = []) throws(TensorError)
    -> Tensor
{
    try requireFit(a, b)
    let c = end.plus?.shape ?? c
    if c.rank > 0 { _ = try productShape(a, b, adding: c) }
    let dtype = DType.promoted(a.dtype, b.dtype)
    var end = end
    if let c = end.plus, c.rank > 0 {
        if b.rank == 1 { end.plus = c.unsqueezed(dim: -1) } else if a.rank == 1 { end.plus = c.unsqueezed(dim: -2) }
    }
    let matrix = try multiply(a.asMatrix(.left).asType(dtype), b.asMatrix(.right).asType(dtype), end)
    let rows = b.rank == 1 ? matrix.squeezed(dim: -1) : matrix
    return a.rank == 1 ? rows.squeezed(dim: b.rank == 1 ? -1 : -2) : rows
}

/// Of two tensors of one type with two dimensions at least.
private func multiply(_ a: Tensor, _ b: Tensor, _ end: MatmulEnd) throws(TensorError) -> Tensor {
    if a.rank > 2 && b.rank == 2, !a.shape.contains(0) {
        // One matrix for all of a batch: the batch is just more rows. [..., m, k] -> [... · m, k]
        let shape = a.shape.leading(a.rank - 1).appending(b.shape[1])
        var end = end
        if let c = end.plus {
            end.plus = c.isRow ? c.reshaped([1, -1]) : c.expanded(to: shape).reshaped([-1, b.shape[1]])
        }
        return try multiply(a.reshaped([-1, b.shape[0]]), b, end).reshaped(shape)
    }
    let result = try MatrixProduct(a, b).result(plus: end.plus?.buffer, isRow: end.plus?.isRow ?? false, end.rectified)
    let (forA, forB) = (SavedTensor(b, for: a), SavedTensor(a, for: b))
    let (shapeA, shapeB, shapeC) = (a.shape, b.shape, end.plus?.shape)
    let operands = end.plus.map { [a, b, $0] } ?? [a, b]
    return record("matmul", operands, result: result, keeping: end.rectified) { g, y, inputs in
        let g = y.map { rectifierGradient(g, $0) } ?? g
        // [m, n] · [n, k] -> [m, k], summed over what a repeated in
        try inputs.give(0) { matmul(g, try forA!.tensor.transposed(-1, -2)).summed(to: shapeA) }
        // [k, m] · [m, n] -> [k, n]
        try inputs.give(1) { matmul(try forB!.tensor.transposed(-1, -2), g).summed(to: shapeB) }
        if let shapeC { inputs.give(2) { g.summed(to: shapeC) } }
    }
}

extension Tensor {
    fileprivate enum Side { case left, right }

    /// A vector as a matrix of one row on the left, of one column on the right.
    fileprivate func asMatrix(_ side: Side) -> Tensor { rank == 1 ? unsqueezed(dim: side == .left ? 0 : 1) : self }

    /// Whether it broadcasts to matrices all of whose rows are equal.
    fileprivate var isRow: Bool { shape.leading(rank - 1).elementCount == 1 }
}
