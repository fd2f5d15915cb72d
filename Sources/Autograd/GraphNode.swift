import Synchronization

/// The part of a node that does not depend on the differentiated value: its inputs, and the marks that planning leaves
/// in it.
///
/// Planning, teardown and the guard around saved values live here and are compiled once, in this module, with no
/// generics; only the loop that moves values is specialised in the client. `Node` is the only subclass.
///
/// The fields lie as they do so that a node of a small rule takes no more than 120 bytes: up to there glibc's malloc keeps
/// what is freed as it is, and hands it out again in half the time (18 ns rather than 40 for both).
open class GraphNode: @unchecked Sendable {
    // Two inputs in line, because nearly every operation has one or two and an array would be an allocation for each
    // node. Written after init only by teardown, when nobody else has the node: there is no access to watch over.
    @exclusivity(unchecked) final var first: GraphNode?
    @exclusivity(unchecked) final var second: GraphNode?
    /// All inputs, where there are more than two, or one is not its node's first output; then the two above are `nil`.
    @exclusivity(unchecked) final var links: [Link?]?

    /// The `NodeHooks`, `nil` for nearly every node; written once, under a lock, before `state` says that it is there.
    @exclusivity(unchecked) final var hookObject: AnyObject?

    // Valid only while the planning lock is held: which plan saw this node last, and the plan's slot for its output 0.
    @exclusivity(unchecked) final var mark: UInt64 = 0
    @exclusivity(unchecked) final var slot: Int32 = -1

    /// What threads agree on about this node; see `GraphNode+State.swift`.
    @usableFromInline final let state = Atomic<UInt32>(0)

    @usableFromInline final let inputs: Int32
    @usableFromInline final let outputs: Int32
    private final let estimate: Float
    @usableFromInline final let traits: Traits

    @usableFromInline
    struct Traits: OptionSet, Sendable {
        @usableFromInline let rawValue: UInt8
        @inlinable init(rawValue: UInt8) { self.rawValue = rawValue }

        @inlinable static var savesValues: Traits { Traits(rawValue: 1) }
        @inlinable static var isLeaf: Traits { Traits(rawValue: 2) }
        /// `live` counts this node.
        static var isCounted: Traits { Traits(rawValue: 4) }
    }

    /// An input: that output of that node.
    @usableFromInline
    struct Link: Sendable {
        var node: GraphNode
        var output: Int32

        @usableFromInline
        init(_ node: GraphNode, _ output: Int) {
            self.node = node
            self.output = Int32(truncatingIfNeeded: output)
        }
    }

    /// - Parameters:
    ///   - first: the nodes of up to two inputs, apart, so that each is moved to its place.
    ///   - links: all inputs instead, where those are not their nodes' first outputs, or more than two.
    @usableFromInline
    init(
        first: consuming GraphNode?, second: consuming GraphNode?, links: [Link?]?, inputCount: Int, outputCount: Int,
        work: Double, traits: Traits
    ) {
        self.first = consume first
        self.second = consume second
        self.links = links
        inputs = Int32(truncatingIfNeeded: inputCount)
        outputs = Int32(truncatingIfNeeded: outputCount)
        estimate = Float(work)
        let isCounted = Self.countsLive.load(ordering: .relaxed)
        self.traits = isCounted ? traits.union(.isCounted) : traits
        if isCounted { Self.liveCount.wrappingAdd(1, ordering: .relaxed) }
    }

    deinit {
        if traits.contains(.isCounted) { Self.liveCount.wrappingSubtract(1, ordering: .relaxed) }
        dismantle()
    }

    /// What messages call the operation.
    open var name: String { "\(type(of: self))" }

    /// Drops what the rule saved, all of it that could hold on to other nodes.
    ///
    /// Called at most once, never while the rule runs, and only if `savesValues`: after the rule of a pass that does
    /// not retain the graph, or from deinit.
    open func release() {}

    private static let liveCount = Atomic<Int>(0)
    private static let countsLive = Atomic<Bool>(false)
}

extension GraphNode {
    /// The number of values that the operation made.
    @inlinable public final var outputCount: Int { Int(outputs) }
    /// The number of the operation's operands, those included that need no gradient.
    @inlinable public final var inputCount: Int { Int(inputs) }
    /// Estimated nanoseconds of the rule on one thread.
    public final var work: Double { Double(estimate) }
    /// True iff the rule keeps values that `release()` can drop. A node that keeps none can be passed any number of
    /// times.
    @inlinable public final var savesValues: Bool { traits.contains(.savesValues) }
    /// True iff gradients end here.
    @inlinable public final var isLeaf: Bool { traits.contains(.isLeaf) }

    /// Begins to count the nodes alive; for tests, before they make one. Counted always, a node would take a fiftieth of its
    /// time for that.
    package static func countLive() { countsLive.store(true, ordering: .relaxed) }

    /// Nodes alive in the process, of those made since `countLive()`; for tests, which expect it to return to where it was.
    package static var live: Int {
        guard countsLive.load(ordering: .relaxed) else { fatalError("live nodes are not counted before countLive()") }
        return liveCount.load(ordering: .relaxed)
    }
}
