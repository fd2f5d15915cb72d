import Autograd
import Foundation
import Testing

@Suite struct CancellationTests {
    /// Cancelled from inside the pass, so that it is certain to be under way.
    @Test(arguments: [1, 4])
    func stopsThePass(budget: Int) async {
        let (x, leaf) = Variable.leaf(1)
        let ran = Locked(0)
        let task = Task {
            try Number.$budget.withValue(budget) {
                let branches = (0..<4).map { branch in
                    var y = x
                    for depth in 0..<50 {
                        let node = Rule([y.edge], work: 1e5) { gradient, inputs in
                            ran.withLock { $0 += 1 }
                            // Only the caller's thread is in the task.
                            if depth < 49 { withUnsafeCurrentTask { $0?.cancel() } }
                            usleep(500)
                            inputs[0] = gradient
                        }
                        y = Variable(value: 1, edge: Edge(node))
                    }
                    return y
                }
                try Variable.sum(branches).backward()
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(ran.value < 200)
        #expect(leaf.gradient == nil)
    }

    /// Cancelled from a helper's rule while the caller has nothing to do but wait for it.
    @Test func whileWaiting() async throws {
        let (x, leaf) = Variable.leaf(1)
        let passing = Locked<Task<Void, any Error>?>(nil)
        let helperBegan = Locked(false)
        let lowerRan = Locked(false)
        let lower = Rule([x.edge], work: 9e4) { gradient, inputs in
            lowerRan.withLock { $0 = true }
            inputs[0] = gradient
        }
        let branches = (0..<4).map { _ in
            let node = Rule([Edge(lower)], work: 9e4) { gradient, inputs in
                if withUnsafeCurrentTask(body: { $0 == nil }) {
                    helperBegan.withLock { $0 = true }
                    usleep(20_000)
                    passing.value?.cancel()
                    usleep(20_000)
                } else {
                    for _ in 0..<100_000 where !helperBegan.value { usleep(100) }
                }
                inputs[0] = gradient
            }
            return Variable(value: 1, edge: Edge(node))
        }
        let sum = Variable.sum(branches)
        // A budget that the passes of other tests, which share it, leave something of.
        let task = Task { try Number.$budget.withValue(100) { try sum.backward() } }
        passing.withLock { $0 = task }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!lowerRan.value)
        #expect(leaf.gradient == nil)
    }
}
