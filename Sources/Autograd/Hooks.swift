import Foundation
import Synchronization

/// A hook on one output's complete gradient: observes it, or returns what replaces it.
package typealias GradientHook<Value> = @Sendable (Value) throws -> Value?

/// A hook after a rule: observes the gradients of the node's inputs, or returns what replaces them.
package typealias RuleHook<Value> = @Sendable (_ inputs: [Value?]) throws -> [Value?]?

/// A hook after a leaf's gradient has grown. It cannot throw: the pass has succeeded by then.
package typealias AccumulationHook<Value: Cotangent> = @Sendable (Leaf<Value>) -> Void

/// The hooks of one node, made when the first is registered.
@usableFromInline
final class NodeHooks<Value: Cotangent>: Sendable {
    fileprivate let gradient = HookList<(output: Int, body: GradientHook<Value>)>()
    fileprivate let rule = HookList<RuleHook<Value>>()
    fileprivate let accumulation = HookList<AccumulationHook<Value>>()

    /// Passes a complete gradient through the hooks on `output`, each seeing what the one before it left.
    @usableFromInline
    func condition(_ gradient: inout Value, output: Int) throws {
        try self.gradient.each { hook in
            guard hook.output == output, let replacement = try hook.body(gradient) else { return }
            gradient = replacement
        }
    }

    /// Passes the gradients that a rule gave through the hooks after it.
    @usableFromInline
    func condition(_ inputs: inout Contributions<Value>, of node: Node<Value>) throws {
        try rule.each { hook in
            guard let replacements = try hook((0..<inputs.count).map { inputs[$0] }) else { return }
            try inputs.give(all: replacements, from: "a hook on \(node.name)")
        }
    }

    @usableFromInline
    func gradientGrew(of leaf: Leaf<Value>) { accumulation.each { hook in hook(leaf) } }
}

extension Node {
    /// Calls `hook` with the complete gradient of an output before the node's rule runs (a leaf: before accumulation).
    ///
    /// Hooks run in order of registration, each on what the one before it returned, with no lock held, perhaps on
    /// another thread. `nil` leaves the gradient as it is. What a hook throws ends the pass.
    package final func addHook(output: Int = 0, _ hook: @escaping GradientHook<Value>) -> HookHandle {
        precondition(output >= 0 && output < outputCount, "\(name) has no output \(output): it has \(outputCount)")
        return allHooks.gradient.add((output, hook))
    }

    /// Calls `hook` with the gradients of the inputs after the node's rule has run; what it returns replaces them.
    package final func addRuleHook(_ hook: @escaping RuleHook<Value>) -> HookHandle { allHooks.rule.add(hook) }

    fileprivate final var allHooks: NodeHooks<Value> {
        hookCreation.withLock {
            if hookObject != nil { return hooks }
            let created = NodeHooks<Value>()
            hookObject = created
            // Only now may a pass look at it, without this lock: it never changes again.
            state.bitwiseOr(Self.hooked, ordering: .releasing)
            return created
        }
    }
}

extension Leaf {
    /// Calls `hook` after each pass that added to the gradient, when every leaf of the pass has its gradient, in order
    /// of registration, on the thread that called the pass.
    package func addAccumulationHook(_ hook: @escaping AccumulationHook<Value>) -> HookHandle {
        allHooks.accumulation.add(hook)
    }
}

/// Guards the making of any node's `hooks`: one lock for all, because a lock in each node would be paid for by nodes
/// without.
private let hookCreation = NSLock()
