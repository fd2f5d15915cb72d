import Foundation

extension Plan {
    /// One pass plans at a time, because the marks are in the nodes: a lookup in a dictionary for each edge would cost
    /// more than all the rest. No foreign code runs under this lock.
    private static let lock = NSLock()
    /// Guarded by `lock`.
    @exclusivity(unchecked) nonisolated(unsafe) private static var planner = Planner()

    /// The plan from `roots` to `goals`, to every leaf iff `nil`.
    @usableFromInline
    static func make(from roots: [GraphNode.Link], to goals: [GraphNode.Link]?) -> Plan {
        lock.lock()
        defer { lock.unlock() }
        return planner.plan(roots, goals)
    }
}

/// A depth-first walk over the graph that makes a plan. Used under the planning lock, one for all plans: its lists keep their
/// memory.
struct Planner: ~Copyable {
    private(set) var steps = Scratch<Plan.Step>()
    private(set) var targets = Scratch<Int32>()
    private(set) var slotCount = 0
    private(set) var mostInputs = 0
    private(set) var work = 0.0
    private(set) var branches = false

    /// Counted in steps of two: `epoch` marks a visited node, `epoch + 1` a goal that has not been visited yet.
    private var epoch: UInt64 = 0
    private var everyLeaf = true
    /// The walk's own stack, because a million nodes deep is no place for recursion.
    private var path = Scratch<Visit>()

    private struct Visit {
        let node: Unmanaged<GraphNode>
        /// Inputs still to be looked at, from the last to the first: the pass runs the other way round and so takes the
        /// branch of input 0 first.
        var inputsLeft: Int32
        let isGoal: Bool
    }

    fileprivate mutating func plan(_ roots: [GraphNode.Link], _ goals: [GraphNode.Link]?) -> Plan {
        epoch += 2
        everyLeaf = goals == nil
        (slotCount, mostInputs, work, branches) = (0, 0, 0, false)
        for goal in goals ?? [] { goal.node.mark = epoch + 1 }
        for root in roots { visit(root.node) }
        let plan = Plan(self, roots, goals)
        steps.clear()
        targets.clear()
        path.clear()
        return plan
    }

    /// Plans everything below `root` that is not yet in the plan.
    private mutating func visit(_ root: GraphNode) {
        guard var visit = enter(.passUnretained(root)) else { return }
        while true {
            if visit.inputsLeft == 0 {
                visit.node._withUnsafeGuaranteedRef { finish($0, isGoal: visit.isGoal) }
                guard let above = path.popLast() else { return }
                visit = above
                continue
            }
            visit.inputsLeft -= 1
            let input = visit.node._withUnsafeGuaranteedRef { $0.input(Int(visit.inputsLeft)) }
            if let input, let below = enter(input.node) {
                path.append(visit)
                visit = below
            }
        }
    }

    /// The beginning of a visit; `nil` iff the node has been visited.
    private func enter(_ node: Unmanaged<GraphNode>) -> Visit? {
        node._withUnsafeGuaranteedRef {
            guard $0.mark != epoch else { return nil }
            let isGoal = everyLeaf ? $0.isLeaf : $0.mark == epoch + 1
            $0.mark = epoch
            return Visit(node: node, inputsLeft: Int32(truncatingIfNeeded: $0.inputCount), isGoal: isGoal)
        }
    }

    /// Adds a node whose inputs are all planned, if it or one of them leads to something wanted.
    private mutating func finish(_ node: GraphNode, isGoal: Bool) {
        let firstTarget = targets.count
        let count = node.inputCount
        let places = targets.extend(by: count)
        var leading = 0
        for index in 0..<count {
            let target = node.input(index).map { slot($0.node, $0.output) } ?? -1
            if target >= 0 { leading += 1 }
            places[index] = target
        }
        let runs = leading > 0
        if leading > 1 { branches = true }
        guard runs || isGoal else {
            targets.removeLast(count)
            node.slot = -1
            return
        }
        node.slot = Int32(truncatingIfNeeded: slotCount)
        slotCount += node.outputCount
        mostInputs = max(mostInputs, count)
        if runs { work += node.work }
        steps.append(
            Plan.Step(
                node: .passUnretained(node), slot: node.slot, target: Int32(truncatingIfNeeded: firstTarget),
                isWanted: isGoal, runs: runs))
    }

    func slot(_ link: GraphNode.Link) -> Int32 { slot(.passUnretained(link.node), link.output) }

    /// The slot of an output; negative iff its node was not reached or leads nowhere.
    private func slot(_ node: Unmanaged<GraphNode>, _ output: Int32) -> Int32 {
        node._withUnsafeGuaranteedRef { $0.mark == epoch && $0.slot >= 0 ? $0.slot + output : -1 }
    }
}

/// A list of plain values that keeps its memory when it is cleared, unless that is much.
struct Scratch<Element: BitwiseCopyable>: ~Copyable {
    private static var usual: Int { 256 }

    private(set) var start: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity = usual

    init() { start = Self.memory(Self.usual) }
    deinit { Memory.give(start) }

    private static func memory(_ capacity: Int) -> UnsafeMutablePointer<Element> {
        Memory.take(capacity * MemoryLayout<Element>.stride).assumingMemoryBound(to: Element.self)
    }

    @inline(__always)
    mutating func append(_ element: Element) {
        if count == capacity { resize(2 * capacity) }
        (start + count).initialize(to: element)
        count += 1
    }

    /// Makes room for `elements` more, which the caller writes.
    @inline(__always)
    mutating func extend(by elements: Int) -> UnsafeMutablePointer<Element> {
        if count + elements > capacity { resize(max(2 * capacity, count + elements)) }
        defer { count += elements }
        return start + count
    }

    mutating func popLast() -> Element? {
        if count == 0 { return nil }
        count -= 1
        return start[count]
    }

    mutating func removeLast(_ elements: Int) { count -= elements }

    mutating func clear() {
        count = 0
        if capacity > 64 * Self.usual { resize(Self.usual) }
    }

    private mutating func resize(_ newCapacity: Int) {
        let new = Self.memory(newCapacity)
        new.initialize(from: start, count: count)
        Memory.give(start)
        (start, capacity) = (new, newCapacity)
    }
}

extension GraphNode {
    /// Input `index`, not retained; `nil` iff it needs no gradient.
    @inline(__always)
    final func input(_ index: Int) -> (node: Unmanaged<GraphNode>, output: Int32)? {
        if let links { return links[index].map { (.passUnretained($0.node), $0.output) } }
        switch index {
        case 0: return first.map { (.passUnretained($0), 0) }
        case 1: return second.map { (.passUnretained($0), 0) }
        default: return nil
        }
    }
}
