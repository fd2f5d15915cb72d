// Products with the Jacobian J of a function f at x and with the Hessian H, without either matrix.

/// A function's value, and the function that multiplies with its Jacobian from the left: u ↦ Jᵀu.
///
///     let (y, pullback) = try vjp(at: Tensor([1, 2])) { x in x * x }
///     print(try pullback(Tensor([1, 10])))     // [ 2. 40.]
///
/// `pullback` takes a tensor of the shape of y, gives one of the shape of x, and can be called any number of times: it
/// keeps what the derivative needs. Recorded as ``gradient(at:createGraph:of:)-(Tensor,_,_)``.
///
/// - Throws: ``TensorError`` where a type has no gradient (`pullback`: where the shape is not that of y), and what
///   `function` throws.
public func vjp(
    at x: Tensor, createGraph: Bool = false, of function: (Tensor) throws -> Tensor
) throws -> (value: Tensor, pullback: (Tensor) throws -> Tensor) {
    let (values, pullback) = try vjp(at: [x], createGraph: createGraph) { [try function($0[0])] }
    return (values[0], { try pullback([$0])[0] })
}

/// The same for a function of several tensors that gives several.
public func vjp(
    at x: [Tensor], createGraph: Bool = false, of function: ([Tensor]) throws -> [Tensor]
) throws -> (values: [Tensor], pullback: ([Tensor]) throws -> [Tensor]) {
    let trace = try Trace("vjp", at: x, createGraph: createGraph, function)
    return (
        trace.values,
        { gradients in
            let gradients = try Trace.fitted("vjp", "gradient", gradients, to: trace.results)
            return try trace.pullback(gradients, isRecorded: trace.isRecorded)
        }
    )
}

/// A function's value, and its Jacobian times a direction, Jv: how the value changes as x moves along v. Forward mode.
///
///     let (y, dy) = try jvp(at: Tensor([1, 2]), along: Tensor([1, 10])) { x in x * x }
///     // y = [1. 4.], dy = [ 2. 40.]
///
/// Derived for every operation from its gradient: Jᵀu is linear in u, and its own derivative with respect to u is J. So
/// it is as exact as the gradient, follows the same rules at kinks, broadcasts and several results included, and takes
/// about the time of two backward passes. A ``CustomFunction`` may bring a rule of its own.
///
/// - Parameter v: of the shape of `x`.
/// - Throws: ``TensorError`` where the shapes differ or a type has no gradient, and what `function` throws.
public func jvp(
    at x: Tensor, along v: Tensor, createGraph: Bool = false, of function: (Tensor) throws -> Tensor
) throws -> (value: Tensor, tangent: Tensor) {
    let (values, tangents) = try jvp(at: [x], along: [v], createGraph: createGraph) { [try function($0[0])] }
    return (values[0], tangents[0])
}

/// The same for a function of several tensors that gives several, with a direction for each input.
public func jvp(
    at x: [Tensor], along v: [Tensor], createGraph: Bool = false, of function: ([Tensor]) throws -> [Tensor]
) throws -> (values: [Tensor], tangents: [Tensor]) {
    let v = try Trace.fitted("jvp", "direction", v, to: x)
    let trace = try Trace("jvp", at: x, createGraph: createGraph || v.contains { $0.requiresGrad }, function)
    return (trace.values, try trace.pushforward(v))
}

/// The Hessian of a function of one number, times a direction: Hv, of the shape of x.
///
///     try hvp(at: Tensor([1, 2]), along: Tensor([1, 0])) { x in (x * x * x).sum() }     // [6. 0.]
///
/// Takes about the time of three backward passes, however large x is.
///
/// - Throws: as ``gradient(at:createGraph:of:)-(Tensor,_,_)``.
public func hvp(
    at x: Tensor, along v: Tensor, createGraph: Bool = false, of function: (Tensor) throws -> Tensor
) throws -> Tensor {
    try hvp(at: [x], along: [v], createGraph: createGraph) { try function($0[0]) }[0]
}

/// The same for a function of several tensors, with a direction for each.
public func hvp(
    at x: [Tensor], along v: [Tensor], createGraph: Bool = false, of function: ([Tensor]) throws -> Tensor
) throws -> [Tensor] {
    let v = try Trace.fitted("hvp", "direction", v, to: x)
    let trace = try Trace("hvp", at: x, createGraph: createGraph || v.contains { $0.requiresGrad }) {
        [try function($0)]
    }
    let result = try trace.number("hvp")
    let gradients = try trace.pullback([.ones(result.shape, dtype: result.dtype)], isRecorded: true)
    return try pull(gradients, v, at: trace.variables, isRecorded: trace.isRecorded)
}
