import Autograd
import Foundation
import Testing

@Suite struct ConcurrencyTests {
    /// Eight threads, each with its own graphs, all into the same leaf.
    @Test(arguments: [1, 4])
    func separateGraphsWithOneLeaf(budget: Int) {
        let (x, leaf) = Variable.leaf(1)
        onThreads(8) { thread in
            Number.$budget.withValue(budget) {
                for _ in 0..<50 {
                    let branches = (0..<4).map { _ in Variable(value: 1, edge: Edge(Scale(x.edge, by: 1, work: 3e4))) }
                    #expect(throws: Never.self) { try Variable.sum(branches).backward() }
                }
            }
        }
        #expect(leaf.gradient == Number(8 * 50 * 4))
    }

    /// Eight threads through one graph that is retained.
    @Test(arguments: [1, 4])
    func oneGraph(budget: Int) {
        let (x, leaf) = Variable.leaf(1)
        let branches = (0..<4).map { branch in
            let node = Rule([x.edge], work: 3e4) { gradient, inputs in
                inputs.give(0) { Number(gradient.value * Float(branch)) }
            }
            return Variable(value: 1, edge: Edge(node))
        }
        let sum = Variable.sum(branches)
        onThreads(8) { _ in
            Number.$budget.withValue(budget) {
                for _ in 0..<50 {
                    #expect(throws: Never.self) { try sum.backward(retainGraph: true) }
                }
            }
        }
        #expect(leaf.gradient == Number(8 * 50 * 6))
    }

    /// Eight passes that all free the same graph: each succeeds or says so, and what succeeded is counted.
    @Test(arguments: [1, 4])
    func releasesRace(budget: Int) {
        for _ in 0..<50 {
            let (x, leaf) = Variable.leaf(1)
            var y = x
            for _ in 0..<20 {
                y = y * Variable(value: 1, edge: nil)
            }
            let end = y
            let successes = Locked(0)
            onThreads(8) { _ in
                Number.$budget.withValue(budget) {
                    do {
                        try end.backward()
                        successes.withLock { $0 += 1 }
                    } catch {
                        #expect(error as? GraphError == .released("multiply"))
                    }
                }
            }
            #expect((leaf.gradient?.value ?? 0) == Float(successes.value))
        }
    }

    /// Hooks come and go while passes run.
    @Test func hooksComeAndGo() {
        let (x, leaf) = Variable.leaf(1)
        let y = 1 * x
        let calls = Locked(0)
        onThreads(8) { thread in
            for _ in 0..<100 {
                if thread.isMultiple(of: 2) {
                    #expect(throws: Never.self) { try y.backward(retainGraph: true) }
                } else {
                    let handle = y.edge!.node.addHook { _ in
                        calls.withLock { $0 += 1 }
                        return nil
                    }
                    handle.remove()
                }
            }
        }
        #expect(leaf.gradient == 400)
    }

    /// Swift tasks, which share few threads.
    @Test func tasks() async {
        let (x, leaf) = Variable.leaf(1)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    Number.$budget.withValue(4) {
                        let branches = (0..<6).map { _ in
                            Variable(value: 1, edge: Edge(Scale(x.edge, by: 1, work: 3e4)))
                        }
                        #expect(throws: Never.self) { try Variable.sum(branches).backward() }
                    }
                }
            }
        }
        #expect(leaf.gradient == Number(64 * 6))
    }

    /// The gradient can be read and reset while passes add to it.
    @Test func readingWhileAdding() {
        let (x, leaf) = Variable.leaf(1)
        let taken = Locked<Float>(0)
        onThreads(4) { thread in
            for _ in 0..<200 {
                if thread == 0 {
                    let gradient = leaf.gradient
                    #expect(gradient == nil || gradient!.value >= 0)
                } else {
                    #expect(throws: Never.self) { try (2 * x).backward() }
                    taken.withLock { $0 += 2 }
                }
            }
        }
        #expect(leaf.gradient?.value == taken.value)
    }
}
