/// The gradient of a function of one number at a point.
///
///     let g = try gradient(at: Tensor([1, 2, 3])) { x in (x * x).sum() }
///     print(g)     // [2. 4. 6.]
///
/// Where `x` itself requires gradients, as inside another `gradient(at:)`, the gradient can be differentiated again:
///
///     try gradient(at: x) { x in try gradient(at: x) { x in (x * x * x).sum() }.sum() }     // 6x
///
/// It is zero where the result does not depend on `x`; ``gradients(of:at:with:retainGraph:createGraph:allowUnused:)``
/// is an error there. No tensor's ``Tensor/grad`` changes.
///
/// - Parameters:
///   - createGraph: whether the gradient can be differentiated with respect to tensors that `function` captures.
///   - function: called once; gives a tensor of one element.
/// - Throws: ``TensorError`` where the result has several elements or is not of a float type, and what `function`
///   throws.
public func gradient(
    at x: Tensor, createGraph: Bool = false, of function: (Tensor) throws -> Tensor
) throws -> Tensor {
    try valueWithGradient(at: x, createGraph: createGraph, of: function).gradient
}

/// The gradients of a function of two tensors.
///
///     let (dx, dy) = try gradient(at: Tensor([1, 2]), Tensor([3, 4])) { x, y in (x * y).sum() }
///     // dx = [3. 4.], dy = [1. 2.]
///
/// As ``gradient(at:createGraph:of:)-(Tensor,_,_)``.
public func gradient(
    at x: Tensor, _ y: Tensor, createGraph: Bool = false, of function: (Tensor, Tensor) throws -> Tensor
) throws -> (Tensor, Tensor) {
    try valueWithGradient(at: x, y, createGraph: createGraph, of: function).gradients
}

/// The gradients of a function of any number of tensors, one for each, of its shape and type.
///
/// As ``gradient(at:createGraph:of:)-(Tensor,_,_)``.
public func gradient(
    at x: [Tensor], createGraph: Bool = false, of function: ([Tensor]) throws -> Tensor
) throws -> [Tensor] {
    try valueWithGradient(at: x, createGraph: createGraph, of: function).gradients
}

/// A function's value at a point, and its gradient.
///
///     let (loss, g) = try valueWithGradient(at: Tensor([1, 2])) { x in (x * x).sum() }
///     // loss = 5.0, g = [2. 4.]
///
/// As ``gradient(at:createGraph:of:)-(Tensor,_,_)``.
public func valueWithGradient(
    at x: Tensor, createGraph: Bool = false, of function: (Tensor) throws -> Tensor
) throws -> (value: Tensor, gradient: Tensor) {
    let (value, gradients) = try valueWithGradient(at: [x], createGraph: createGraph) { try function($0[0]) }
    return (value, gradients[0])
}

/// The value of a function of two tensors, and its gradients.
public func valueWithGradient(
    at x: Tensor, _ y: Tensor, createGraph: Bool = false, of function: (Tensor, Tensor) throws -> Tensor
) throws -> (value: Tensor, gradients: (Tensor, Tensor)) {
    let (value, gradients) = try valueWithGradient(at: [x, y], createGraph: createGraph) { try function($0[0], $0[1]) }
    return (value, (gradients[0], gradients[1]))
}

/// The value of a function of any number of tensors, and its gradients, one for each tensor.
///
///     let (loss, g) = try valueWithGradient(at: [weights, bias]) { p in loss(matmul(x, p[0]) + p[1], y) }
public func valueWithGradient(
    at x: [Tensor], createGraph: Bool = false, of function: ([Tensor]) throws -> Tensor
) throws -> (value: Tensor, gradients: [Tensor]) {
    try valueWithGradient("gradient", at: x, createGraph: createGraph, of: function)
}

/// The same, as part of an operation of that name.
func valueWithGradient(
    _ operation: String, at x: [Tensor], createGraph: Bool, of function: ([Tensor]) throws -> Tensor
) throws -> (value: Tensor, gradients: [Tensor]) {
    let trace = try Trace(operation, at: x, createGraph: createGraph) { [try function($0)] }
    let result = try trace.number(operation)
    let one = Tensor.ones(result.shape, dtype: result.dtype)
    return (trace.values[0], try trace.pullback([one], isRecorded: trace.isRecorded))
}

/// The same elements, which count as constants in every derivative.
///
///     try gradient(at: Tensor([3])) { x in (stopGradient(x) * x).sum() }     // [3.], not [6.]
///
/// The same as ``Tensor/detached()``. Nothing is copied.
public func stopGradient(_ x: Tensor) -> Tensor { x.detached() }
