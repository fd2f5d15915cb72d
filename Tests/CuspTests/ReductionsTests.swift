import Cusp
import Foundation
import Testing

/// One reduction: what it does to a tensor over some dimensions, and what it should do to a list of numbers.
struct ReductionRow: Sendable, CustomTestStringConvertible {
    let name: String
    let apply: @Sendable (Tensor, [Int], Bool) -> Tensor
    let reference: @Sendable ([Double]) -> Double
    var position = false
    /// What it takes no elements for.
    var needsElements = false
    /// Whether every element adds to the error of the whole result.
    var isProduct = false

    var testDescription: String { name }

    static let all: [ReductionRow] = [
        .init(name: "sum", apply: { $0.sum(dims: $1, keepDim: $2) }, reference: { $0.reduce(0, +) }),
        .init(
            name: "mean", apply: { $0.mean(dims: $1, keepDim: $2) }, reference: { $0.reduce(0, +) / Double($0.count) }),
        .init(
            name: "max", apply: { $0.max(dims: $1, keepDim: $2) }, reference: { $0.max()! }, needsElements: true),
        .init(
            name: "min", apply: { $0.min(dims: $1, keepDim: $2) }, reference: { $0.min()! }, needsElements: true),
        .init(
            name: "logSumExp", apply: { $0.logSumExp(dims: $1, keepDim: $2) },
            reference: { x in
                let largest = x.max() ?? 0
                return largest + log(x.reduce(0) { $0 + exp($1 - largest) })
            }),
        .init(
            name: "product", apply: { $0.product(dims: $1, keepDim: $2) }, reference: { $0.reduce(1, *) },
            isProduct: true),
        .init(
            name: "variance", apply: { $0.variance(dims: $1, correction: 0, keepDim: $2) }, reference: variance),
        .init(
            name: "standardDeviation", apply: { $0.standardDeviation(dims: $1, correction: 0, keepDim: $2) },
            reference: { sqrt(variance($0)) }),
        .init(
            name: "norm", apply: { $0.norm(dims: $1, keepDim: $2) },
            reference: { sqrt($0.reduce(0) { $0 + $1 * $1 }) }),
        .init(
            name: "norm(3)", apply: { $0.norm(3, dims: $1, keepDim: $2) },
            reference: { cbrt($0.reduce(0) { $0 + pow(abs($1), 3) }) }),
        .init(
            name: "norm(-1)", apply: { $0.norm(-1, dims: $1, keepDim: $2) },
            reference: { 1 / $0.reduce(0) { $0 + 1 / abs($1) } }, needsElements: true),
        .init(
            name: "argmax", apply: { $0.argmax(dim: $1[0], keepDim: $2) },
            reference: { x in Double(x.firstIndex(of: x.max()!)!) }, position: true, needsElements: true),
        .init(
            name: "argmin", apply: { $0.argmin(dim: $1[0], keepDim: $2) },
            reference: { x in Double(x.firstIndex(of: x.min()!)!) }, position: true, needsElements: true),
    ]

    private static func variance(_ x: [Double]) -> Double {
        let mean = x.reduce(0, +) / Double(x.count)
        return x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    }

    /// The dimension sets that it can run over, of a tensor of this rank.
    func dimensions(_ rank: Int) -> [[Int]] {
        let sets = (0..<(1 << rank)).map { set in (0..<rank).filter { set >> $0 & 1 == 1 } }
        return position ? sets.filter { $0.count == 1 } : sets
    }

    /// What is wrong with `result`, or nil.
    func problem(_ result: Tensor, _ x: Tensor, _ dims: [Int], _ keepDim: Bool) -> String? {
        let shape = Array(x.shape)
        let kept = shape.indices.map { dims.contains($0) ? 1 : shape[$0] }
        let expectedShape = keepDim ? kept : shape.indices.filter { !dims.contains($0) }.map { shape[$0] }
        guard Array(result.shape) == expectedShape else { return "the shape is \(result.shape), not \(expectedShape)" }
        guard result.dtype == (position ? .int64 : x.dtype) else { return "the type is \(result.dtype)" }
        var groups = [[Double]](repeating: [], count: kept.reduce(1, *))
        for (index, value) in zip(indices(shape), x.elements) {
            groups[place(index.indices.map { dims.contains($0) ? 0 : index[$0] }, in: kept)].append(value)
        }
        for (value, group) in zip(result.elements, groups) {
            let expected = reference(group)
            let size =
                isProduct
                ? expected.magnitude * Double(group.count) + Double(Float.leastNormalMagnitude)
                : group.reduce(expected.isFinite ? expected.magnitude : 0) { $0 + $1.magnitude }
            let tolerance = size * (x.dtype == .float64 ? 1e-15 : 3e-7)
            if value == expected || value.isNaN && expected.isNaN || (value - expected).magnitude <= tolerance {
                continue
            }
            return "\(name) of \(group.count) elements is \(value), not \(expected)"
        }
        return nil
    }
}

