import Autograd

/// The rule of a checkpoint: its closure again, and a pass through what it records.
final class CheckpointNode: Node<Tensor>, @unchecked Sendable {
    private var inputs: [SavedTensor]
    private let leaves: [Leaf<Tensor>]
    private let forms: [Form]
    private let policy = KinkPolicy.current
    private var body: (@Sendable ([Tensor]) -> [Tensor])?

    init(
        _ inputs: [Tensor], _ leaves: [Leaf<Tensor>], _ results: [Tensor],
        _ body: @escaping @Sendable ([Tensor]) -> [Tensor]
    ) {
        self.inputs = inputs.map { SavedTensor($0) }
        self.leaves = leaves
        self.body = body
        forms = results.map { Form($0) }
        // Several operations, forward and backward; only an order of magnitude is needed.
        let elements = (inputs + results).reduce(0) { $0 + $1.elementCount }
        super.init(
            inputs: inputs.map(\.source) + leaves.map { Edge($0) }, outputCount: results.count,
            work: 10 * Double(elements))
    }

    override var name: String { "checkpoint" }

    override func backward(_ gradient: consuming Tensor, into inputs: inout Contributions<Tensor>) throws {
        try backward(outputs: [gradient], into: &inputs)
    }

    override func backward(
        outputs gradients: consuming [Tensor?], into contributions: inout Contributions<Tensor>
    ) throws {
        let isRecorded = Recording.isOn
        let inputs = try inputs.map { try $0.tensor }
        let variables = withGradients {
            inputs.map { $0.requiresGrad ? (isRecorded ? $0 : $0.detached()).variable : $0 }
        }
        let results = policy.use { withGradients { body!(variables) } }
        guard results.map({ Form($0) }) == forms else {
            throw TensorError(
                .gradient,
                "checkpoint: the closure gave \(forms) and, computed again, \(results.map { Form($0) }); it must give the same each time"
            )
        }
        let wanted = (0..<contributions.count).filter { contributions.wants($0) }
        let ends = wanted.map { $0 < inputs.count ? variables[$0].source! : Edge(leaves[$0 - inputs.count]) }
        let roots = zip(results, gradients).compactMap { result, gradient -> Engine<Tensor>.Root? in
            guard let source = result.source, let gradient else { return nil }
            return (source, gradient)
        }
        // A captured leaf's hooks wait for its whole gradient, of which this is a part.
        let found = try Watch.during {
            try SilentLeaves.$current.withValue(Set(leaves.map { ObjectIdentifier($0) })) {
                try Engine.gradients(of: roots, at: ends, retainGraph: isRecorded)
            }
        }
        for (i, gradient) in zip(wanted, found) { contributions[i] = gradient }
    }

    override func release() {
        inputs = []
        body = nil
    }
}

/// The leaves whose hooks are not called, as only a part of their gradient is computed. Bound inside
/// ``Watch/during(_:)`` only.
enum SilentLeaves {
    @TaskLocal static var current: Set<ObjectIdentifier> = []
}
