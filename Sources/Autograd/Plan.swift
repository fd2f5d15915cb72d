import Foundation

/// What a pass will do, settled before it runs: which nodes, in which order, and where each contribution goes.
///
/// Flat lists of plain numbers, all in one block of memory. A *step* is a node that leads to something wanted; a *slot* is one
/// output of a step, where its gradient gathers; a *target* is where the contribution of one input goes: a slot, or -1 iff
/// nobody wants it.
@usableFromInline
final class Plan: @unchecked Sendable {
    @usableFromInline
    struct Step: BitwiseCopyable {
        /// Not retained: the roots hold every node of the plan through edges that never change, and the pass holds the
        /// roots.
        @usableFromInline let node: Unmanaged<GraphNode>
        /// The slot of output 0; the node's other outputs follow it.
        @usableFromInline let slot: Int32
        /// The place in `targets` of input 0; the others follow.
        @usableFromInline let target: Int32
        /// True iff the complete gradient is an answer of the pass and stays in its slot.
        @usableFromInline let isWanted: Bool
        /// True iff some input leads to something wanted, so that the rule has to run.
        @usableFromInline let runs: Bool
    }

    /// Inputs before what uses them. A pass runs from the last to the first; contributions are added in the order in
    /// which that delivers them, on any number of threads.
    @usableFromInline let steps: UnsafeBufferPointer<Step>
    @usableFromInline let targets: UnsafeBufferPointer<Int32>
    @usableFromInline let slotCount: Int
    @usableFromInline let mostInputs: Int
    /// The sum of the estimates of the rules that run, in nanoseconds.
    let work: Double
    /// False iff there is one path only: no root beside another, and no step with two inputs that lead somewhere.
    let branches: Bool
    /// The slot of each root, negative iff it leads to nothing wanted.
    @usableFromInline let rootSlots: UnsafeBufferPointer<Int32>
    /// The slot of each goal, negative iff no root leads to it.
    @usableFromInline let goalSlots: UnsafeBufferPointer<Int32>

    /// What `planner` has found, and the slots that it knows of roots and goals.
    init(_ planner: borrowing Planner, _ roots: [GraphNode.Link], _ goals: [GraphNode.Link]?) {
        let goals = goals ?? []
        let steps = planner.steps.count
        let block = Memory.take(
            steps * MemoryLayout<Step>.stride + (planner.targets.count + roots.count + goals.count) * 4)
        let first = block.assumingMemoryBound(to: Step.self)
        first.initialize(from: planner.steps.start, count: steps)
        var next = (block + steps * MemoryLayout<Step>.stride).assumingMemoryBound(to: Int32.self)
        func list(_ count: Int) -> UnsafeBufferPointer<Int32> {
            defer { next += count }
            return UnsafeBufferPointer(start: next, count: count)
        }
        self.steps = UnsafeBufferPointer(start: first, count: steps)
        next.initialize(from: planner.targets.start, count: planner.targets.count)
        targets = list(planner.targets.count)
        for (i, root) in roots.enumerated() { (next + i).initialize(to: planner.slot(root)) }
        rootSlots = list(roots.count)
        for (i, goal) in goals.enumerated() { (next + i).initialize(to: planner.slot(goal)) }
        goalSlots = list(goals.count)
        slotCount = planner.slotCount
        mostInputs = planner.mostInputs
        work = planner.work
        branches = planner.branches || roots.count > 1
    }

    deinit { Memory.give(UnsafeMutableRawPointer(mutating: steps.baseAddress!)) }
}

/// Memory for what lives as long as a pass, from `malloc` itself: what Swift's pointers allocate is aligned, which takes three
/// times as long.
@usableFromInline
enum Memory {
    @usableFromInline
    static func take(_ bytes: Int) -> UnsafeMutableRawPointer {
        guard let memory = malloc(max(bytes, 1)) else {
            fatalError("out of memory: \(bytes) bytes for a backward pass")
        }
        return memory
    }

    @usableFromInline
    static func give(_ memory: UnsafeMutableRawPointer) { free(memory) }
}
