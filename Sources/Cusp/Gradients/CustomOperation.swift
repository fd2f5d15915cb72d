import Autograd

/// An operation with several results, whose derivative its author writes: ``CustomFunction`` with all that it leaves
/// out.
///
///     struct Polar: CustomOperation {                  // (x, y) -> (x² + y², x is negative)
///         func forward(_ x: [Tensor], needsGradient: [Bool]) -> (results: [Tensor], context: [Tensor]) {
///             ([x[0] * x[0] + x[1] * x[1], x[0] .< 0], x)
///         }
///         func backward(_ call: BackwardCall, _ x: [Tensor]) -> [Tensor?] {
///             x.enumerated().map { i, x in call.needsGradient[i] ? 2 * x * call.gradients[0]! : nil }
///         }
///     }
///     let results = Polar()(x, y)
///
/// `backward` may be differentiated again where it is written in tensor operations on what the call holds and on what
/// `forward` was given.
public protocol CustomOperation: Sendable {
    associatedtype Context: Sendable

    /// The results' tangents from those of the inputs; nil is zero, on both sides.
    typealias ForwardRule = @Sendable (_ tangents: [Tensor?], _ context: Context) throws -> [Tensor?]

    /// What messages call the operation; the name of the type unless given.
    var name: String { get }

    /// Whether `backward` must not be differentiated again, as it is not written in tensor operations throughout. False
    /// unless given; true makes a second derivative an error.
    var isOnceDifferentiable: Bool { get }

    /// Positions of results that are constants in every derivative; none unless given. Results of integers and truth
    /// values are so anyway.
    var constantResults: Set<Int> { get }

    /// Whether `backward` reads the call's results; true unless given. They are not kept otherwise.
    var usesResults: Bool { get }

    /// A rule for forward mode, used by ``jvp(at:along:createGraph:of:)-(Tensor,_,_,_)`` instead of the one that
    /// follows from `backward`. None unless given.
    var jvp: ForwardRule? { get }

    /// The results, and what `backward` will need. Runs without recording.
    ///
    /// - Parameter needsGradient: for each input whether a derivative may be asked for: else nothing need be kept for
    ///   it.
    func forward(_ inputs: [Tensor], needsGradient: [Bool]) -> (results: [Tensor], context: Context)

    /// The gradients of the inputs, one for each of them and of its shape and type; nil for zero, and for those that
    /// are not needed.
    func backward(_ call: BackwardCall, _ context: Context) throws -> [Tensor?]
}

/// What ``CustomOperation/backward(_:_:)`` is given.
public struct BackwardCall: Sendable {
    /// The gradients of the results; nil for zero.
    public let gradients: [Tensor?]
    /// The results that `forward` gave; they can be differentiated again. Empty where the operation does not use them.
    public let results: [Tensor]
    /// For each input whether its gradient is wanted in this pass.
    public let needsGradient: [Bool]
}

extension CustomOperation {
    public var name: String { "\(Self.self)" }
    public var isOnceDifferentiable: Bool { false }
    public var constantResults: Set<Int> { [] }
    public var usesResults: Bool { true }
    public var jvp: ForwardRule? { nil }

    /// Applies the operation.
    public func callAsFunction(_ inputs: Tensor...) -> [Tensor] { callAsFunction(inputs) }

    /// Applies the operation.
    public func callAsFunction(_ inputs: [Tensor]) -> [Tensor] {
        let needs = inputs.map { $0.requiresGrad && Recording.isOn }
        let (results, context) = withoutGradients { forward(inputs, needsGradient: needs) }
        let buffers = results.map(\.buffer)
        guard needs.contains(true) else { return buffers.map { Tensor($0) } }
        let node = CustomNode(self, inputs, buffers, context)
        if Watch.isOn { Watch.note(name, inputs, buffers.map { Tensor($0) }, node) }
        return buffers.enumerated().map { i, buffer in
            Tensor(buffer, source: isConstant(i, buffer) ? nil : Edge(node, output: i))
        }
    }

    /// Whether result `i` takes no part in derivatives.
    func isConstant(_ i: Int, _ result: Buffer) -> Bool {
        constantResults.contains(i) || !result.dtype.isFloatingPoint
    }
}
