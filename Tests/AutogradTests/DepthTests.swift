import Autograd
import Foundation
import Testing

/// Graphs too deep for recursion, on threads with little stack; run in a process of their own, because `GraphNode.live`
/// counts the nodes of all tests.
@Suite struct DepthTests {
    private static let length = 1_000_000
    private static let smallStack = 512 << 10

    @Test func aMillionNodes() async {
        await #expect(processExitsWith: .success) {
            GraphNode.countLive()
            onThreads(1, stackSize: Self.smallStack) { _ in
                let leaf = Leaf<Number>()
                var edge = Edge<Number>(leaf)
                for _ in 0..<Self.length { edge = Edge(Scale(edge, by: 1)) }
                precondition(GraphNode.live == Self.length + 1)
                try! Engine<Number>.backward(from: [(edge, 3)])
                precondition(leaf.gradient == 3)
                edge = Edge(leaf)
                precondition(GraphNode.live == 1)
            }
            precondition(GraphNode.live == 0)
        }
    }

    /// Nodes that hold their inputs a second time in what they saved, as a tensor that a rule keeps does.
    @Test func aMillionNodesThatSaveTheirInputs() async {
        await #expect(processExitsWith: .success) {
            GraphNode.countLive()
            onThreads(1, stackSize: Self.smallStack) { _ in
                var edge = Edge<Number>(Leaf())
                for _ in 0..<Self.length {
                    let input = edge
                    edge = Edge(
                        Rule([input, input]) { gradient, inputs in withExtendedLifetime(input) { inputs[0] = gradient }
                        })
                }
            }
            precondition(GraphNode.live == 0)
        }
    }

    /// Chains through every place that an input can have, alone and twice.
    @Test(arguments: [[0], [1], [2], [3], [0, 1], [1, 2], [2, 3]])
    func aMillionNodesThrough(places: [Int]) async {
        await #expect(processExitsWith: .success) { [places] in
            GraphNode.countLive()
            onThreads(1, stackSize: Self.smallStack) { _ in
                var edge = Edge<Number>(Leaf())
                for _ in 0..<Self.length {
                    let inputs = (0..<4).map { places.contains($0) ? edge : nil }
                    edge = Edge(Rule(inputs) { gradient, inputs in inputs[places[0]] = gradient })
                }
            }
            precondition(GraphNode.live == 0)
        }
    }

    /// The two ends of one chain dropped by two threads at once, again and again.
    @Test func droppedByTwoThreads() async {
        await #expect(processExitsWith: .success) {
            GraphNode.countLive()
            for _ in 0..<20 {
                var edge = Edge<Number>(Leaf())
                for _ in 0..<5_000 { edge = Edge(Scale(edge, by: 1)) }
                let ends = Locked<[Edge<Number>]>((0..<4).map { _ in Edge(Scale(edge, by: 1)) })
                edge = Edge(Leaf())
                onThreads(4, stackSize: Self.smallStack) { _ in
                    let end = ends.withLock { $0.removeLast() }
                    precondition(end.output == 0)
                }
            }
            precondition(GraphNode.live == 0)
        }
    }

    /// Passes of all kinds from many threads leave no node behind.
    @Test func nothingIsLeftBehind() async {
        await #expect(processExitsWith: .success) {
            GraphNode.countLive()
            onThreads(8) { thread in
                Number.$budget.withValue(4) {
                    for turn in 0..<30 {
                        let (x, leaf) = Variable.leaf(1)
                        let branches = (0..<6).map { branch in
                            let node = Rule([x.edge], work: 5e4) { gradient, inputs in
                                if turn == 7, branch == 3 { throw CancellationError() }
                                inputs[0] = gradient
                            }
                            _ = node.addHook { $0 }
                            return Variable(value: 1, edge: Edge(node))
                        }
                        _ = leaf.addAccumulationHook { _ in }
                        try? (Variable.sum(branches) * x).backward()
                    }
                }
            }
            precondition(GraphNode.live == 0)
        }
    }
}
