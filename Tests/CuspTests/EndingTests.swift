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

    /// A reduction as an ending of the function, and after it.
    struct Ending: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let fused: @Sendable (Tensor, Tensor, [Int]?, Bool) -> Tensor
        let plain: @Sendable (Tensor, [Int]?, Bool) -> Tensor
    }

    static let endings = [
        Ending(testDescription: "sum") {
            function.sum($0, $1, dims: $2, keepDim: $3)
        } plain: {
            $0.sum(dims: $1, keepDim: $2)
        },
        Ending(testDescription: "mean") {
            function.mean($0, $1, dims: $2, keepDim: $3)
        } plain: {
            $0.mean(dims: $1, keepDim: $2)
        },
        Ending(testDescription: "max") {
            function.max($0, $1, dims: $2, keepDim: $3)
        } plain: {
            $0.max(dims: $1, keepDim: $2)
        },
        Ending(testDescription: "min") {
            function.min($0, $1, dims: $2, keepDim: $3)
        } plain: {
            $0.min(dims: $1, keepDim: $2)
        },
        Ending(testDescription: "logSumExp") {
            function.logSumExp($0, $1, dims: $2, keepDim: $3)
        } plain: {
            $0.logSumExp(dims: $1, keepDim: $2)
        },
    ]

    @Test(arguments: cases, endings) func reduced(c: Case, ending: Ending) throws {
        for keepDim in [false, true] { try check(c, ending, keepDim) }
    }

    private func check(_ c: Case, _ ending: Ending, _ keepDim: Bool) throws {
        var random = RandomStream(seed: 11)
        var x = random.normal(c.x, dtype: .float64)
        var y = random.normal(c.y, dtype: .float64)
        x.requiresGrad = true
        y.requiresGrad = true
        let values = Self.function(x, y)
        let hasNone = values.elementCount == 0 && ["max", "min"].contains(ending.testDescription)
        if hasNone && (c.dims ?? Array(c.x.indices)).contains(where: { c.x[$0] == 0 }) { return }
        let fused = ending.fused(x, y, c.dims, keepDim)
        let plain = ending.plain(values, c.dims, keepDim)
        #expect(fused.shape == plain.shape && close(fused, plain))

        let seed = random.normal(plain.shape, dtype: .float64)
        let first = try gradients(of: [fused], at: [x, y], with: [seed], createGraph: true)
        let expected = try gradients(of: [plain], at: [x, y], with: [seed], createGraph: true)
        for (a, b) in zip(first, expected) { #expect(a!.shape == b!.shape && close(a!, b!)) }
        let second = try gradients(of: [(first[0]! * first[0]!).sum() + first[1]!.sum()], at: [x, y])
        let both = try gradients(of: [(expected[0]! * expected[0]!).sum() + expected[1]!.sum()], at: [x, y])
        for (a, b) in zip(second, both) { #expect(close(a!, b!)) }
    }

    /// The gradient that arrives at a sum decides whether those computed along with it are right.
    @Test func arrivingGradients() throws {
        let f = Pointwise { x, y in sigmoid(x * y) * x }
        var random = RandomStream(seed: 13)
        let (x, y) = (random.normal([70, 90]).leaf, random.normal([70, 90]).leaf)
        let uneven = random.normal([90])
        for round in 0..<3 {
            for scale in [1, 1, 3, 3, 0.5, 0] {
                try same([f.sum(x, y) * scale], [f(x, y).sum() * scale], "\(scale) in round \(round)")
                try same([(f.sum(x, y, dims: [0]) * scale).sum()], [(f(x, y).sum(dim: 0) * scale).sum()], "\(scale)")
            }
            try same([f.mean(x, y)], [f(x, y).mean()], "mean")
            try same([(f.sum(x, y, dims: [0]) * uneven).sum()], [(f(x, y).sum(dim: 0) * uneven).sum()], "uneven")
        }
        func same(_ a: [Tensor], _ b: [Tensor], _ label: String) throws {
            let first = try gradients(of: a, at: [x, y])
            let second = try gradients(of: b, at: [x, y])
            for (a, b) in zip(first, second) { #expect(a!.bits == b!.bits, "\(label)") }
        }
    }

    @Test func backwardTwice() throws {
        let f = Pointwise { x in x * x * x }
        let x = Tensor([1, 2]).leaf
        let y = f.sum(x)
        try y.backward(retainGraph: true)
        try y.backward()
        #expect(x.grad?.floats == [6, 24])
        #expect(throws: (any Error).self) { try y.backward() }
    }

    @Test func tiesAndNaN() throws {
        let f = Pointwise { x in x * 2 }
        let x = Tensor([[1, 3, 3], [2, 2, 2]]).leaf
        try f.max(x, dims: [1]).sum().backward()
        #expect(x.grad?.floats == [0, 1, 1, Float(2) / 3, Float(2) / 3, Float(2) / 3])
        x.grad = nil
        try f.min(x).backward()
        #expect(x.grad?.floats == [1, 0, 0, 0, 0, 0].map { $0 * 2 })
        let holes = Tensor([1, .nan, 5] as [Float]).leaf
        let y = f.max(holes)
        try y.backward()
        #expect(y.floats[0].isNaN && holes.grad?.floats == [0, 2, 0])
        #expect(throws: TensorError.self) { try Tensor.checked { f.max(Tensor.zeros([0])) } }
    }

    @Test(arguments: KinkPolicy.allCases) func nothingButMinusInfinity(policy: KinkPolicy) throws {
        try policy.use {
            let x = Tensor([-.infinity, -.infinity] as [Float]).leaf
            let y = Pointwise { x in x + 1 }.logSumExp(x)
            try y.backward()
            #expect(y.floats == [-.infinity] && x.grad!.floats.allSatisfy { policy == .legacy ? $0.isNaN : $0 == 0 })
        }
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
            $0 == $1 || abs($0 - $1) <= tolerance * (1 + abs($1)) || ($0.isNaN && $1.isNaN)
        }
    }
}
