/// What a pass will do, settled before it runs: which nodes, in which order, and where each contribution goes.
///
/// Flat arrays of plain numbers. A *step* is a node that leads to something wanted; a *slot* is one output of a step,
/// where its gradient gathers; a *target* is where the contribution of one input goes: a slot, or -1 iff nobody wants
/// it.
@usableFromInline
struct Plan: Sendable {
    @usableFromInline
    struct Step {
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
    @usableFromInline var steps: [Step] = []
    @usableFromInline var targets: [Int32] = []
    @usableFromInline var slotCount = 0
    @usableFromInline var mostInputs = 0
    /// The sum of the estimates of the rules that run, in nanoseconds.
    @usableFromInline var work = 0.0
    /// False iff there is one path only: no root beside another, and no step with two inputs that lead somewhere.
    @usableFromInline var branches = false
    /// The slot of each root, negative iff it leads to nothing wanted.
    @usableFromInline var rootSlots: [Int32] = []
    /// The slot of each goal, negative iff no root leads to it.
    @usableFromInline var goalSlots: [Int32] = []
}

extension Plan.Step: @unchecked Sendable {}
