import Autograd

/// The operations that a tensor was recorded from, to look at: `print(graph(of: loss))`.
///
///     let x = Tensor([1, 2], requiresGrad: true)
///     print(graph(of: (exp(x) * x).sum()))
///     // 0  sum(1)
///     // 1  mul(2, 3)
///     // 2  exp(3)
///     // 3  a leaf
///
/// Each line is an operation and the lines of its operands; `-` is one that needs no gradient, `2.1` result 1 of line
/// 2.
public struct Graph: Sendable, CustomStringConvertible {
    /// One operation, or a leaf.
    public struct Operation: Sendable, Hashable {
        /// As messages call it.
        public let name: String
        /// The operands that need gradients, by position in ``Graph/operations`` and which result of it; nil for
        /// others.
        public let operands: [Operand?]
        /// Whether gradients end here.
        public let isLeaf: Bool
    }

    /// A result of an operation.
    public struct Operand: Sendable, Hashable {
        /// The position of the operation.
        public let operation: Int
        /// Which of its results.
        public let result: Int
    }

    /// From the result to the leaves, each once.
    public let operations: [Operation]

    public var description: String {
        operations.enumerated().map { i, operation in
            let operands = operation.operands.map { operand in
                guard let operand else { return "-" }
                return operand.result == 0 ? "\(operand.operation)" : "\(operand.operation).\(operand.result)"
            }
            return "\(i)  \(operation.name)" + (operation.isLeaf ? "" : "(\(operands.joined(separator: ", ")))")
        }.joined(separator: "\n")
    }

    /// The graph in the language of Graphviz: `dot -Tsvg`.
    public var dot: String {
        var lines = ["digraph {"]
        for (i, operation) in operations.enumerated() {
            let name = operation.name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            lines.append("  n\(i) [label=\"\(name)\"\(operation.isLeaf ? ", shape=box" : "")]")
            for case let operand? in operation.operands { lines.append("  n\(operand.operation) -> n\(i)") }
        }
        return (lines + ["}"]).joined(separator: "\n")
    }
}

/// What `tensor` was recorded from; without operations if it requires no gradient.
public func graph(of tensor: Tensor) -> Graph {
    guard let nodes = tensor.source?.node.reachable else { return Graph(operations: []) }
    let ids = nodes.map { ObjectIdentifier($0) }
    let positions = Dictionary(uniqueKeysWithValues: zip(ids, nodes.indices))
    return Graph(
        operations: nodes.map { node in
            let operands = node.operandNodes.map { operand in
                operand.map { Graph.Operand(operation: positions[ObjectIdentifier($0.node)]!, result: $0.output) }
            }
            return Graph.Operation(name: node.name, operands: operands, isLeaf: node.isLeaf)
        })
}
