import Autograd

/// The nodes that a checkpoint's closure makes.
final class CheckpointTape: Sendable {
    @TaskLocal static var current: CheckpointTape?
    private let made = Guarded<Set<ObjectIdentifier>>([])

    func add(_ node: GraphNode) { made.with { _ = $0.insert(ObjectIdentifier(node)) } }

    func during<T>(_ body: () -> T) -> T {
        // What is recorded here is looked at and dropped: nothing of it is kept.
        SavedTensorHooks.$current.withValue(nil) {
            Watch.during { Self.$current.withValue(self, operation: body) }
        }
    }

    /// The leaves that the closure's nodes lead to, and a node that is neither a leaf nor theirs, if there is one.
    func captured(by results: [Tensor]) -> (leaves: [Leaf<Tensor>], other: GraphNode?) {
        let own = made.with { $0 }
        var known: Set<ObjectIdentifier> = []
        var path = results.compactMap { $0.source?.node as GraphNode? }
        var leaves: [Leaf<Tensor>] = []
        while let node = path.popLast() {
            guard known.insert(ObjectIdentifier(node)).inserted else { continue }
            if let leaf = node as? Leaf<Tensor> {
                leaves.append(leaf)
            } else if own.contains(ObjectIdentifier(node)) {
                path += node.operandNodes.compactMap { $0?.node }
            } else {
                return (leaves, node)
            }
        }
        return (leaves, nil)
    }
}
