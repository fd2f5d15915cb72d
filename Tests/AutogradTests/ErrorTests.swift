import Autograd
import Foundation
import Testing

private struct Failure: Error, Equatable { let index: Int }

@Suite struct ErrorTests {
    @Test(arguments: [1, 4])
    func everyLeafIsAsBefore(threads: Int) {
        Number.$budget.withValue(threads) {
            let leaves = (0..<8).map { _ in Variable.leaf(1) }
            for (_, leaf) in leaves { leaf.gradient = 7 }
            let branches = leaves.enumerated().map { index, leaf in
                let node = Rule([leaf.0.edge], work: 1e5) { gradient, inputs in
                    if index == 5 { throw Failure(index: 5) }
                    inputs[0] = gradient
                }
                return Variable(value: 1, edge: Edge(node))
            }
            #expect(throws: Failure(index: 5)) { try Variable.sum(branches).backward() }
            for (_, leaf) in leaves { #expect(leaf.gradient == 7) }
        }
    }

    /// Of errors that occurred, the one of the node that a serial pass would have reached first.
    @Test(arguments: [1, 2, 4, 8])
    func theFirstInPlanOrder(threads: Int) {
        Number.$budget.withValue(threads) {
            for _ in 0..<20 {
                let (x, _) = Variable.leaf(1)
                let begun = Locked<[Int]>([])
                let branches = (0..<8).map { index in
                    let node = Rule([x.edge], work: 1e5) { _, _ in
                        begun.withLock { $0.append(index) }
                        spin(microseconds: Double(30 * (8 - index)))
                        throw Failure(index: index)
                    }
                    return Variable(value: 1, edge: Edge(node))
                }
                let error = #expect(throws: Failure.self) { try Variable.sum(branches).backward() }
                #expect(error == Failure(index: begun.value.min()!))
            }
        }
    }

    @Test func wrongNumberOfGradients() {
        let (x, _) = Variable.leaf(1)
        let node = Rule([x.edge, x.edge], name: "swap") { gradient, inputs in
            try inputs.give(all: [gradient], from: "swap")
        }
        #expect(throws: GraphError.gradientCount("swap", expected: 2, got: 1)) {
            try Engine<Number>.backward(from: [(Edge(node), 1)])
        }
    }

    @Test func aSecondPassWithoutRetaining() throws {
        let (x, leaf) = Variable.leaf(3)
        let y = x * x
        try y.backward()
        #expect(throws: GraphError.released("multiply")) { try y.backward() }
        #expect(leaf.gradient == 6)
        // What saves nothing can be passed again.
        let sum = x + x
        try sum.backward()
        try sum.backward()
        #expect(leaf.gradient == 10)
    }

    /// A rule that threw keeps what it saved, so that the pass can be tried again.
    @Test func aFailedRuleCanBeTriedAgain() throws {
        let (x, leaf) = Variable.leaf(3)
        let fails = Locked(true)
        let node = Rule([x.edge]) { gradient, inputs in
            if fails.value { throw Failure(index: 0) }
            inputs[0] = gradient
        }
        #expect(throws: Failure.self) { try Engine<Number>.backward(from: [(Edge(node), 1)]) }
        fails.withLock { $0 = false }
        try Engine<Number>.backward(from: [(Edge(node), 1)])
        #expect(leaf.gradient == 1)
    }

    @Test(arguments: [
        (GraphError.released("matmul"), "backward a second time through matmul"),
        (.noGradientPath("argmax"), "no gradient path from argmax"),
        (.gradientCount("f", expected: 2, got: 1), "backward of f returned 1 gradient for 2 inputs"),
        (.notALeaf("add"), "gradients accumulate only into leaves, and add is"),
    ])
    func sentences(error: GraphError, beginning: String) {
        #expect("\(error)".hasPrefix(beginning))
        #expect((error as any Error).localizedDescription == "\(error)")
    }
}
