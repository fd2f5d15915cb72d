import Autograd
import CKernels
import Synchronization

/// Whether operations write themselves into the graph.
enum Recording {
    @TaskLocal static var isOn = true
}

/// Calls `body` without recording: what it computes carries no gradients, and leaves may be written.
///
///     withoutGradients { weights -= 0.1 * gradient }
public func withoutGradients<T>(_ body: () throws -> T) rethrows -> T {
    try Recording.$isOn.withValue(false, operation: body)
}

/// Calls `body` without recording.
public func withoutGradients<T>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> T
) async rethrows -> T {
    try await Recording.$isOn.withValue(false, operation: body)
}

/// Calls `body` with recording, inside ``withoutGradients(_:)``.
public func withGradients<T>(_ body: () throws -> T) rethrows -> T {
    try Recording.$isOn.withValue(true, operation: body)
}

extension Tensor: Cotangent {
    public static func accumulate(_ total: consuming Tensor, _ next: Tensor) -> Tensor {
        guard total.isExpendable, total.dtype == next.dtype else { return total + next }
        total += next
        return total
    }

    public static var threads: Int {
        // Those in passes share the budget in the engine; of the others it does not know.
        ParallelPasses.areOn.load(ordering: .relaxed) ? Swift.max(Cusp.threads - Int(ck_busy_outside()), 1) : 1
    }

    public static var teamWork: Double { 2_500 * Double(Cusp.threads) }

    public static func serially(_ body: () throws -> Void) rethrows {
        ck_serial_begin()
        defer { ck_serial_end() }
        try body()
    }

    public static func helperScope() -> @Sendable (_ body: () -> Void) -> Bool {
        let scope = Scope()
        return { body in
            guard ck_help_begin() else { return false }
            scope.use { serially(body) }
            ck_help_end()
            return true
        }
    }
}

/// Whether backward passes run independent nodes beside one another; for measuring what that is worth.
package enum ParallelPasses {
    package static let areOn = Atomic<Bool>(true)
}

/// What rules and hooks read of the surroundings of the call that began a pass, for the threads that help it.
private struct Scope: Sendable {
    let recording = Recording.isOn
    let policy = KinkPolicy.current
    let failures = Failures.current
    let isInside = Trace.isInside
    let pass = Pass.current
    let isRunning = Pass.isRunning
    let anomalies = Anomalies.current
    let tape = CheckpointTape.current
    let silent = SilentLeaves.current
    let hooks = SavedTensorHooks.current

    func use(_ body: () -> Void) {
        Recording.$isOn.withValue(recording) {
            policy.use {
                Failures.$current.withValue(failures) {
                    Trace.$isInside.withValue(isInside) { useForHooks(body) }
                }
            }
        }
    }

    private func useForHooks(_ body: () -> Void) {
        Pass.$current.withValue(pass) {
            Pass.$isRunning.withValue(isRunning) {
                Anomalies.$current.withValue(anomalies) {
                    CheckpointTape.$current.withValue(tape) {
                        SilentLeaves.$current.withValue(silent) {
                            SavedTensorHooks.$current.withValue(hooks, operation: body)
                        }
                    }
                }
            }
        }
    }
}

// MARK: - Rules

/// The rule of an operation that is not pointwise: a closure that holds just what it names.
final class RuleNode: Node<Tensor>, @unchecked Sendable {
    typealias Rule = (_ gradient: Tensor, _ result: Tensor?, _ inputs: inout Contributions<Tensor>) throws -> Void

    private let operation: String
    private var rule: Rule?
    /// The operation's own result, where the rule names it; without its source, or the graph would hold itself.
    private var result: SavedTensor?

    init(_ operation: String, _ sources: [Edge<Tensor>?], work: Double, result: Buffer?, _ rule: @escaping Rule) {
        self.operation = operation
        self.rule = rule
        self.result = result.map { SavedTensor(Tensor($0)) }
        super.init(inputs: sources, work: work)
    }

    override var name: String { operation }

    override func backward(_ gradient: consuming Tensor, into inputs: inout Contributions<Tensor>) throws {
        // For a second derivative the result leads back to this node.
        let result = try result.map { Tensor(try $0.tensor.buffer, source: Recording.isOn ? Edge(self) : nil) }
        try rule!(gradient, result, &inputs)
    }

    override func release() {
        rule = nil
        result = nil
    }
}

/// The result of an operation, with its rule recorded if any operand needs gradients. A rule keeps the tensors that it
/// names as ``SavedTensor``, and only those that a gradient that can be asked for needs.
func record(
    _ operation: String, _ operands: Tensor..., result: Buffer,
    rule: @escaping (Tensor, inout Contributions<Tensor>) throws -> Void
) -> Tensor {
    record(operation, operands, result: result, keeping: false) { g, _, inputs in try rule(g, &inputs) }
}

/// The same for one operand, as views have: where it needs no gradient, neither a list nor the rule is made.
@inline(__always)
func record(
    _ operation: String, _ operand: Tensor, result: Buffer,
    rule: @escaping (Tensor, inout Contributions<Tensor>) throws -> Void
) -> Tensor {
    if operand.source == nil && !Watch.isOn { return Tensor(result) }
    return record(operation, [operand], result: result, keeping: false) { g, _, inputs in try rule(g, &inputs) }
}

/// The same for a rule that names the result.
func recordKeepingResult(
    _ operation: String, _ operands: Tensor..., result: Buffer,
    rule: @escaping (_ g: Tensor, _ y: Tensor, inout Contributions<Tensor>) throws -> Void
) -> Tensor {
    record(operation, operands, result: result, keeping: true) { g, y, inputs in try rule(g, y!, &inputs) }
}

/// The same for a list of operands.
func record(
    _ operation: String, _ operands: [Tensor], result: Buffer, keeping: Bool, rule: @escaping RuleNode.Rule
) -> Tensor {
    guard operands.contains(where: { $0.source != nil }), result.dtype.isFloatingPoint, Recording.isOn else {
        let result = Tensor(result)
        if Recording.isOn, operands.contains(where: { $0.source != nil }) {
            CutGradient.mark(result, operation, operands)
        }
        if Watch.isOn { Watch.note(operation, operands, [result], nil) }
        return result
    }
    // Backward reads and writes about what forward did, at about a nanosecond an element on one thread.
    let elements = operands.reduce(result.shape.elementCount) { $0 + $1.elementCount }
    let node = RuleNode(
        operation, operands.map(\.source), work: Double(elements), result: keeping ? result : nil, rule)
    if Watch.isOn { Watch.note(operation, operands, [Tensor(result)], node) }
    return Tensor(result, source: Edge(node))
}
