/// For tools that look at a graph: print it, or find out what it leads to.
extension GraphNode {
    /// Where the operands came from, in order; nil where one needs no gradient.
    package final var operandNodes: [(node: GraphNode, output: Int)?] {
        (0..<inputCount).map { i in
            input(i).map { ($0.node._withUnsafeGuaranteedRef { $0 }, Int($0.output)) }
        }
    }

    /// This node and all that it leads to, each once, those nearer to the results first.
    package final var reachable: [GraphNode] { reachable(atMost: .max) }

    /// The same, but not much more than `limit` nodes of it.
    package final func reachable(atMost limit: Int) -> [GraphNode] {
        var found: [GraphNode] = [self]
        var known: Set<ObjectIdentifier> = [ObjectIdentifier(self)]
        var next = 0
        while next < found.count, found.count < limit {
            for case let input? in found[next].operandNodes where known.insert(ObjectIdentifier(input.node)).inserted {
                found.append(input.node)
            }
            next += 1
        }
        return found
    }
}
