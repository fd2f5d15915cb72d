import Autograd
import Foundation
import Testing

@Suite struct DeterminismTests {
    /// Eight branches into three leaves, with factors whose sums depend on the order; each rule dawdles at random.
    private static func pass(seed: Int) throws -> [UInt32] {
        let leaves = (0..<3).map { _ in Variable.leaf(1) }
        let branches = (0..<8).map { branch in
            var x = Variable.sum(leaves.map(\.0))
            for step in 0..<4 {
                var random = Shuffle(seed: seed &* 64 &+ branch &* 8 &+ step)
                let delay = Double.random(in: 0...1, using: &random)
                let factor = Float(1 + branch * 4 + step) * 0.317_219
                let node = Rule([x.edge, leaves[step % 3].0.edge], work: 6e4) { gradient, inputs in
                    if delay > 0.9 { usleep(50) } else { spin(microseconds: 20 * delay) }
                    inputs.give(0) { Number(gradient.value * factor) }
                    inputs.give(1) { Number(gradient.value / (factor + 1e-3)) }
                }
                x = Variable(value: 1, edge: Edge(node))
            }
            return x
        }
        try Variable.sum(branches).backward(1.2345)
        return leaves.map { $0.1.gradient!.value.bitPattern }
    }

    @Test(arguments: [1, 2, 3, 4, 8])
    func sameBitsInEverySchedule(threads: Int) throws {
        let reference = try Self.pass(seed: 0)
        try Number.$budget.withValue(threads) {
            for seed in 0..<1000 {
                let bits = try Self.pass(seed: seed)
                if bits != reference {
                    Issue.record("schedule \(seed): \(bits), not \(reference)")
                    return
                }
            }
        }
    }

    /// The test above would not notice much if sums did not depend on the order: they do.
    @Test func theOrderMatters() {
        let terms = (0..<32).map { 1.2345 / (Float(1 + $0) * 0.317_219 + 1e-3) }
        #expect(terms.reduce(0, +).bitPattern != terms.reversed().reduce(0, +).bitPattern)
    }

    /// Independent branches do run on several threads, and never on more than the budget has.
    @Test(arguments: [1, 2, 3, 4])
    func helpersHelp(budget: Int) throws {
        try Number.$budget.withValue(budget) {
            let running = Locked((now: 0, most: 0))
            let threads = Locked<Set<ObjectIdentifier>>([])
            let (x, _) = Variable.leaf(1)
            let branches = (0..<16).map { _ in
                let node = Rule([x.edge], work: 5e5) { gradient, inputs in
                    running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                    threads.withLock { _ = $0.insert(ObjectIdentifier(Thread.current)) }
                    usleep(2000)
                    running.withLock { $0.now -= 1 }
                    inputs[0] = gradient
                }
                return Variable(value: 1, edge: Edge(node))
            }
            try Variable.sum(branches).backward()
            #expect(running.value.most <= budget)
            #expect(threads.value.count >= 1)
        }
    }

    /// A node for the client's team runs alone, on the calling thread and with kernels that are not serial, though seven others
    /// wait beside it and smaller ones are run by helpers. In a process of its own: beside another pass it has no team.
    @Test func wideNodesRunAlone() async {
        await #expect(processExitsWith: .success) {
            let (x, leaf) = Variable.leaf(1)
            let running = Locked((all: 0, wide: 0, broken: 0))
            let caller = pthread_self()
            let branches = (0..<32).map { branch in
                let isWide = branch % 4 == 0
                let node = Rule([x.edge], work: isWide ? 1e6 : 2e5) { gradient, inputs in
                    running.withLock {
                        $0.all += 1
                        if isWide { $0.wide += 1 }
                        let isAlone = $0.all == 1 && !Number.isSerial && pthread_self() == caller
                        if isWide ? !isAlone : $0.wide > 0 { $0.broken += 1 }
                    }
                    usleep(300)
                    running.withLock {
                        $0.all -= 1
                        if isWide { $0.wide -= 1 }
                    }
                    inputs[0] = gradient
                }
                return Variable(value: 1, edge: Edge(node))
            }
            try Number.$budget.withValue(4) {
                try Number.$teamWork.withValue(1e6) { try Variable.sum(branches).backward() }
            }
            precondition(running.value.broken == 0)
            precondition(leaf.gradient == 32)
        }
    }

    /// Helpers see the caller's scope and run kernels serially; a wide node alone in the queue has the team.
    @Test func scopes() throws {
        try Number.$budget.withValue(4) {
            try Number.$policy.withValue("caller's") {
                let (x, _) = Variable.leaf(1)
                let policies = Locked<Set<String>>([])
                let branches = (0..<8).map { _ in
                    let node = Rule([x.edge], work: 5e5) { gradient, inputs in
                        policies.withLock { _ = $0.insert("\(Number.policy), serial: \(Number.isSerial)") }
                        usleep(1000)
                        inputs[0] = gradient
                    }
                    return Variable(value: 1, edge: Edge(node))
                }
                let sum = Variable.sum(branches)
                try Engine<Number>.backward(from: [(sum.edge!, 1)])
                #expect(policies.value.allSatisfy { $0.hasPrefix("caller's") })
                #expect(policies.value.contains("caller's, serial: true"))
            }
        }
    }
}
