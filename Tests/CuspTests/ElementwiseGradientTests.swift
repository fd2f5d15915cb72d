import Cusp
import Testing

/// Every row of the table: first and second derivatives, in float64, on operands that lie in every way.
@Suite struct ElementwiseGradientTests {
    static let rows = ElementwiseRow.all.filter { $0.gives == .floats }

    @Test(arguments: rows)
    func gradients(row: ElementwiseRow) throws {
        var random = SeededGenerator(seed: 4)
        for a in Arrangement.allCases {
            for b in row.arity > 1 ? Arrangement.allCases : [.contiguous] {
                let arrangements = [a, b, Arrangement.allCases.randomElement(using: &random)!]
                let operands = zip(row.domains, arrangements).map { $1.tensor(2, 3, .float64, $0, &random) }
                let check = GradientCheck(seed: 5)
                let (first, second) = try (check.first(row.apply, operands), check.second(row.apply, operands))
                #expect(first == nil, "\(arrangements)")
                #expect(second == nil, "second derivative, \(arrangements)")
            }
        }
    }

    @Test(arguments: rows)
    func ofOneOperandOnly(row: ElementwiseRow) throws {
        var random = SeededGenerator(seed: 6)
        let operands = row.domains.map { Arrangement.contiguous.tensor(2, 3, .float64, $0, &random) }
        for i in operands.indices {
            let problem = try GradientCheck(seed: 7).one { x in
                var all = operands
                all[i] = x
                return row.apply(all)
            } at: {
                operands[i]
            }
            #expect(problem == nil, "operand \(i)")
        }
    }

    @Test(arguments: rows)
    func onNothing(row: ElementwiseRow) throws {
        let leaves = row.domains.map { _ in Tensor.zeros([0, 3], dtype: .float64).leaf }
        try row.apply(leaves).sum().backward()
        for leaf in leaves { #expect(leaf.grad == nil || leaf.grad?.shape == [0, 3]) }
    }

    /// Gradients in float32 are those in float64, rounded a few times.
    @Test(arguments: rows)
    func singlePrecision(row: ElementwiseRow) throws {
        var random = SeededGenerator(seed: 8)
        let wide = row.domains.map { Tensor($0.samples(100, &random), [100], .float32).asType(.float64) }
        func gradients(_ dtype: DType) throws -> [[Double]] {
            let leaves = wide.map { $0.asType(dtype).leaf }
            let y = row.apply(leaves)
            guard y.requiresGrad else { return [] }
            try y.sum().backward()
            for leaf in leaves { #expect(leaf.grad == nil || leaf.grad?.dtype == dtype) }
            return leaves.map { $0.grad?.elements ?? [] }
        }
        for (single, double) in zip(try gradients(.float32), try gradients(.float64)) {
            for (a, b) in zip(single, double) { #expect(abs(a - b) <= 2e-6 * max(abs(b), 1e-3)) }
        }
    }

    @Test(arguments: ElementwiseRow.all.filter { $0.gives == .booleans })
    func booleansHaveNone(row: ElementwiseRow) {
        #expect(!row.apply(row.domains.map { _ in Tensor([1.0]).leaf }).requiresGrad)
    }

    /// As in PyTorch 2.13: infinite at the ends, NaN beyond.
    @Test func logitWhereItEnds() throws {
        let x = Tensor([-Double.infinity, -0.5, 0, 0.25, 1, 1.5, .infinity]).leaf
        try logit(x).sum().backward()
        let gradient = try #require(x.grad).elements
        #expect(gradient[2...4].elementsEqual([.infinity, 1 / 0.1875, .infinity]))
        #expect([0, 1, 5, 6].allSatisfy { gradient[$0].isNaN })
    }
}
