import Cusp
import Testing

/// One pointwise function and the same expression op by op: value, gradient and second gradient agree.
@Suite struct RandomProgramTests {
    @Test(arguments: 0..<150)
    func fusedIsAsEager(seed: Int) throws {
        let program = RandomProgram(seed: seed)
        let fused = Pointwise { a, b, c in program([a, b, c]) }
        var random = SeededGenerator(seed: seed)
        let operands = (0..<3).map { _ in
            Arrangement.allCases.randomElement(using: &random)!.tensor(3, 5, .float64, .range(-1.5, 1.5), &random)
        }
        let whole = [Tensor(Domain.range(-1, 1).samples(15, &random), [3, 5], .float64)] + operands.dropFirst()
        let one = try Derivatives(whole, seed) { fused($0[0], $0[1], $0[2]) }
        let many = try Derivatives(whole, seed) { program($0) }
        #expect(one.value.bits == many.value.bits, "\(program)")
        for (a, b) in zip(one.all, many.all) { #expect(Self.agree(a, b), "\(a) \(b) \(program)") }

        // The same bits where it runs in place.
        var x = whole[0]
        withoutGradients { x.apply(fused, whole[1], whole[2]) }
        #expect(x.bits == one.value.bits, "in place: \(program)")
    }

    @Test(arguments: 0..<40)
    func againstDifferences(seed: Int) throws {
        let program = RandomProgram(seed: 1000 + seed)
        let fused = Pointwise { a, b, c in program([a, b, c]) }
        var random = SeededGenerator(seed: seed)
        let operands = (0..<3).map { _ in Tensor(Domain.range(-1.5, 1.5).samples(2, &random), [2], .float64) }
        // A kink is hit now and then: then another point is asked.
        var problem: String?
        for attempt in 0..<4 {
            let check = GradientCheck(seed: attempt)
            let moved = operands.map { $0 + 0.05 * Double(attempt) }
            problem = try check.first({ fused($0[0], $0[1], $0[2]) }, moved)
            if problem == nil { break }
        }
        #expect(problem == nil, "\(program)")
    }

    /// The value, its gradients, and the gradients of a function of those.
    struct Derivatives {
        let value: Tensor
        var all: [Tensor] = []

        init(_ operands: [Tensor], _ seed: Int, _ f: ([Tensor]) -> Tensor) throws {
            let leaves = operands.map(\.leaf)
            let y = f(leaves)
            value = y.detached()
            var random = SeededGenerator(seed: seed)
            let w = Tensor(Domain.range(-1, 1).samples(y.elementCount, &random), Array(y.shape), .float64)
            let first = try gradients(of: [y], at: leaves, with: [w], createGraph: true, allowUnused: true).map { $0! }
            all = first
            let sum = first.reduce(Tensor(0.0)) { $0 + sigmoid($1).sum() }
            all += try gradients(of: [sum], at: leaves, allowUnused: true).map { $0! }
        }
    }

    static func agree(_ a: Tensor, _ b: Tensor) -> Bool {
        a.shape == b.shape && zip(a.elements, b.elements).allSatisfy { abs($0 - $1) <= 1e-11 * (1 + abs($1)) }
    }

    @Test func theRulerMeasures() {
        let x = Tensor([1, 2])
        #expect(Self.agree(x, x) && !Self.agree(x, x * 1.0001) && !Self.agree(x, x * Double.nan))
        #expect(!Self.agree(x, x.reshaped([2, 1])))
    }
}
