import Autograd
import Testing

/// Passes that end where they are asked to.
@Suite struct PartialTests {
    @Test func onlyTheChosenLeaves() throws {
        let (x, first) = Variable.leaf(2)
        let (y, second) = Variable.leaf(3)
        let z = x * y
        try z.backward(inputs: [y.edge!])
        #expect(first.gradient == nil)
        #expect(second.gradient == 2)
    }

    @Test func onlyWhatLeadsThereRuns() throws {
        let ran = Locked<[String]>([])
        func step(_ name: String, _ x: Variable) -> Variable {
            let node = Rule([x.edge], name: name) { gradient, inputs in
                ran.withLock { $0.append(name) }
                inputs[0] = gradient
            }
            return Variable(value: x.value, edge: Edge(node))
        }
        let (x, _) = Variable.leaf(2)
        let (y, _) = Variable.leaf(3)
        let inner = step("left, lower", x)
        let z = step("left, upper", inner) + step("right", y)

        #expect(try Engine<Number>.gradients(of: [(z.edge!, 1)], at: [inner.edge!], retainGraph: true) == [1])
        #expect(ran.value == ["left, upper"])
        ran.withLock { $0 = [] }
        #expect(try Engine<Number>.gradients(of: [(z.edge!, 1)], at: [x.edge!], retainGraph: true) == [1])
        #expect(ran.value == ["left, upper", "left, lower"])
    }

    @Test func gradientsLeaveLeavesAlone() throws {
        let (x, leaf) = Variable.leaf(2)
        let y = x * x
        #expect(try Engine<Number>.gradients(of: [(y.edge!, 1)], at: [x.edge!, y.edge!, x.edge!]) == [4, 1, 4])
        #expect(leaf.gradient == nil)
    }

    /// A goal that another goal leads to, a goal off every path, and a rule that knows what is wanted.
    @Test func interiorGoals() throws {
        let (x, _) = Variable.leaf(2)
        let (unrelated, _) = Variable.leaf(2)
        let wanted = Locked<[Bool]>([])
        let y = 3 * x
        let node = Rule([y.edge, unrelated.edge]) { gradient, inputs in
            wanted.withLock { $0 = [inputs.wants(0), inputs.wants(1)] }
            inputs[0] = gradient
            inputs[1] = gradient
        }
        let other = Variable.leaf(1).0
        let gradients = try Engine<Number>.gradients(of: [(Edge(node), 2)], at: [x.edge!, y.edge!, other.edge!])
        #expect(gradients == [6, 2, nil])
        #expect(wanted.value == [true, false])
    }

    @Test func noPath() throws {
        let constant = Variable(value: 1, edge: nil)
        let product = constant * constant
        #expect(throws: GraphError.noGradientPath("multiply")) { try product.backward() }
        let (x, _) = Variable.leaf(1)
        #expect(throws: GraphError.noGradientPath("multiply")) { try product.backward(inputs: [x.edge!]) }
        #expect(throws: GraphError.noGradientPath("no root")) { try Engine<Number>.backward(from: []) }
        #expect(try Engine<Number>.gradients(of: [(product.edge!, 1)], at: [x.edge!]) == [nil])
    }

    @Test func accumulationIsForLeaves() throws {
        let (x, leaf) = Variable.leaf(1)
        let y = x * x
        #expect(throws: GraphError.notALeaf("multiply")) { try y.backward(inputs: [y.edge!]) }
        #expect(leaf.gradient == nil)
    }
}
