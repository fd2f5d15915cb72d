/// One operation of a recorded graph: subclass it for each kind of rule.
///
/// ```swift
/// final class Multiply: Node<Tensor>, @unchecked Sendable {
///     var x, y: Tensor?
///     override func backward(_ gradient: consuming Tensor, into inputs: inout Contributions<Tensor>) throws {
///         inputs.give(0) { gradient * y! }
///         inputs.give(1) { gradient * x! }
///     }
///     override func release() { (x, y) = (nil, nil) }
/// }
/// ```
/// A node holds its inputs, never its outputs: a rule that needs an output saves it without its edge, or the graph
/// would keep itself alive.
open class Node<Value: Cotangent>: GraphNode, @unchecked Sendable {
    /// A node with one input.
    ///
    /// - Parameters:
    ///   - input: where the operand's gradient goes; `nil` iff it needs none.
    ///   - outputCount: the number of values that the operation made.
    ///   - work: estimated nanoseconds of the rule on one thread.
    ///   - savesValues: whether `release()` has anything to drop. A node that saves nothing costs no guard, and may be
    ///     passed again after a pass that did not retain the graph.
    @inlinable
    public init(_ input: Edge<Value>?, outputCount: Int = 1, work: Double = 0, savesValues: Bool = true) {
        let traits: Traits = savesValues ? .savesValues : []
        // Each branch moves the edge's node to where it goes.
        if input?.output ?? 0 == 0 {
            super.init(
                first: input?.node, second: nil, links: nil, inputCount: 1, outputCount: outputCount, work: work,
                traits: traits)
        } else {
            super.init(
                first: nil, second: nil, links: [input?.link], inputCount: 1, outputCount: outputCount, work: work,
                traits: traits)
        }
    }

    /// A node with two inputs, and perhaps further ones that need no gradient.
    @inlinable
    public init(
        _ first: Edge<Value>?, _ second: Edge<Value>?, inputCount: Int = 2, outputCount: Int = 1, work: Double = 0,
        savesValues: Bool = true
    ) {
        let traits: Traits = savesValues ? .savesValues : []
        if (first?.output ?? 0) | (second?.output ?? 0) == 0 {
            super.init(
                first: first?.node, second: second?.node, links: nil, inputCount: inputCount, outputCount: outputCount,
                work: work, traits: traits)
        } else {
            super.init(
                first: nil, second: nil,
                links: [first?.link, second?.link] + Array(repeating: nil, count: inputCount - 2),
                inputCount: inputCount, outputCount: outputCount, work: work, traits: traits)
        }
    }

    /// A node with two inputs at most, each the first output of one of these nodes, and perhaps further ones that need no
    /// gradient.
    @inlinable
    public init(
        firstOutputs first: consuming Node?, _ second: consuming Node?, inputCount: Int, outputCount: Int, work: Double,
        savesValues: Bool
    ) {
        super.init(
            first: first, second: second, links: nil, inputCount: inputCount, outputCount: outputCount, work: work,
            traits: savesValues ? .savesValues : [])
    }

    /// A node with any number of inputs.
    @inlinable
    public init(inputs: [Edge<Value>?], outputCount: Int = 1, work: Double = 0, savesValues: Bool = true) {
        let isShort = inputs.count <= 2 && inputs.allSatisfy { ($0?.output ?? 0) == 0 }
        super.init(
            first: isShort && inputs.count > 0 ? inputs[0]?.node : nil,
            second: isShort && inputs.count > 1 ? inputs[1]?.node : nil,
            links: isShort ? nil : inputs.map { $0?.link }, inputCount: inputs.count, outputCount: outputCount,
            work: work, traits: savesValues ? .savesValues : [])
    }

    /// A leaf.
    init(leaf: Void) {
        super.init(first: nil, second: nil, links: nil, inputCount: 0, outputCount: 1, work: 0, traits: .isLeaf)
    }

    /// Only where `isHooked`.
    @usableFromInline
    final var hooks: NodeHooks<Value>! { hookObject.map { unsafeDowncast($0, to: NodeHooks<Value>.self) } }

    /// The rule: the gradients of the inputs from the gradient of the only output.
    ///
    /// Called at most once in a pass, on any thread, with no lock held, for nodes with one output.
    ///
    /// - Parameter gradient: the complete gradient; given away, so it may be written in place when nobody else holds
    ///   it.
    open func backward(_ gradient: consuming Value, into inputs: inout Contributions<Value>) throws {
        fatalError("\(name) has no backward rule")
    }

    /// The rule of a node with several outputs; called iff at least one of them has a gradient.
    open func backward(outputs gradients: consuming [Value?], into inputs: inout Contributions<Value>) throws {
        fatalError("\(name) has no backward rule for \(outputCount) outputs")
    }
}

extension Edge {
    @inlinable
    var link: GraphNode.Link { GraphNode.Link(node, output) }
}