@Suite struct ReductionsTests {
    @Test(arguments: ReductionRow.all, [DType.float32, .float64])
    func everyDimension(row: ReductionRow, dtype: DType) {
        var random = SeededGenerator(seed: 10)
        for shape in [[2, 3, 4], [1, 5, 1], [7], []] where !(row.position && shape.isEmpty) {
            for (name, x) in everyView(shape, dtype, .range(-2, 2), &random) {
                for dims in row.dimensions(shape.count) {
                    for keepDim in [false, true] {
                        let problem = row.problem(row.apply(x, dims, keepDim), x, dims, keepDim)
                        #expect(problem == nil, "\(name) \(shape) over \(dims)")
                        let fromBehind = dims.map { $0 - shape.count }
                        #expect(row.apply(x, fromBehind, keepDim).bits == row.apply(x, dims, keepDim).bits)
                    }
                }
            }
        }
    }

    @Test(arguments: ReductionRow.all, [DType.float32, .float64])
    func everyLength(row: ReductionRow, dtype: DType) {
        var random = SeededGenerator(seed: 11)
        for length in (row.needsElements ? 1 : 0)...40 {
            for (shape, dim) in [([length], 0), ([length, 3], 0), ([3, length], 1), ([2, length, 2], 1)] {
                let x = everyView(shape, dtype, .range(-2, 2), &random).randomElement(using: &random)!.tensor
                let problem = row.problem(row.apply(x, [dim], false), x, [dim], false)
                #expect(problem == nil, "\(shape) over \(dim)")
            }
        }
        for shape in [[5000], [3, 2000], [2000, 3], [1025], [130, 140]] {
            let x = Tensor(Domain.range(-1, 1).samples(shape.reduce(1, *), &random), shape, dtype)
            for dim in shape.indices {
                #expect(row.problem(row.apply(x, [dim], false), x, [dim], false) == nil, "\(shape) over \(dim)")
            }
        }
    }

    @Test(arguments: ReductionRow.all.filter { !$0.position })
    func gradients(row: ReductionRow) throws {
        var random = SeededGenerator(seed: 12)
        for (name, x) in everyView([2, 3, 2], .float64, .grid(moved: 0), &random) where name != "expanded" {
            // Distinct elements, so that the largest is far from being another one.
            let x = x + Tensor((0..<12).map { 0.01 * Double($0) }, [2, 3, 2], .float64)
            for dims in row.dimensions(3) {
                for keepDim in [false, true] {
                    let problem = try GradientCheck(seed: 13).one {
                        row.apply($0, dims, keepDim)
                    } at: {
                        x
                    }
                    #expect(problem == nil, "\(name) over \(dims)")
                }
            }
        }
    }

