import Cusp
import Testing

/// Shapes of up to eight dimensions, in any order and with any of them stretched, against one loop over indices.
@Suite struct HighRankTests {
    /// A tensor of `shape`: its dimensions lie in memory in a random order, some with gaps, some backwards, some repeat.
    static func tensor(_ shape: [Int], _ dtype: DType, _ random: inout SeededGenerator) -> Tensor {
        let order = Array(shape.indices).shuffled(using: &random)
        let ways = shape.indices.map { _ in random.below(6) }
        // The size of each dimension in memory.
        let sizes = shape.indices.map { ways[$0] == 0 ? 1 : ways[$0] == 1 ? 2 * shape[$0] : shape[$0] }
        let memory = order.map { sizes[$0] }
        var x = Tensor(Domain.small.samples(memory.reduce(1, *), &random), memory, dtype)
        x = x.transposed(shape.indices.map { order.firstIndex(of: $0)! })
        for dim in shape.indices {
            switch ways[dim] {
            case 1: x = x.sliced(dim: dim, from: random.below(2) * min(shape[dim], 1), count: shape[dim], step: 2)
            case 2: x = x.flipped(dim: dim)
            default: break
            }
        }
        return x.expanded(to: Shape(shape))
    }

    @Test(arguments: 0..<60)
    func elementwise(seed: Int) {
        var random = SeededGenerator(seed: 300 + seed)
        let shape = (0..<random.below(9)).map { _ in [1, 2, 2, 3][random.below(4)] }
        let dtype = [DType.float32, .float64, .int32, .int64][random.below(4)]
        let (a, b) = (Self.tensor(shape, dtype, &random), Self.tensor(shape, dtype, &random))
        // The second may be smaller.
        let part = b.part(shape.prefix(4).map { _ in random.below(3) == 0 ? .range(from: 0, to: 1, step: 1) : .all })
        let full = part.expanded(to: Shape(shape))
        #expect((a * part + 1).elements == zip(a.elements, full.elements).map { $0 * $1 + 1 }, "\(shape)")
        #expect((part .> a).elements == zip(a.elements, full.elements).map { $1 > $0 ? 1 : 0 }, "\(shape)")
        #expect(a.contiguous().elements == a.elements && a.array(of: Double.self) == a.elements, "\(shape)")
        #expect(a.reshaped([-1]).elements == a.elements)
    }

    @Test(arguments: 0..<60)
    func reductions(seed: Int) {
        var random = SeededGenerator(seed: 400 + seed)
        let shape = (0..<(1 + random.below(6))).map { _ in [0, 1, 2, 3, 4][(1 + random.below(9)) / 2] }
        let x = Self.tensor(shape, .float64, &random)
        let dims = shape.indices.filter { _ in random.below(2) == 0 }
        for row in ReductionRow.all where !row.needsElements || !shape.contains(0) {
            let dims = row.position ? [random.below(shape.count)] : dims
            #expect(row.problem(row.apply(x, dims, false), x, dims, false) == nil, "\(shape) over \(dims)")
        }
        for row in RowFunction.all {
            let dim = random.below(shape.count)
            #expect(row.problem(row.apply(x, dim), x, dim) == nil, "\(shape) over \(dim)")
        }
    }

    /// Enough elements for several threads; the same bits as from contiguous operands.
    @Test func large() {
        var random = RandomStream(seed: 5)
        let x = random.normal([900, 700])
        let ways: [(String, Tensor)] = [
            ("transposed", x.transposed().contiguous().transposed()),
            ("backwards", x[.stride(by: -1), .stride(by: -1)].contiguous()[.stride(by: -1), .stride(by: -1)]),
            ("every second", stack([x, x * 0], dim: 2).reshaped([900, 1400])[.all, .stride(by: 2)]),
        ]
        let row = x[3]
        for (name, y) in ways {
            #expect(y.floats == x.floats, "\(name)")
            #expect((tanh(y) * row + y).floats == (tanh(x) * row + x).floats, "\(name)")
            #expect((y * y.transposed().transposed()).floats == (x * x).floats, "\(name)")
            var z = y
            z *= row
            #expect(z.floats == (x * row).floats, "\(name) in place")
            // The order of a sum is that of the memory.
            #expect(abs(y.sum(dim: 1) - x.sum(dim: 1)).max().item(as: Float.self) < 1e-3, "\(name)")
            #expect(y.max(dim: 0).floats == x.max(dim: 0).floats, "\(name)")
            #expect(abs(y.softmax(dim: 0) - x.softmax(dim: 0)).max().item(as: Float.self) < 1e-7, "\(name)")
            #expect(abs(matmul(y, row) - matmul(x, row)).max().item(as: Float.self) < 1e-2, "\(name)")
        }
    }
}
