import Autograd
import Synchronization

/// Whoever wants to hear of operations and passes as they run: ``detectAnomaly(_:)``, checkpoints, hooks on what is saved,
/// and warnings of cut gradients.
///
/// Operations and passes ask ``isOn``, one load that costs nothing to speak of, and only then look who it is. Every
/// place that records a node tells, or a checkpoint would take the node for a captured one.
enum Watch {
    private static let count = Atomic<Int>(0)

    /// Whether anybody in the process listens.
    @inline(__always) static var isOn: Bool { count.load(ordering: .relaxed) > 0 }

    static func during<T>(_ body: () throws -> T) rethrows -> T {
        begin()
        defer { end() }
        return try body()
    }

    static func begin() { count.add(1, ordering: .relaxed) }
    static func end() { count.subtract(1, ordering: .relaxed) }

    /// Tells that an operation gave `results`, and what it was recorded as.
    ///
    /// - Parameter selects: whether the first operand only says what is taken of the others.
    static func note(
        _ operation: String, _ operands: [Tensor], _ results: [Tensor], _ node: Node<Tensor>?, selects: Bool = false
    ) {
        if let node { CheckpointTape.current?.add(node) }
        CutGradient.follow(selects ? Array(operands.dropFirst()) : operands, results, node)
        Anomalies.current?.look(operation, operands, results, node)
    }

    /// The same for a pointwise function.
    static func note(
        _ function: PointwiseFunction, _ operands: Span<Operand<Tensor>>, _ results: [Tensor], _ node: Node<Tensor>?
    ) {
        let operands = operands.indices.map { i in
            switch operands[i] {
            case .value(let tensor): tensor
            case .number(let number): Tensor.full([], number.double)
            }
        }
        note(function.name, operands, results, node, selects: function === PointwiseFunction.select)
    }
}
