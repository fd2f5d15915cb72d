import Cusp
import Testing

/// Functions that end in a reduction agree with the function followed by the reduction, in value and in gradients.
@Suite struct EndingTests {
    static let function = Pointwise { x, y in sigmoid(x * y) + x * 0.25 }

    struct Case: CustomTestStringConvertible {
        let x: Shape, y: Shape
        let dims: [Int]?
        var testDescription: String { "\(x) with \(y) over \(dims.map { "\($0)" } ?? "all")" }
    }

    static let cases: [Case] = [
        .init(x: [5], y: [5], dims: nil), .init(x: [], y: [], dims: nil), .init(x: [10_000], y: [], dims: nil),
        .init(x: [3, 5000], y: [5000], dims: [1]), .init(x: [3, 5000], y: [3, 1], dims: [0]),
        .init(x: [700, 6], y: [700, 6], dims: [1]), .init(x: [700, 6], y: [6], dims: [-1]),
        .init(x: [4, 1, 7], y: [1, 9, 7], dims: [0, 2]), .init(x: [4, 1, 7], y: [9, 1], dims: [1]),
        .init(x: [2, 3, 4, 5], y: [4, 1], dims: [1, 2]), .init(x: [70, 80, 3], y: [70, 80, 1], dims: nil),
        .init(x: [0, 3], y: [3], dims: [0]), .init(x: [3, 0], y: [1], dims: nil), .init(x: [6], y: [6], dims: []),
        .init(x: [1, 1, 1, 1, 1, 1, 2, 3], y: [3], dims: [7]),
    ]

    @Test(arguments: cases, [false, true]) func sums(c: Case, keepDim: Bool) throws {
        var random = RandomStream(seed: 11)
        var x = random.normal(c.x, dtype: .float64)
        var y = random.normal(c.y, dtype: .float64)
        x.requiresGrad = true
        y.requiresGrad = true
        let fused = Self.function.sum(x, y, dims: c.dims, keepDim: keepDim)
        let plain = Self.function(x, y).sum(dims: c.dims, keepDim: keepDim)
        #expect(fused.shape == plain.shape && close(fused, plain))
        #expect(close(Self.function.mean(x, y, dims: c.dims), Self.function(x, y).mean(dims: c.dims)))

        let seed = random.normal(plain.shape, dtype: .float64)
        let first = try gradients(of: [fused], at: [x, y], with: [seed], createGraph: true)
        let expected = try gradients(of: [plain], at: [x, y], with: [seed], createGraph: true)
        for (a, b) in zip(first, expected) { #expect(a!.shape == b!.shape && close(a!, b!)) }
        let second = try gradients(of: [(first[0]! * first[0]!).sum() + first[1]!.sum()], at: [x, y])
        let both = try gradients(of: [(expected[0]! * expected[0]!).sum() + expected[1]!.sum()], at: [x, y])
        for (a, b) in zip(second, both) { #expect(close(a!, b!)) }
    }

    @Test func views() {
        var random = RandomStream(seed: 12)
        let x = random.normal([60, 90])
        let y = random.normal([90, 60])
        for (a, b) in [(x.transposed(), y), (x[.stride(by: 2)].transposed(), y[.all, .stride(by: -2)])] {
            for dims in [nil, [0], [1]] as [[Int]?] {
                #expect(close(Self.function.sum(a, b, dims: dims), Self.function(a, b).sum(dims: dims), 1e-5))
            }
        }
    }

    @Test func otherTypes() throws {
        let count = Pointwise { x in x .> 1 }
        #expect(count.sum(Tensor([1, 2, 3])).item(as: Int.self) == 2)
        #expect(Pointwise { x in x * 2 }.sum(Tensor([1, 2, 3] as [Int])).dtype == .int64)
        #expect(throws: TensorError.self) { try Tensor.checked { Self.function.sum(Tensor([1])) } }
        #expect(throws: TensorError.self) { try Tensor.checked { Self.function.sum(Tensor([1]), 2, dims: [4]) } }
    }

    private func close(_ a: Tensor, _ b: Tensor, _ tolerance: Double = 1e-12) -> Bool {
        zip(a.array(of: Double.self), b.array(of: Double.self)).allSatisfy {
            abs($0 - $1) <= tolerance * (1 + abs($1)) || ($0.isNaN && $1.isNaN)
        }
    }
}
