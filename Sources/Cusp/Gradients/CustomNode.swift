import Autograd

/// The rule of a custom operation.
final class CustomNode<Operation: CustomOperation>: Node<Tensor>, @unchecked Sendable {
    private let operation: Operation
    private let inputs: [Form]
    private let sources: [Edge<Tensor>?]
    /// Without sources, or the graph would hold itself.
    private var results: [SavedTensor]
    private let resultForms: [Form]
    private var context: SavedContext<Operation.Context>?

    init(_ operation: Operation, _ inputs: [Tensor], _ results: [Buffer], _ context: Operation.Context) {
        self.operation = operation
        self.inputs = inputs.map { Form($0) }
        sources = inputs.map(\.source)
        self.results = operation.usesResults ? results.map { SavedTensor(Tensor($0)) } : []
        resultForms = results.map { Form($0) }
        self.context = SavedContext(context)
        let shapes = inputs.map(\.shape) + results.map(\.layout.shape)
        let elements = shapes.reduce(0) { $0 + $1.elementCount }
        super.init(inputs: sources, outputCount: results.count, work: Double(elements))
    }

    override var name: String { operation.name }

    override func backward(_ gradient: consuming Tensor, into inputs: inout Contributions<Tensor>) throws {
        try backward(outputs: [gradient], into: &inputs)
    }

    override func backward(outputs gradients: consuming [Tensor?], into inputs: inout Contributions<Tensor>) throws {
        let needs = (0..<inputs.count).map { inputs.wants($0) }
        let found = Recording.isOn ? try recorded(gradients, needs) : try rule(gradients, needs)
        try inputs.give(all: found, from: name)
    }

    override func release() {
        results = []
        context = nil
    }

    /// What the author's rule gives, looked over.
    private func rule(_ gradients: [Tensor?], _ needs: [Bool]) throws -> [Tensor?] {
        let results = try results.enumerated().map { i, saved in
            let buffer = try saved.tensor.buffer
            return Tensor(
                buffer, source: Recording.isOn && !operation.isConstant(i, buffer) ? Edge(self, output: i) : nil)
        }
        let call = BackwardCall(gradients: gradients, results: results, needsGradient: needs)
        let found = try operation.backward(call, context!.value)
        guard found.count == inputs.count else {
            throw GraphError.gradientCount(name, expected: inputs.count, got: found.count)
        }
        for (i, (gradient, input)) in zip(found, inputs).enumerated() {
            guard let gradient, Form(gradient) != input else { continue }
            throw TensorError(
                .gradient, "backward of \(name): the gradient of input \(i) is \(Form(gradient)), the input \(input)")
        }
        return found
    }

    /// The same with the way to a second derivative: through the author's operations, by the author's forward rule, or
    /// closed.
    private func recorded(_ gradients: [Tensor?], _ needs: [Bool]) throws -> [Tensor?] {
        let forward = operation.jvp
        guard forward != nil || operation.isOnceDifferentiable else { return try rule(gradients, needs) }
        let cut = gradients.map { $0?.detached() }
        let isOnce = operation.isOnceDifferentiable
        let found = isOnce ? try withoutGradients { try rule(cut, needs) } : try rule(cut, needs)
        let context = context!
        let node = DerivativeNode(
            name, paths: isOnce ? sources : found.map { $0?.source }, isOpen: !isOnce,
            gradients: gradients.map { $0?.source }, results: resultForms,
            tangents: forward.map { forward in { try forward($0, context.value) } })
        if Watch.isOn { Watch.note(node.name, cut.compactMap { $0 }, [], node) }
        return found.enumerated().map { i, gradient in
            gradient.map { Tensor($0.buffer, source: Edge(node, output: i)) }
        }
    }
}

/// An author's context, whose tensors are saved ones where the type says that it consists of tensors.
private enum SavedContext<Context: Sendable>: Sendable {
    case value(Context)
    case tensor(SavedTensor)
    case list([SavedTensor])

    init(_ context: Context) {
        switch context {
        case let tensor as Tensor: self = .tensor(SavedTensor(tensor))
        case let list as [Tensor]: self = .list(list.map { SavedTensor($0) })
        default: self = .value(context)
        }
    }

    var value: Context {
        get throws {
            switch self {
            case .value(let context): context
            case .tensor(let saved): try saved.tensor as! Context
            case .list(let list): try list.map { try $0.tensor } as! Context
            }
        }
    }
}

/// The rule of a custom operation's backward: as a function of the gradients that it was given it is Jᵀg, and so its
/// own derivative is J, the operation's forward rule.
private final class DerivativeNode: Node<Tensor>, @unchecked Sendable {
    private let operation: String
    /// How many inputs of this node are ways through the operation's own inputs; those after them are the gradients.
    private let pathCount: Int
    /// Whether these ways may be taken.
    private let isOpen: Bool
    private let results: [Form]
    private var tangents: (([Tensor?]) throws -> [Tensor?])?

    init(
        _ operation: String, paths: [Edge<Tensor>?], isOpen: Bool, gradients: [Edge<Tensor>?], results: [Form],
        tangents: (([Tensor?]) throws -> [Tensor?])?
    ) {
        self.operation = operation
        pathCount = paths.count
        self.isOpen = isOpen
        self.results = results
        self.tangents = tangents
        super.init(inputs: paths + gradients, outputCount: paths.count)
    }

    override var name: String { "backward of \(operation)" }

    override func backward(_ gradient: consuming Tensor, into inputs: inout Contributions<Tensor>) throws {
        try backward(outputs: [gradient], into: &inputs)
    }

    override func backward(outputs gradients: consuming [Tensor?], into inputs: inout Contributions<Tensor>) throws {
        let wants = (0..<inputs.count).map { inputs.wants($0) }
        let wantsPath = wants[..<pathCount].contains(true)
        let wantsGradient = wants[pathCount...].contains(true)
        guard isOpen || !(wantsPath || wantsGradient && tangents == nil) else {
            throw TensorError(
                .gradient,
                "\(operation): a second derivative of a function that is once differentiable; write its backward in tensor operations and remove isOnceDifferentiable, or take the derivative of something else"
            )
        }
        for i in 0..<pathCount { inputs[i] = gradients[i] }
        guard wantsGradient, let tangents else { return }
        let found = try tangents(gradients)
        guard found.count == results.count else {
            throw TensorError(
                .gradient, "jvp of \(operation) returned \(found.count) tangents for \(results.count) results")
        }
        for (i, (tangent, result)) in zip(found, results).enumerated() {
            if let tangent, Form(tangent) != result {
                throw TensorError(
                    .gradient,
                    "jvp of \(operation): the tangent of result \(i) is \(Form(tangent)), the result \(result)")
            }
            inputs[pathCount + i] = tangent
        }
    }

    override func release() { tangents = nil }
}

/// What a gradient has in common with what it is the gradient of.
struct Form: Equatable, CustomStringConvertible {
    let dtype: DType
    let shape: Shape

    init(_ tensor: Tensor) { self.init(tensor.buffer) }
    init(_ buffer: Buffer) { (dtype, shape) = (buffer.dtype, buffer.layout.shape) }

    var description: String { "\(dtype) of shape \(shape)" }
}
