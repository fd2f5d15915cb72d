/// All partial derivatives of a function's elements with respect to those of x.
///
///     try jacobian(at: Tensor([1, 2])) { x in x * x }
///     // [[2. 0.]
///     //  [0. 4.]]
///
/// The result has the shape of the function's result followed by that of x, up to eight dimensions in all. One pass for
/// each element of the smaller of the two: forward over those of x where they are fewer, else backward over those of
/// the result.
///
/// - Throws: ``TensorError`` for more than eight dimensions or types without gradients, and what `function` throws.
public func jacobian(
    at x: Tensor, createGraph: Bool = false, of function: (Tensor) throws -> Tensor
) throws -> Tensor {
    try jacobian("jacobian", at: x, createGraph: createGraph, of: function)
}

private func jacobian(
    _ operation: String, at x: Tensor, createGraph: Bool, of function: (Tensor) throws -> Tensor
) throws -> Tensor {
    let trace = try Trace(operation, at: [x], createGraph: createGraph) { [try function($0[0])] }
    let y = trace.results[0]
    guard y.rank + x.rank <= Shape.maximumRank else {
        throw TensorError(
            .shape,
            "\(operation): the shapes \(y.shape) of the result and \(x.shape) of the input have together more than \(Shape.maximumRank) dimensions; use flattened() on one of them"
        )
    }
    let shape = Shape(Array(y.shape) + Array(x.shape))
    let (m, n) = (y.elementCount, x.elementCount)
    guard m > 0, n > 0 else { return .zeros(shape, dtype: x.dtype) }
    if m <= n {
        // Row i of [m, n]: the pullback of unit vector i.
        let rows = try units(like: y).map { try trace.pullback([$0], isRecorded: trace.isRecorded)[0] }
        return cat(rows.map { $0.reshaped([1, n]) }).reshaped(shape)
    }
    // Row j of [n, m]: how y moves along unit vector j of x.
    let pushforward = try trace.pushforward()
    let columns = try units(like: x).map { try pushforward([$0])[0] }
    return cat(columns.map { $0.reshaped([1, m]) }).transposed().reshaped(shape)
}

/// All second partial derivatives of a function of one number: of the shape of x, twice.
///
///     try hessian(at: Tensor([1, 2])) { x in (x * x * x).sum() }
///     // [[ 6.  0.]
///     //  [ 0. 12.]]
///
/// As ``jacobian(at:createGraph:of:)`` of the gradient. To multiply with it,
/// ``hvp(at:along:createGraph:of:)-(Tensor,_,_,_)`` is much cheaper.
public func hessian(
    at x: Tensor, createGraph: Bool = false, of function: (Tensor) throws -> Tensor
) throws -> Tensor {
    try jacobian("hessian", at: x, createGraph: createGraph) { x in
        try valueWithGradient("hessian", at: [x], createGraph: false) { try function($0[0]) }.gradients[0]
    }
}

/// The tensors of this shape and type with a single 1 and else zeros, in row-major order.
private func units(like x: Tensor) -> [Tensor] {
    let identity = Tensor.identity(x.elementCount, dtype: x.dtype)
    return (0..<x.elementCount).map { identity[$0].reshaped(x.shape) }
}