    @Test func ofNothing() throws {
        let x = Tensor.zeros([0, 3]).leaf
        #expect(x.sum().item() == Float(0) && x.sum(dim: 0).floats == [0, 0, 0] && x.sum(dim: 1).shape == [0])
        #expect(
            x.mean(dim: 0).floats.allSatisfy(\.isNaN)
                && x.logSumExp(dim: 0).floats == Array(repeating: -.infinity, count: 3))
        #expect(x.max(dim: 1).shape == [0] && x.argmax(dim: 1).shape == [0])
        try x.sum(dim: 0).sum().backward()
        #expect(x.grad?.shape == [0, 3])
        #expect(throws: TensorError.self) { try Tensor.checked { x.max() } }
        #expect(throws: TensorError.self) { try Tensor.checked { x.argmin(dim: 0) } }
        // Its strides are those of another shape.
        let turned = Tensor.zeros([3, 2, 0]).transposed(0, 1)
        #expect(turned.sum(dim: 2).floats == [0, 0, 0, 0, 0, 0] && turned.sum(dim: 1).shape == [2, 0])
        #expect(turned.softmax(dim: 2).shape == [2, 3, 0] && turned.cumulativeSum(dim: 0).shape == [2, 3, 0])
    }

    /// A mean of a million deviations costs no digits.
    @Test(arguments: [5, 300, 5000, 20_000])
    func variancesFarFromZero(count: Int) {
        var random = SeededGenerator(seed: 14)
        let (near, far) = (Domain.range(-1, 1).samples(count, &random), 1e6)
        let exact = Tensor(near, [count], .float64).variance().item(as: Double.self)
        let moved = Tensor(near.map { $0 + far }, [count], .float64)
        #expect(abs(moved.variance().item() - exact) < 1e-9 * exact)
        #expect(
            abs(
                moved.reshaped([count, 1]).expanded(to: [count, 20])
                    .variance(dim: 0)[7].item() - exact) < 1e-9 * exact)
        #expect(Tensor.full([count], 0.1).variance().item(as: Float.self) == 0)
        #expect(Tensor([1, 2], dtype: .int64).variance().item() == Float(0.5))
        #expect(
            Tensor([1]).variance().item(as: Float.self).isNaN && Tensor.zeros([0]).variance().item(as: Float.self).isNaN
        )
    }

    @Test func deviationOfEqualElementsHasGradientZero() throws {
        let x = Tensor([2, 2, 2]).leaf
        try (x.standardDeviation() + x.norm() * 0 + (x - 2).norm()).backward()
        #expect(x.grad?.floats == [0, 0, 0])
    }

    @Test func productsWithZeros() throws {
        let x = Tensor([2, 0, 3, 0.5]).leaf
        try x.product().backward()
        #expect(x.grad?.floats == [0, 3, 0, 0])
        let y = Tensor([0, 0, 5]).leaf
        try y.cumulativeProduct(dim: 0).sum().backward()
        #expect(y.grad?.floats == [1, 0, 0])
        #expect(Tensor([3, 4], dtype: .uint8).product().item() == 12)
        #expect(Tensor([2, 3, 4], dtype: .int32).cumulativeProduct(dim: 0).array(of: Int.self) == [2, 6, 24])
        for type in [DType.bool, .uint8, .int32] {
            #expect(Tensor([], dtype: type).cumulativeProduct(dim: 0).dtype == .int64)
            #expect(Tensor(1).asType(type).cumulativeProduct(dim: -1).dtype == .int64)
        }
    }

    @Test func productsWithInfinities() throws {
        let x = Tensor([.infinity, -2, 3] as [Double]).leaf
        let y = x.cumulativeProduct(dim: 0)
        #expect(y.elements == [.infinity, -.infinity, -.infinity])
        #expect(Tensor([-0.0, 2] as [Float]).cumulativeProduct(dim: 0).bits == Tensor([-0.0, -0.0] as [Float]).bits)
        // 1 + (-2) + (-2) 3, (1 + 3) inf, inf (-2)
        try y.sum().backward()
        #expect(x.grad?.elements == [-7, .infinity, -.infinity])
        // What is behind may be infinite, too: 1 + inf, 2 (1 + 3), 2 inf
        let z = Tensor([2, .infinity, 3] as [Float]).leaf
        try z.cumulativeProduct(dim: 0).sum().backward()
        #expect(z.grad?.floats == [.infinity, 8, .infinity])
    }

    @Test func notANumber() {
        let x = Tensor([[1, .nan, 3], [4, 5, 6]] as [[Float]])
        #expect(x.max(dim: 1).bits == Tensor([Float.nan, 6]).bits && x.min(dim: 1).floats[1] == 4)
        #expect(x.argmax(dim: 1).array(of: Int.self) == [1, 2] && x.argmin(dim: 1).array(of: Int.self) == [1, 0])
        #expect(x.max().item(as: Float.self).isNaN && x.sum().item(as: Float.self).isNaN)
        #expect(Tensor([1, 3, 3, 1]).argmax(dim: 0).item() == 1 && Tensor([3, 1, 1]).argmin(dim: 0).item() == 1)
    }

    @Test func integers() {
        let x = Tensor([[1, 2], [3, 4]], dtype: .int32)
        #expect(x.sum().dtype == .int64 && x.sum(dim: 0).array(of: Int.self) == [4, 6])
        #expect(x.mean().dtype == .float32 && x.mean().item() == Float(2.5))
        #expect(x.max().dtype == .int32 && x.max(dim: 1).array(of: Int.self) == [2, 4])
        #expect(Tensor([true, false, true]).sum().item() == 2)
        #expect(Tensor([200, 100], dtype: .uint8).sum().item() == 300)
        #expect(Tensor([1 << 53, 1] as [Int]).sum().item() == 1 << 53 + 1)
        #expect(Tensor([200, 100], dtype: .uint8).max().item(as: Int.self) == 200)
    }

    @Test func theRulerMeasures() throws {
        let row = try #require(ReductionRow.all.first { $0.name == "sum" })
        let x = Tensor([[1, 2], [3, 4]])
        #expect(row.problem(x.sum(dim: 0), x, [0], false) == nil)
        #expect(row.problem(x.sum(dim: 1), x, [0], false) != nil)
        #expect(row.problem(x.sum(dim: 0, keepDim: true), x, [0], false) != nil)
        #expect(row.problem(x.sum(dim: 0) * 1.00001, x, [0], false) != nil)
        #expect(row.problem(x.sum(dim: 0).asType(.float64), x, [0], false) != nil)
    }
}
