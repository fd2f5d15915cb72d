/// The backward pass, the whole of it: plan, run, commit.
///
/// Public, like all that runs once for each node, though no product exposes this module: a client gets the bodies of
/// public inlinable functions only, and without them every value moves through witness tables (600 ns a node instead of
/// 110).
public enum Engine<Value: Cotangent> {
    /// A value that a pass starts from, and the gradient that it starts with.
    public typealias Root = (edge: Edge<Value>, gradient: Value)

    /// Runs a pass and adds what arrives to the leaves' gradients.
    ///
    /// Leaves change only when everything has succeeded, all of them at the end; after an error each is as it was.
    ///
    /// - Parameters:
    ///   - roots: where the pass starts. Their gradients come before any contribution in the sums.
    ///   - inputs: the leaves to add to; every leaf that the roots lead to iff `nil`. Only what leads there is run.
    ///   - retainGraph: whether saved values stay for another pass; else each node's are dropped as soon as its rule
    ///     has run.
    /// - Throws: `GraphError`, `CancellationError` when the caller's task is cancelled, or what a rule or a hook threw:
    ///   the first in the plan's order if several did.
    @inlinable
    public static func backward(from roots: [Root], inputs: [Edge<Value>]? = nil, retainGraph: Bool = false) throws {
        for input in inputs ?? [] where !input.node.isLeaf { throw GraphError.notALeaf(input.node.name) }
        let plan = Plan.make(from: roots.map(\.edge.link), to: inputs?.map(\.link))
        guard !plan.steps.isEmpty else { throw GraphError.noGradientPath(roots.first?.edge.node.name ?? "no root") }
        var gradients = try run(plan, roots, retainGraph)
        var hooked: [Leaf<Value>] = []
        for step in plan.steps.reversed() where step.isWanted && gradients.place(of: step.slot) != nil {
            let leaf = step.node._withUnsafeGuaranteedRef { unsafeDowncast($0, to: Leaf<Value>.self) }
            leaf.accumulate(gradients.vacate(step.slot).move())
            if leaf.isHooked { hooked.append(leaf) }
        }
        for leaf in hooked { leaf.hooks.gradientGrew(of: leaf) }
    }

    /// Runs a pass and returns the gradients at `edges`, of leaves or of interior values, after the hooks on them. No
    /// leaf's gradient is touched.
    ///
    /// - Returns: one entry for each edge; `nil` iff the roots do not lead to it or only zeros arrived.
    @inlinable
    public static func gradients(of roots: [Root], at edges: [Edge<Value>], retainGraph: Bool = false) throws
        -> [Value?]
    {
        let plan = Plan.make(from: roots.map(\.edge.link), to: edges.map(\.link))
        let gradients = try run(plan, roots, retainGraph)
        return plan.goalSlots.map { $0 < 0 ? nil : gradients.place(of: $0)?.pointee }
    }

    @inlinable
    static func run(_ plan: Plan, _ roots: [Root], _ retainGraph: Bool) throws -> Slots<Value> {
        let counted = ThreadBudget.enter()
        defer { ThreadBudget.leave(counted) }
        // The roots hold the nodes, which the plan names without retaining them.
        return try withExtendedLifetime(roots) {
            if let gradients = try runInParallel(plan, roots, retainGraph: retainGraph) { return gradients }
            return try SerialPass.run(plan, roots, retainGraph: retainGraph)
        }
    }
}
