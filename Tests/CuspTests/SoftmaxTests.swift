import Cusp
import Foundation
import Testing

/// Functions from a row of numbers to a row of as many.
struct RowFunction: Sendable, CustomTestStringConvertible {
    let name: String
    let apply: @Sendable (Tensor, Int) -> Tensor
    let reference: @Sendable ([Double]) -> [Double]
    var testDescription: String { name }

    static let all: [RowFunction] = [
        .init(
            name: "softmax", apply: { $0.softmax(dim: $1) },
            reference: { x in
                let total = x.reduce(0) { $0 + exp($1) }
                return x.map { exp($0) / total }
            }),
        .init(
            name: "logSoftmax", apply: { $0.logSoftmax(dim: $1) },
            reference: { x in
                let total = log(x.reduce(0) { $0 + exp($1) })
                return x.map { $0 - total }
            }),
        .init(
            name: "cumulativeSum", apply: { $0.cumulativeSum(dim: $1) },
            reference: { x in x.indices.map { x[...$0].reduce(0, +) } }),
    ]

    /// What is wrong with `result`, or nil.
    func problem(_ result: Tensor, _ x: Tensor, _ dim: Int) -> String? {
        guard result.shape == x.shape, result.dtype == x.dtype else {
            return "\(result.dtype) of shape \(result.shape)"
        }
        var rows: [[Int]: [Double]] = [:]
        var found: [[Int]: [Double]] = [:]
        for ((index, value), got) in zip(zip(indices(Array(x.shape)), x.elements), result.elements) {
            var key = index
            if !key.isEmpty { key[dim] = 0 }
            rows[key, default: []].append(value)
            found[key, default: []].append(got)
        }
        for (key, row) in rows {
            let tolerance = (x.dtype == .float64 ? 1e-15 : 3e-7) * (4 + row.reduce(0) { $0 + $1.magnitude })
            for (got, expected) in zip(found[key]!, reference(row)) where !((got - expected).magnitude <= tolerance) {
                return "\(name) of \(row) has \(got), not \(expected)"
            }
        }
        return nil
    }
}

@Suite struct SoftmaxTests {
    @Test(arguments: RowFunction.all, [DType.float32, .float64])
    func everyDimension(row: RowFunction, dtype: DType) {
        var random = SeededGenerator(seed: 20)
        for shape in [[2, 3, 4], [1, 5], [9], [3, 0, 2]] {
            for (name, x) in everyView(shape, dtype, .range(-3, 3), &random) {
                for dim in shape.indices {
                    #expect(row.problem(row.apply(x, dim), x, dim) == nil, "\(name) \(shape) over \(dim)")
                    #expect(row.apply(x, dim - shape.count).bits == row.apply(x, dim).bits)
                }
            }
        }
    }

    @Test(arguments: RowFunction.all, [DType.float32, .float64])
    func everyLength(row: RowFunction, dtype: DType) {
        var random = SeededGenerator(seed: 21)
        for length in Array(0...40) + [513, 2000] {
            for (shape, dim) in [([length], 0), ([length, 3], 0), ([3, length], 1)] {
                let x = everyView(shape, dtype, .range(-3, 3), &random).randomElement(using: &random)!.tensor
                #expect(row.problem(row.apply(x, dim), x, dim) == nil, "\(shape) over \(dim)")
            }
        }
    }

    @Test(arguments: RowFunction.all)
    func gradients(row: RowFunction) throws {
        var random = SeededGenerator(seed: 22)
        for (name, x) in everyView([2, 3, 2], .float64, .range(-2, 2), &random) {
            for dim in 0..<3 {
                let problem = try GradientCheck(seed: 23).one {
                    row.apply($0, dim)
                } at: {
                    x
                }
                #expect(problem == nil, "\(name) over \(dim)")
            }
        }
    }

    @Test func ofOneElement() throws {
        let x = Tensor(2.0)
        #expect(x.softmax(dim: 0).elements == [1] && x.logSoftmax(dim: -1).elements == [0])
        #expect(x.cumulativeSum(dim: 0).elements == [2])
        for row in RowFunction.all {
            #expect(
                try GradientCheck(seed: 24).one {
                    row.apply($0, 0)
                } at: {
                    x
                } == nil, "\(row.name)")
        }
    }

    @Test func largeAndInfinite() {
        let large = Tensor([1000, 1000, 999])
        #expect(large.softmax(dim: 0).sum().item() == Float(1))
        #expect(abs(large.logSumExp().item(as: Double.self) - 1000.861_995) < 1e-3)
        #expect(Tensor([-.infinity, 0] as [Float]).softmax(dim: 0).floats == [0, 1])
        #expect(Tensor([-.infinity, 0] as [Float]).logSoftmax(dim: 0).floats == [-.infinity, 0])
        #expect(Tensor([-.infinity, -.infinity] as [Float]).logSumExp().item() == -Float.infinity)
        #expect(Tensor([.infinity, 1] as [Float]).logSumExp().item() == Float.infinity)
        #expect(Tensor([.nan, 1] as [Float]).logSumExp().item(as: Float.self).isNaN)
    }

    /// The gradient is right to a few units in the last place even where the rounding of the result is far more than that.
    @Test(arguments: [0, 100, 1e4, -1e4, 1e6] as [Double], [5, 100])
    func gradientOfLarge(offset: Double, count: Int) throws {
        var random = SeededGenerator(seed: 25)
        // Numbers that float32 holds exactly at each offset.
        let x = (0..<2 * count).map { _ in offset + Double(random.below(160)) / 16 }
        let leaf = Tensor(x, [2, count], .float32).leaf
        try leaf.logSumExp(dim: 1).sum().backward()
        for row in 0..<2 {
            let row = row * count..<(row + 1) * count
            let sum = x[row].reduce(0) { $0 + Foundation.exp($1 - offset) }
            for i in row {
                let exact = Foundation.exp(x[i] - offset) / sum
                #expect(ulps(leaf.grad!.elements[i], exact, .float32) <= 6)
            }
        }
    }

    @Test func integersBecomeFloats() {
        #expect(Tensor([1, 1], dtype: .int64).softmax(dim: 0).dtype == .float32)
        #expect(Tensor([true, true, false]).cumulativeSum(dim: 0).array(of: Int.self) == [1, 2, 2])
        #expect(Tensor([true]).cumulativeSum(dim: 0).dtype == .int64)
    }

    @Test func theRulerMeasures() {
        let x = Tensor([0.5, 1, 2])
        let softmax = RowFunction.all[0]
        #expect(softmax.problem(x.softmax(dim: 0), x, 0) == nil)
        #expect(softmax.problem(x.softmax(dim: 0) * 1.00001, x, 0) != nil)
        #expect(softmax.problem(Tensor.zeros([3]), x, 0) != nil)
        #expect(softmax.problem(x.softmax(dim: 0) / Tensor.zeros([3]), x, 0) != nil)
    }
}
