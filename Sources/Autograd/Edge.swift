/// Where a gradient goes: to one output of one node.
///
/// A differentiable value carries the edge of the node that made it; an operation's node holds the edges of its
/// operands.
public struct Edge<Value: Cotangent>: Sendable {
    public let node: Node<Value>
    public let output: Int

    @inlinable
    public init(_ node: Node<Value>, output: Int = 0) {
        assert(output >= 0 && output < node.outputCount)
        self.node = node
        self.output = output
    }
}
