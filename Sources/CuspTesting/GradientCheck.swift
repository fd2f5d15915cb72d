import Cusp

/// Checks the derivative of a function of several tensors: the gradient against differences along random directions,
/// every element of a small Jacobian, and forward mode against backward.
///
///     try gradientCheck(at: [x, w]) { p in tanh(matmul(p[0], p[1])) }
///
/// Everything is computed in float64, whatever the inputs' type. The points must not be kinks (there see
/// ``oneSidedCheck(at:settings:of:)-([Tensor],_,_)`` and ``clarkeCheck(at:radius:samples:settings:of:)``), nor nearer
/// to one than two steps. Needs no testing framework: what it throws says what is wrong.
///
/// - Parameter function: called many times; gives the same each time. What it captures is constant.
/// - Returns: the largest error that was found, as a part of the size of its terms.
/// - Throws: ``CheckFailure``, and what `function` throws.
@discardableResult
public func gradientCheck(
    at inputs: [Tensor], settings: CheckSettings = CheckSettings(), of function: ([Tensor]) throws -> Tensor
) throws -> Double {
    try Comparison.run("gradientCheck", inputs, settings, function)
}

/// The same for a function of one tensor.
///
///     try gradientCheck(at: Tensor([0.5, 2])) { x in sigmoid(x) * x }
@discardableResult
public func gradientCheck(
    at x: Tensor, settings: CheckSettings = CheckSettings(), of function: (Tensor) throws -> Tensor
) throws -> Double {
    try gradientCheck(at: [x], settings: settings) { try function($0[0]) }
}

/// Checks the second derivative: that the gradient itself has the right gradient, with respect to the inputs and to the
/// gradient that arrives.
///
///     try secondOrderCheck(at: [x, w]) { p in tanh(matmul(p[0], p[1])) }
///
/// As ``gradientCheck(at:settings:of:)-([Tensor],_,_)``, of Σ vᵀJᵀu for random u and v.
@discardableResult
public func secondOrderCheck(
    at inputs: [Tensor], settings: CheckSettings = CheckSettings(), of function: ([Tensor]) throws -> Tensor
) throws -> Double {
    let inputs = try prepared("secondOrderCheck", inputs)
    var random = RandomStream(seed: settings.seed)
    let result = try withoutGradients { try function(inputs) }
    let u = random.direction(like: result)
    let v = inputs.map { random.direction(like: $0) }
    return try Comparison.run("secondOrderCheck", inputs + [u], settings) { p in
        let (_, pullback) = try vjp(at: Array(p.dropLast())) { [try function($0)] }
        let gradients = try pullback([p.last!])
        return zip(gradients, v).reduce(Tensor(0.0).asType(.float64)) { $0 + ($1.0 * $1.1).sum() }
    }
}

/// The same for a function of one tensor.
@discardableResult
public func secondOrderCheck(
    at x: Tensor, settings: CheckSettings = CheckSettings(), of function: (Tensor) throws -> Tensor
) throws -> Double {
    try secondOrderCheck(at: [x], settings: settings) { try function($0[0]) }
}

extension RandomStream {
    /// Numbers between -1 and 1, in float64.
    mutating func direction(like x: Tensor) -> Tensor { uniform(x.shape, from: -1, to: 1, dtype: .float64) }
}
