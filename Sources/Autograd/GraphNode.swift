import Synchronization

/// The part of a node that does not depend on the differentiated value: its inputs, and the marks that planning leaves
/// in it.
///
/// Planning, teardown and the guard around saved values live here and are compiled once, in this module, with no
/// generics; only the loop that moves values is specialised in the client. `Node` is the only subclass.
open class GraphNode: @unchecked Sendable {
    /// Nodes alive in the process; for tests, which expect it to return to where it was.
    package static var live: Int { liveCount.load(ordering: .relaxed) }
    private static let liveCount = Atomic<Int>(0)

    /// The number of values that the operation made.
    public final let outputCount: Int
    /// The number of the operation's operands, those included that need no gradient.
    public final let inputCount: Int
    /// Estimated nanoseconds of the rule on one thread.
    public final let work: Double
    /// True iff the rule keeps values that `release()` can drop. A node that keeps none can be passed any number of
    /// times.
    public final let savesValues: Bool
    /// True iff gradients end here.
    public final let isLeaf: Bool

    /// What threads agree on about this node; see `GraphNode+State.swift`.
    @usableFromInline final let state = Atomic<UInt32>(0)

    // Two inputs in line, because nearly every operation has one or two and an array would be an allocation for each
    // node. Written after init only by teardown, when nobody else has the node: there is no access to watch over.
    @exclusivity(unchecked) final var first: GraphNode?
    @exclusivity(unchecked) final var second: GraphNode?
    final let firstOutput: Int32
    final let secondOutput: Int32
    @exclusivity(unchecked) final var more: [Link?]?

    // Valid only while the planning lock is held: which plan saw this node last, and the plan's slot for its output 0.
    @exclusivity(unchecked) final var mark: UInt64 = 0
    @exclusivity(unchecked) final var slot: Int32 = -1

    /// An input: that output of that node.
    @usableFromInline
    struct Link: Sendable {
        var node: GraphNode
        var output: Int32

        @usableFromInline
        init(_ node: GraphNode, _ output: Int) {
            self.node = node
            self.output = Int32(output)
        }
    }

    /// - Parameters:
    ///   - first: the nodes of the first two inputs, apart from their outputs, so that each is moved to its place.
    ///   - more: the inputs from the third on; `nil` if none of them needs a gradient.
    @usableFromInline
    init(
        first: consuming GraphNode?, _ firstOutput: Int, second: consuming GraphNode?, _ secondOutput: Int,
        more: [Link?]?, inputCount: Int, outputCount: Int, work: Double, savesValues: Bool, isLeaf: Bool
    ) {
        self.first = consume first
        self.second = consume second
        self.firstOutput = Int32(truncatingIfNeeded: firstOutput)
        self.secondOutput = Int32(truncatingIfNeeded: secondOutput)
        self.more = more
        self.inputCount = inputCount
        self.outputCount = outputCount
        self.work = work
        self.savesValues = savesValues
        self.isLeaf = isLeaf
        Self.liveCount.wrappingAdd(1, ordering: .relaxed)
    }

    deinit {
        Self.liveCount.wrappingSubtract(1, ordering: .relaxed)
        dismantle()
    }

    /// What messages call the operation.
    open var name: String { "\(type(of: self))" }

    /// Drops what the rule saved, all of it that could hold on to other nodes.
    ///
    /// Called at most once, never while the rule runs, and only if `savesValues`: after the rule of a pass that does
    /// not retain the graph, or from deinit.
    open func release() {}
}
