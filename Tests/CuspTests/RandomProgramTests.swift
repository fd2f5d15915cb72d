import Cusp
import Testing

/// One pointwise function and the same expression operation by operation: value, gradient and second gradient agree.
@Suite struct RandomProgramTests {
    /// Programs of each kind: thousands where they are fast.
    static let count = isDebug ? 150 : 2000
    private static let isDebug = _isDebugAssertConfiguration()
    private static let shapes = [(3, 5), (1, 1), (0, 4), (7, 1), (33, 40)]

    @Test(arguments: [RandomProgram.Kind.smooth, .wild, .mixed], 0..<8)
    func fusedIsAsEager(kind: RandomProgram.Kind, part: Int) throws {
        for seed in stride(from: part, to: Self.count, by: 8) {
            let program = RandomProgram(seed: seed, kind)
            let fused = PointwiseFunction("random", arity: program.arity) { program($0) }
            let (rows, columns) = Self.shapes[seed % 17 == 0 ? 4 : seed % 4]
            let operands = program.operands(rows, columns)
            let shape = try operands.reduce(Shape()) { try Shape.broadcast($0, $1.shape, for: "random") }
            let one = try Derivatives(operands, seed) { fused.results($0.map(\.operand)) }
            let many = try Derivatives(operands, seed) { program($0).map { $0.expanded(to: shape) } }
            for (a, b) in zip(one.values, many.values) { #expect(sameNumbers(a, b), "value \(a) \(b) \(program)") }
            for (a, b) in zip(one.first, many.first) {
                #expect(Self.agree(a, b, kind), "gradient \(a) \(b) \(program)")
            }
            for (a, b) in zip(one.second, many.second) {
                #expect(Self.agree(a, b, kind), "second gradient \(a) \(b) \(program)")
            }
        }
    }

    /// In place, and reduced in the same pass.
    @Test(arguments: [RandomProgram.Kind.smooth, .mixed], 0..<4)
    func inPlaceAndReduced(kind: RandomProgram.Kind, part: Int) throws {
        for seed in stride(from: part, to: Self.count / 2, by: 4) {
            let program = RandomProgram(seed: 100_000 + seed, kind, arity: 3)
            let fused = Pointwise { a, b, c in program([a, b, c])[0] }
            let (rows, columns) = Self.shapes[seed % 2]
            let x = program.operands(rows, columns, firstIsFull: true)
            let value = program(x)[0].expanded(to: [rows, columns])
            if x[0].dtype.isFloatingPoint || !value.dtype.isFloatingPoint {
                var y = x[0]
                y.apply(fused, x[1], x[2])
                #expect(sameNumbers(y, value.asType(y.dtype)), "in place: \(program)")
            }
            let (sum, exact) = (fused.sum(x[0], x[1], x[2], dims: [0]), value.sum(dims: [0]))
            #expect(Self.agree(sum, exact, kind), "sum: \(program)")
            #expect(sameNumbers(fused.max(x[0], x[1], x[2]), value.max()), "max: \(program)")
            let leaves = x.map { $0.dtype.isFloatingPoint ? $0.leaf : $0 }.filter(\.requiresGrad)
            guard !leaves.isEmpty, value.dtype.isFloatingPoint else { continue }
            var next = 0
            let operands = x.map { tensor in
                guard tensor.dtype.isFloatingPoint else { return tensor }
                next += 1
                return leaves[next - 1]
            }
            let one = fused.sum(operands[0], operands[1], operands[2])
            let many = program(operands)[0].expanded(to: [rows, columns]).sum()
            guard one.requiresGrad && many.requiresGrad else { continue }
            let a = try gradients(of: [one], at: leaves, allowUnused: true)
            let b = try gradients(of: [many], at: leaves, allowUnused: true)
            for (leaf, (a, b)) in zip(leaves, zip(a, b)) {
                let zero = Tensor.zeros(leaf.shape, dtype: leaf.dtype)
                #expect(Self.agree(a ?? zero, b ?? zero, kind), "gradient of a sum: \(program)")
            }
        }
    }

    @Test(arguments: 0..<40)
    func againstDifferences(seed: Int) throws {
        let program = RandomProgram(seed: 1000 + seed, .smooth, arity: 3)
        let fused = Pointwise { a, b, c in program([a, b, c])[0] + 0.25 * (a * a + b * b + c * c) }
        var random = SeededGenerator(seed: seed)
        let operands = (0..<3).map { _ in Tensor(Domain.range(-1.5, 1.5).samples(2, &random), [2], .float64) }
        // Slopes by decree are not those of the values.
        guard !"\(program)".contains("heaviside") && !"\(program)".contains("straightThrough") else { return }
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

    /// The values, their gradients, and the gradients of a function of those.
    struct Derivatives {
        let values: [Tensor]
        private(set) var first: [Tensor] = []
        private(set) var second: [Tensor] = []

        init(_ operands: [Tensor], _ seed: Int, _ f: ([Tensor]) -> [Tensor]) throws {
            let operands = operands.map { $0.dtype.isFloatingPoint ? $0.leaf : $0 }
            let leaves = operands.filter(\.requiresGrad)
            let results = f(operands)
            values = results.map { $0.detached() }
            var random = SeededGenerator(seed: seed)
            let weights = results.map { y in
                Tensor(Domain.range(-1, 1).samples(y.elementCount, &random), Array(y.shape), y.dtype)
            }
            // Number for number the same, so that both ask the same of a result that nothing depends on.
            let asked = zip(results, weights).filter { $0.0.requiresGrad }
            guard !asked.isEmpty else { return }
            first = try Self.gradients(asked.map { ($0.0 * $0.1).sum() }, leaves, createGraph: true)
            let sums = first.filter(\.requiresGrad).map { sigmoid($0).sum() }
            if !sums.isEmpty { second = try Self.gradients(sums, leaves, createGraph: false) }
        }

        private static func gradients(
            _ results: [Tensor], _ leaves: [Tensor], createGraph: Bool
        ) throws -> [Tensor] {
            let found = try Cusp.gradients(of: results, at: leaves, createGraph: createGraph, allowUnused: true)
            return zip(found, leaves).map { $0 ?? Tensor.zeros($1.shape, dtype: $1.dtype) }
        }
    }

    /// Gradients are added in another order, in mixed types also rounded at other places; and where slopes are infinite, equal
    /// values that are written once add them up before they multiply.
    static func agree(_ a: Tensor, _ b: Tensor, _ kind: RandomProgram.Kind) -> Bool {
        guard a.shape == b.shape && a.dtype == b.dtype else { return false }
        let pairs = Array(zip(a.elements, b.elements))
        let largest = pairs.map { $0.1.magnitude }.filter(\.isFinite).max() ?? 0
        let tolerance = (kind == .mixed ? 2e-3 : 1e-9) * (1 + largest)
        return pairs.allSatisfy { a, b in
            a == b || a.isNaN && b.isNaN || (a - b).magnitude <= tolerance
                || kind == .wild && !(a.isFinite && b.isFinite)
        }
    }

    @Test func theRulerMeasures() {
        let x = Tensor([1, 2], dtype: .float64)
        #expect(Self.agree(x, x, .smooth) && !Self.agree(x, x * 1.0001, .smooth))
        #expect(!Self.agree(x, x * Double.nan, .smooth) && !Self.agree(x, x * 1.01, .mixed))
        #expect(!Self.agree(x, x.reshaped([2, 1]), .wild) && !Self.agree(x, x.asType(.float32), .wild))
        #expect(!sameNumbers(x, x * 1.0001) && !sameNumbers(x, x.asType(.float32)))
    }
}
