import Autograd
import Testing

@Suite struct ReentrancyTests {
    /// Passes inside rules inside rules, as checkpoints make them.
    @Test(arguments: [1, 4], [1, 5, 30])
    func insideRules(threads: Int, depth: Int) throws {
        try Number.$budget.withValue(threads) {
            let (_, leaf) = Variable.leaf(1)
            @Sendable func pass(_ depth: Int) throws -> Float {
                let (x, inner) = Variable.leaf(1)
                let branches = (0..<3).map { index in
                    let node = Rule([x.edge], work: 1e5) { gradient, inputs in
                        let factor = index == 0 && depth > 1 ? try pass(depth - 1) : 1
                        inputs.give(0) { Number(gradient.value * factor) }
                    }
                    return Variable(value: 1, edge: Edge(node))
                }
                try Variable.sum(branches).backward()
                return inner.gradient!.value
            }
            leaf.gradient = Number(try pass(depth))
            #expect(leaf.gradient == Number(Float(2 * depth + 1)))
        }
    }

    /// A hook that runs a pass through the same part of the graph that the outer pass is in.
    @Test func insideHooksOnTheSameGraph() throws {
        let (x, leaf) = Variable.leaf(3)
        let square = x * x
        let cube = square * x
        let isInside = Locked(false)
        _ = square.edge!.node.addHook { gradient in
            if isInside.withLock({ swap -> Bool in
                defer { swap = true }
                return swap
            }) {
                return nil
            }
            try Engine<Number>.backward(from: [(square.edge!, 1)], retainGraph: true)
            return gradient
        }
        try cube.backward()
        // 3x² of the outer pass and 2x of the inner.
        #expect(leaf.gradient == 33)
    }
}
