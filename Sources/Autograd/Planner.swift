import Foundation

extension Plan {
    /// One pass plans at a time, because the marks are in the nodes: a lookup in a dictionary for each edge would cost
    /// more than all the rest. No foreign code runs under this lock.
    private static let lock = NSLock()
    /// Counted in steps of two: `epoch` marks a visited node, `epoch + 1` a goal that has not been visited yet.
    nonisolated(unsafe) private static var epoch: UInt64 = 0

    /// The plan from `roots` to `goals`, to every leaf iff `nil`.
    @usableFromInline
    static func make(from roots: [GraphNode.Link], to goals: [GraphNode.Link]?) -> Plan {
        lock.withLock {
            epoch += 2
            var planner = Planner(epoch: epoch, everyLeaf: goals == nil)
            for goal in goals ?? [] { goal.node.mark = epoch + 1 }
            for root in roots { planner.visit(root.node) }
            planner.plan.branches = planner.plan.branches || roots.count > 1
            planner.plan.rootSlots = roots.map { planner.slot($0) }
            if let goals { planner.plan.goalSlots = goals.map { planner.slot($0) } }
            return planner.finished()
        }
    }
}

/// A depth-first walk over the graph that makes a plan. Used under the planning lock.
private struct Planner: ~Copyable {
    var plan = Plan()
    let epoch: UInt64
    let everyLeaf: Bool
    /// The walk's own stack, because a million nodes deep is no place for recursion.
    private var path: [Visit] = []

    private struct Visit {
        let node: Unmanaged<GraphNode>
        /// Inputs still to be looked at, from the last to the first: the pass runs the other way round and so takes the
        /// branch of input 0 first.
        var inputsLeft: Int32
        let isGoal: Bool
    }

    init(epoch: UInt64, everyLeaf: Bool) {
        self.epoch = epoch
        self.everyLeaf = everyLeaf
        // One allocation each for a small graph, instead of one for each doubling.
        path.reserveCapacity(32)
        plan.steps.reserveCapacity(32)
        plan.targets.reserveCapacity(64)
    }

    consuming func finished() -> Plan { plan }

    /// Plans everything below `root` that is not yet in the plan.
    mutating func visit(_ root: GraphNode) {
        enter(.passUnretained(root))
        while var visit = path.popLast() {
            if visit.inputsLeft == 0 {
                visit.node._withUnsafeGuaranteedRef { finish($0, isGoal: visit.isGoal) }
                continue
            }
            visit.inputsLeft -= 1
            path.append(visit)
            if let input = visit.node._withUnsafeGuaranteedRef({ $0.input(Int(visit.inputsLeft)) }) {
                enter(input.node)
            }
        }
    }

    private mutating func enter(_ node: Unmanaged<GraphNode>) {
        node._withUnsafeGuaranteedRef {
            guard $0.mark != epoch else { return }
            let isGoal = everyLeaf ? $0.isLeaf : $0.mark == epoch + 1
            $0.mark = epoch
            path.append(Visit(node: node, inputsLeft: Int32(truncatingIfNeeded: $0.inputCount), isGoal: isGoal))
        }
    }

    /// Adds a node whose inputs are all planned, if it or one of them leads to something wanted.
    private mutating func finish(_ node: GraphNode, isGoal: Bool) {
        let firstTarget = plan.targets.count
        var runs = false
        for index in 0..<node.inputCount {
            let target = node.input(index).map { slot($0.node, $0.output) } ?? -1
            plan.branches = plan.branches || (runs && target >= 0)
            runs = runs || target >= 0
            plan.targets.append(target)
        }
        guard runs || isGoal else {
            plan.targets.removeLast(node.inputCount)
            node.slot = -1
            return
        }
        node.slot = Int32(plan.slotCount)
        plan.slotCount += node.outputCount
        plan.mostInputs = max(plan.mostInputs, node.inputCount)
        if runs { plan.work += node.work }
        plan.steps.append(
            Plan.Step(
                node: .passUnretained(node), slot: node.slot, target: Int32(firstTarget), isWanted: isGoal, runs: runs))
    }

    func slot(_ link: GraphNode.Link) -> Int32 { slot(.passUnretained(link.node), link.output) }

    /// The slot of an output; negative iff its node was not reached or leads nowhere.
    private func slot(_ node: Unmanaged<GraphNode>, _ output: Int32) -> Int32 {
        node._withUnsafeGuaranteedRef { $0.mark == epoch && $0.slot >= 0 ? $0.slot + output : -1 }
    }
}

extension GraphNode {
    /// Input `index`, not retained; `nil` iff it needs no gradient.
    fileprivate final func input(_ index: Int) -> (node: Unmanaged<GraphNode>, output: Int32)? {
        switch index {
        case 0: first.map { (.passUnretained($0), firstOutput) }
        case 1: second.map { (.passUnretained($0), secondOutput) }
        default: more?[index - 2].map { (.passUnretained($0.node), $0.output) }
        }
    }
}
