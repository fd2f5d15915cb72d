/// An elementwise function made from a closure: one pass over memory forward and one backward, however much it computes.
///
/// The closure runs once, over ``Expression``s, and is written down as a small program; the derivative is derived from the
/// rules of what it uses, or given.
///
///     let approximateGE = Pointwise { x, threshold, k in sigmoid(k * (x - threshold)) }
///     let y = approximateGE(x, 1.0, 100)          // operands are tensors or numbers, and broadcast
///
///     let step = Pointwise { x in x .>= 0 } derivative: { x in 25 * sigmoid(25 * x) * sigmoid(-25 * x) }
///
/// The parameter of the type is the number of operands, up to eight, so that a wrong number of them does not compile. A given
/// derivative is the slope, or a tuple with the slope for each operand: nil for none, `.derived` for that of the rules. It may
/// itself be differentiated. Where the gradient that arrives is 0, nothing of an infinite or undefined slope comes through.
///
/// `print` shows the program, and those of its derivatives that have been used.
public struct Pointwise<let arity: Int>: Sendable {
    let function: PointwiseFunction
}

// For functions that are generic over tensors and expressions.
extension Pointwise {
    package func of<E: Elementwise>(_ x: E) -> E { .apply(function, x) }
    package func of<E: Elementwise>(_ x: E, _ y: E) -> E { .apply(function, x, y) }
    package func of<E: Elementwise>(_ x: E, _ a: Double) -> E { .apply(function, x, .float(a)) }
    package func of<E: Elementwise>(_ x: E, _ a: Double, _ b: Double) -> E {
        .apply(function, x, Number.float(a), Number.float(b))
    }
}

/// What a pointwise function can be applied to: a tensor, or a number, which adapts to the tensors.
public protocol TensorOperand {
    var operand: Operand<Tensor> { get }
}

extension Tensor: TensorOperand {
    public var operand: Operand<Tensor> { .value(self) }
}

extension TensorOperand where Self: Scalar {
    public var operand: Operand<Tensor> { .number(number) }
}

extension Float: TensorOperand {}
extension Double: TensorOperand {}
extension Int: TensorOperand {}
extension Int32: TensorOperand {}
extension Int64: TensorOperand {}
extension UInt8: TensorOperand {}
extension Bool: TensorOperand {}
