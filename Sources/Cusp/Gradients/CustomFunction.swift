/// An operation with one result, whose derivative its author writes.
///
/// What the derivative needs from the operands travels in a context of the author's own type; plain numbers stay
/// properties of the function.
///
///     struct Threshold: CustomFunction {
///         var k: Float
///         func forward(_ x: [Tensor]) -> (Tensor, context: Tensor) { (sigmoid(k * x[0]), x[0]) }
///         func backward(_ g: Tensor, _ x: Tensor) -> [Tensor?] { [g * k * sigmoid(k * x) * sigmoid(-k * x)] }
///     }
///     let y = Threshold(k: 100)(x)
///
/// `backward` may be differentiated again where it is written in tensor operations on its gradient and on what
/// `forward` was given. It must not use the result by way of the context, where the result is a constant: compute it
/// again, or use ``CustomOperation``, which hands it over, and which is also for several results.
public protocol CustomFunction: Sendable {
    associatedtype Context: Sendable

    /// What messages call the function; the name of the type unless given.
    var name: String { get }

    /// Whether `backward` must not be differentiated again, as it is not written in tensor operations throughout. False
    /// unless given; true makes a second derivative an error.
    var isOnceDifferentiable: Bool { get }

    /// The tangent of the result from those of the inputs, nil for zero: a forward rule to be used by
    /// ``jvp(at:along:createGraph:of:)-(Tensor,_,_,_)`` instead of the one that follows from `backward`. None unless
    /// given.
    var jvp: (@Sendable (_ tangents: [Tensor?], _ context: Context) throws -> Tensor?)? { get }

    /// The result, and what `backward` will need. Runs without recording.
    func forward(_ inputs: [Tensor]) -> (Tensor, context: Context)

    /// The gradients of the inputs, one for each of them and of its shape, nil for none; `gradient` is that of the
    /// result.
    func backward(_ gradient: Tensor, _ context: Context) throws -> [Tensor?]
}

extension CustomFunction {
    public var name: String { "\(Self.self)" }
    public var isOnceDifferentiable: Bool { false }
    public var jvp: (@Sendable (_ tangents: [Tensor?], _ context: Context) throws -> Tensor?)? { nil }

    /// Applies the function.
    public func callAsFunction(_ inputs: Tensor...) -> Tensor { callAsFunction(inputs) }

    /// Applies the function.
    public func callAsFunction(_ inputs: [Tensor]) -> Tensor { OneResult(function: self)(inputs)[0] }
}

/// A function as an operation with a list of results.
private struct OneResult<Function: CustomFunction>: CustomOperation {
    let function: Function

    var name: String { function.name }
    var isOnceDifferentiable: Bool { function.isOnceDifferentiable }
    var usesResults: Bool { false }
    var jvp: ForwardRule? {
        guard let rule = function.jvp else { return nil }
        return { tangents, context in [try rule(tangents, context)] }
    }

    func forward(_ inputs: [Tensor], needsGradient: [Bool]) -> (results: [Tensor], context: Function.Context) {
        let (result, context) = function.forward(inputs)
        return ([result], context)
    }

    func backward(_ call: BackwardCall, _ context: Function.Context) throws -> [Tensor?] {
        // The pass reaches the operation only by way of its one result.
        try function.backward(call.gradients[0]!, context)
    }
}
