import Autograd
import Testing

@Suite struct GradientTests {
    @Test(arguments: [1, 2, 10, 1000])
    func chain(length: Int) throws {
        let (x, leaf) = Variable.leaf(1)
        var y = x
        for index in 0..<length { y = (index.isMultiple(of: 2) ? 2 : 0.5) * y }
        try y.backward()
        #expect(leaf.gradient == Number(length.isMultiple(of: 2) ? 1 : 2))
    }

    /// x⁽²ⁿ⁾ by squaring: the same edge twice in each node.
    @Test(arguments: 1...4)
    func diamonds(depth: Int) throws {
        let (x, leaf) = Variable.leaf(2)
        var y = x
        for _ in 0..<depth { y = y * y }
        try y.backward()
        // 2ⁿ x^(2ⁿ - 1)
        let power = 1 << depth
        #expect(leaf.gradient == Number(Float(power * (1 << (power - 1)))))
    }

    @Test(arguments: [1, 2, 3, 8, 100])
    func fan(width: Int) throws {
        let (x, leaf) = Variable.leaf(3)
        let y = Variable.sum((0..<width).map { Float($0) * x })
        try y.backward(2)
        #expect(leaf.gradient == Number(Float(width * (width - 1))))
    }

    @Test func gradientsAddUpOverPasses() throws {
        let (x, leaf) = Variable.leaf(3)
        let y = x * x
        try y.backward(retainGraph: true)
        try y.backward()
        #expect(leaf.gradient == 12)
        leaf.gradient = nil
        try (5 * x).backward()
        #expect(leaf.gradient == 5)
    }

    /// Two roots, one of them inside the other's graph, and a root that is a leaf.
    @Test func severalRoots() throws {
        let (x, leaf) = Variable.leaf(3)
        let y = 2 * x
        let z = 5 * y
        try Engine<Number>.backward(from: [(z.edge!, 1), (y.edge!, 100), (x.edge!, 1000)])
        #expect(leaf.gradient == 1210)
    }

    @Test func operandsWithoutGradients() throws {
        let (x, leaf) = Variable.leaf(3)
        let constant = Variable(value: 7, edge: nil)
        try (constant * x + x * constant + constant * constant).backward()
        #expect(leaf.gradient == 14)
    }

    @Test func severalOutputs() throws {
        final class Split: Node<Number>, @unchecked Sendable {
            init(_ input: Edge<Number>?) { super.init(input, outputCount: 3, savesValues: false) }
            override func backward(outputs: consuming [Number?], into inputs: inout Contributions<Number>) throws {
                let digits = outputs.reduce(Float(0)) { 10 * $0 + ($1?.value ?? 0) }
                inputs.give(0) { Number(digits) }
            }
        }
        let (x, leaf) = Variable.leaf(1)
        let split = Split(x.edge)
        try Engine<Number>.backward(from: [(Edge(split, output: 0), 4), (Edge(split, output: 2), 5), (Edge(split), 1)])
        #expect(leaf.gradient == 505)

        let gradients = try Engine<Number>.gradients(
            of: [(Edge(split, output: 1), 3)], at: [Edge(split), Edge(split, output: 1), x.edge!])
        #expect(gradients == [nil, 3, 30])
    }

    /// A rule that gives nothing stops there, and what is below it keeps what it had.
    @Test func noContributionIsZero() throws {
        let (x, leaf) = Variable.leaf(1)
        let (y, other) = Variable.leaf(1)
        let stop = Variable(value: 0, edge: Edge(Rule([y.edge]) { _, _ in }))
        try (x + 2 * stop).backward()
        #expect(leaf.gradient == 1)
        #expect(other.gradient == nil)
    }

    /// Random graphs of sums with small integer factors, exact in `Float`: against the factors added up along the graph
    /// in the other direction.
    @Test(arguments: 0..<50)
    func randomGraphs(seed: Int) throws {
        var random = Shuffle(seed: seed)
        let leaves = (0..<3).map { _ in Variable.leaf(1) }
        var variables = leaves.map(\.0)
        /// The derivatives of each variable by the leaves.
        var expected: [[Float]] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
        for _ in 0..<60 {
            var terms: [Variable] = []
            var derivative: [Float] = [0, 0, 0]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let operand = Int.random(in: max(0, variables.count - 20)..<variables.count, using: &random)
                guard expected[operand].allSatisfy({ $0 < 100_000 }) else { continue }
                let factor = Float(Int.random(in: 0...2, using: &random))
                terms.append(factor * variables[operand])
                for leaf in 0..<3 { derivative[leaf] += factor * expected[operand][leaf] }
            }
            variables.append(Variable.sum(terms))
            expected.append(derivative)
        }
        for threads in [1, 4] {
            try Number.$budget.withValue(threads) {
                let roots = [variables.count - 1, variables.count - 7, 40]
                let total = Variable.sum(roots.map { variables[$0] })
                let gradients = try Engine<Number>.gradients(
                    of: [(total.edge!, 1)], at: leaves.map { $0.0.edge! }, retainGraph: true)
                let sums = (0..<3).map { leaf in roots.reduce(0) { $0 + expected[$1][leaf] } }
                #expect(gradients.map { $0?.value ?? 0 } == sums)
            }
        }
    }
}
