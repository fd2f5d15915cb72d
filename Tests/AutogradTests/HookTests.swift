import Autograd
import Testing

@Suite struct HookTests {
    @Test func orderReplacementAndRemoval() throws {
        let (x, leaf) = Variable.leaf(1)
        let y = 2 * x
        let node = y.edge!.node
        let seen = Locked<[String]>([])
        let first = node.addHook { gradient in
            seen.withLock { $0.append("first \(gradient.value)") }
            return Number(gradient.value + 1)
        }
        _ = node.addHook { gradient in
            seen.withLock { $0.append("second \(gradient.value)") }
            return nil
        }
        try y.backward(10)
        #expect(seen.value == ["first 10.0", "second 11.0"])
        #expect(leaf.gradient == 22)

        first.remove()
        first.remove()
        try y.backward(10)
        #expect(seen.value.suffix(1) == ["second 10.0"])
        #expect(leaf.gradient == 42)
    }

    /// A hook sees the sum of all contributions, once.
    @Test(arguments: [1, 4])
    func completeGradients(threads: Int) throws {
        try Number.$budget.withValue(threads) {
            let (x, leaf) = Variable.leaf(1)
            let y = 1 * x
            let seen = Locked<[Float]>([])
            _ = y.edge!.node.addHook { gradient in
                seen.withLock { $0.append(gradient.value) }
                return nil
            }
            let branches = (0..<8).map { Variable(value: 1, edge: Edge(Scale(y.edge, by: Float($0), work: 1e5))) }
            try Variable.sum(branches).backward()
            #expect(seen.value == [28])
            #expect(leaf.gradient == 28)
        }
    }

    @Test func onALeaf() throws {
        let (x, leaf) = Variable.leaf(1)
        _ = leaf.addHook { Number(-$0.value) }
        let after = Locked<[Number?]>([])
        _ = leaf.addAccumulationHook { leaf in after.withLock { $0.append(leaf.gradient) } }
        try (3 * x).backward()
        try (3 * x).backward()
        #expect(after.value == [-3, -6])
        // Gradients that are only asked for pass the hook on the gradient, and accumulate nothing.
        #expect(try Engine<Number>.gradients(of: [((3 * x).edge!, 1)], at: [x.edge!]) == [-3])
        #expect(after.value.count == 2)
    }

    @Test func afterARule() throws {
        let (x, leaf) = Variable.leaf(2)
        let (y, other) = Variable.leaf(5)
        let product = x * y
        let handle = product.edge!.node.addRuleHook { gradients in gradients.map { $0.map { Number($0.value * 10) } } }
        try product.backward(retainGraph: true)
        #expect(leaf.gradient == 50)
        #expect(other.gradient == 20)
        handle.remove()
        _ = product.edge!.node.addRuleHook { _ in [1] }
        #expect(throws: GraphError.gradientCount("a hook on multiply", expected: 2, got: 1)) { try product.backward() }
    }

    @Test func onOneOutput() throws {
        final class Pair: Node<Number>, @unchecked Sendable {
            init(_ input: Edge<Number>?) { super.init(input, outputCount: 2, savesValues: false) }
            override func backward(outputs: consuming [Number?], into inputs: inout Contributions<Number>) throws {
                inputs[0] = Number((outputs[0]?.value ?? 0) + (outputs[1]?.value ?? 0))
            }
        }
        let (x, leaf) = Variable.leaf(1)
        let pair = Pair(x.edge)
        _ = pair.addHook(output: 1) { Number($0.value * 100) }
        try Engine<Number>.backward(from: [(Edge(pair), 1), (Edge(pair, output: 1), 2)])
        #expect(leaf.gradient == 201)
        leaf.gradient = nil
        try Engine<Number>.backward(from: [(Edge(pair), 1)])
        #expect(leaf.gradient == 1)
    }

    @Test func aThrownErrorEndsThePass() {
        struct Stop: Error {}
        let (x, leaf) = Variable.leaf(1)
        _ = leaf.addHook { _ in throw Stop() }
        #expect(throws: Stop.self) { try (3 * x).backward() }
        #expect(leaf.gradient == nil)
    }

    /// The handle keeps neither the node nor what the hook holds.
    @Test func handlesKeepNothingAlive() {
        final class Token: Sendable {}
        weak var held: Token?
        let handle = {
            let token = Token()
            held = token
            return Leaf<Number>().addHook { gradient in withExtendedLifetime(token) { gradient } }
        }()
        #expect(held == nil)
        handle.remove()
    }
}
