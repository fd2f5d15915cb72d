import Autograd
import CKernels

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
    public static func accumulate(_ total: consuming Tensor, _ next: Tensor) -> Tensor { total + next }

    public static var threads: Int { Cusp.threads }

    public static func serially(_ body: () throws -> Void) rethrows {
        ck_serial_begin()
        defer { ck_serial_end() }
        try body()
    }

    public static func helperScope() -> @Sendable (_ body: () -> Void) -> Void {
        let (recording, policy, failures) = (Recording.isOn, KinkPolicy.current, Failures.current)
        let (pass, isInside) = (Pass.current, Trace.isInside)
        return { body in
            Recording.$isOn.withValue(recording) {
                KinkPolicy.$current.withValue(policy) {
                    Failures.$current.withValue(failures) {
                        Pass.$current.withValue(pass) { Trace.$isInside.withValue(isInside) { serially(body) } }
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
    private var result: Buffer?

    init(_ operation: String, _ sources: [Edge<Tensor>?], work: Double, result: Buffer?, _ rule: @escaping Rule) {
        self.operation = operation
        self.rule = rule
        self.result = result
        super.init(inputs: sources, work: work)
    }

    override var name: String { operation }

    override func backward(_ gradient: consuming Tensor, into inputs: inout Contributions<Tensor>) throws {
        // For a second derivative the result leads back to this node.
        let result = result.map { Tensor($0, source: Recording.isOn ? Edge(self) : nil) }
        try rule!(gradient, result, &inputs)
    }

    override func release() {
        rule = nil
        result = nil
    }
}

/// The result of an operation, with its rule recorded if any operand needs gradients.
func record(
    _ operation: String, _ operands: Tensor..., result: Buffer,
    rule: @escaping (Tensor, inout Contributions<Tensor>) throws -> Void
) -> Tensor {
    record(operation, operands, result: result, keeping: false) { g, _, inputs in try rule(g, &inputs) }
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
        return Tensor(result)
    }
    // Backward reads and writes about what forward did, at about a nanosecond an element on one thread.
    let elements = operands.reduce(result.shape.elementCount) { $0 + $1.elementCount }
    let node = RuleNode(
        operation, operands.map(\.source), work: Double(elements), result: keeping ? result : nil, rule)
    return Tensor(result, source: Edge(node))
}
