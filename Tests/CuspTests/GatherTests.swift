import Cusp
import Testing

/// gather, scatter and their kin against loops over indices.
@Suite struct GatherTests {
    /// Source shape, index shape, dimension.
    static let shapes: [(source: [Int], index: [Int], dim: Int)] = [
        ([5], [3], 0), ([5], [0], 0), ([4, 3], [2, 3], 0), ([4, 3], [4, 7], 1), ([4, 3], [2, 2], -1),
        ([2, 5, 3], [2, 4, 3], 1),
        ([2, 5, 3], [1, 9, 2], 1), ([2, 3, 4], [2, 3, 4], 0), ([6, 1], [3, 1], 0), ([2, 0], [2, 0], 0),
    ]

    private func positions(_ shape: [Int], below limit: Int, _ random: inout SeededGenerator) -> Tensor {
        let numbers = (0..<shape.reduce(1, *)).map { _ in random.below(2 * limit) - limit }
        return Tensor(numbers, shape: Shape(shape))
    }

    @Test(arguments: shapes)
    func eachElement(shape: [Int], indexShape: [Int], dim: Int) throws {
        var random = SeededGenerator(seed: 70)
        let position = dim < 0 ? dim + shape.count : dim
        for (name, x) in everyView(shape, .float64, .range(-1, 1), &random) {
            let index = positions(indexShape, below: Swift.max(shape[position], 1), &random)
            let numbers = index.array(of: Int.self)
            /// For each place of the index, the place in the source.
            let targets = indices(indexShape).enumerated().map { i, at in
                var at = at
                at[position] = numbers[i] < 0 ? numbers[i] + shape[position] : numbers[i]
                return place(at, in: shape)
            }
            let source = x.elements
            #expect(x.gather(dim: dim, index: index).elements == targets.map { source[$0] }, "\(name)")
            let values = Tensor(Domain.range(-1, 1).samples(targets.count, &random), indexShape, .float64)
            var (sum, copy) = (source, source)
            for (target, value) in zip(targets, values.elements) {
                sum[target] += value
                copy[target] = value
            }
            #expect(x.scatterAdd(dim: dim, index: index, from: values).elements == sum, "\(name)")
            #expect(x.scatter(dim: dim, index: index, from: values).elements == copy, "\(name)")

            let check = GradientCheck(seed: 71)
            let square = { (x: Tensor) in x * x }
            #expect(try check.first({ square($0[0].gather(dim: dim, index: index)) }, [x]) == nil, "\(name)")
            #expect(try check.second({ square($0[0].gather(dim: dim, index: index)) }, [x]) == nil, "\(name)")
            for operation in [
                { (x: [Tensor]) in square(x[0].scatterAdd(dim: dim, index: index, from: square(x[1]))) },
                { (x: [Tensor]) in square(x[0].scatter(dim: dim, index: index, from: square(x[1]))) },
            ] {
                #expect(try check.first(operation, [x, values]) == nil, "\(name)")
                #expect(try check.second(operation, [x, values]) == nil, "\(name)")
            }
        }
    }

    @Test(arguments: [
        ([5], 0, 3), ([5], 0, 0), ([4, 3], 0, 6), ([4, 3], 1, 2), ([2, 3, 4], -2, 5), ([3, 0], 0, 2), ([2, 40], 0, 3),
    ])
    func rows(shape: [Int], dim: Int, count: Int) throws {
        var random = SeededGenerator(seed: 72)
        let position = dim < 0 ? dim + shape.count : dim
        var partShape = shape
        partShape[position] = count
        for (name, x) in everyView(shape, .float64, .range(-1, 1), &random) {
            let index = positions([count], below: shape[position], &random)
            let numbers = index.array(of: Int.self).map { $0 < 0 ? $0 + shape[position] : $0 }
            let targets = indices(partShape).map { at in
                var at = at
                at[position] = numbers[at[position]]
                return place(at, in: shape)
            }
            #expect(x.take(index, dim: dim).elements == targets.map { x.elements[$0] }, "\(name)")
            if position == 0 { #expect(x[index].elements == x.take(index, dim: dim).elements) }
            let values = Tensor(Domain.range(-1, 1).samples(targets.count, &random), partShape, .float64)
            var (sum, copy) = (x.elements, x.elements)
            for (target, value) in zip(targets, values.elements) {
                sum[target] += value
                copy[target] = value
            }
            #expect(x.indexAdd(dim: dim, index: index, from: values).elements == sum, "\(name)")
            #expect(x.indexCopy(dim: dim, index: index, from: values).elements == copy, "\(name)")
            let check = GradientCheck(seed: 73)
            let operations: [([Tensor]) -> Tensor] = [
                { $0[0].take(index, dim: dim) * $0[0].take(index, dim: dim) + 0 * $0[1].sum() },
                { $0[0].indexAdd(dim: dim, index: index, from: $0[1] * $0[1]) * $0[0] },
                { $0[0].indexCopy(dim: dim, index: index, from: $0[1] * $0[1]) * $0[0] },
            ]
            for operation in operations {
                #expect(try check.first(operation, [x, values]) == nil, "\(name)")
                #expect(try check.second(operation, [x, values]) == nil, "\(name)")
            }
        }
    }

    @Test(arguments: [DType.float32, .int32, .int64, .uint8, .bool])
    func types(dtype: DType) {
        let x = Tensor([0, 1, 0, 1], dtype: dtype)
        let index = Tensor([3, 0, 3], dtype: .int32)
        #expect(x.take(index).dtype == dtype && x.take(index).elements == [1, 0, 1])
        let added = x.indexAdd(dim: 0, index: index, from: Tensor([1, 0, 1], dtype: dtype))
        #expect(added.dtype == dtype && added.elements == [0, 1, 0, dtype == .bool ? 1 : 3])
        #expect(x.scatter(dim: 0, index: index, from: Tensor([0, 1, 0], dtype: dtype)).elements == [1, 1, 0, 0])
    }

    @Test func ofAll() {
        let x = Tensor.range(6).reshaped([2, 3])
        #expect(x.take(Tensor([[5, -6], [1, 1]], dtype: .int64)).elements == [5, 0, 1, 1])
        #expect(Tensor(7.0).take(Tensor([0, 0, -1], dtype: .int64)).elements == [7, 7, 7])
        let rows = x[Tensor([[1], [0]], dtype: .int64)]
        #expect(rows.shape == [2, 1, 3] && rows.elements == [3, 4, 5, 0, 1, 2])
    }

    @Test func writing() throws {
        var x = Tensor.zeros([3, 2])
        let before = x
        x[Tensor([2, 0], dtype: .int64)] = Tensor([[1, 2], [3, 4]])
        #expect(x.floats == [3, 4, 0, 0, 1, 2] && before.floats == [0, 0, 0, 0, 0, 0])
        x[Tensor([1, 1], dtype: .int64)] = Tensor([9])
        #expect(x.floats == [3, 4, 9, 9, 1, 2])
        let v = Tensor([5, 6]).leaf
        var y = Tensor([[1, 2], [3, 4]]).leaf * 2
        y[Tensor([0, 0], dtype: .int64)] = v * v
        try y.sum().backward()
        #expect(v.grad?.floats == [10, 12])
    }

    @Test func nonzero() {
        let x = Tensor([[[0, 1], [2, 0]], [[0, 0], [0, 3]]])
        #expect(x.nonzero().elements == [0, 0, 1, 0, 1, 0, 1, 1, 1] && x.nonzero().shape == [3, 3])
        #expect(Tensor(2.0).nonzero().shape == [1, 0] && Tensor.zeros([0, 3]).nonzero().shape == [0, 2])
    }

    /// Lengths around the blocks that a mask is cut into.
    @Test(arguments: [1, 511, 512, 513, 4095, 4096, 4097, 70_000])
    func masksOfManyBlocks(count: Int) throws {
        var random = SeededGenerator(seed: 74)
        let x = Tensor.range(count, dtype: .float64)
        for domain in [Domain.truth, .range(0, 0), .range(1, 1)] {
            let flags = domain.samples(count, &random)
            let mask = Tensor(flags, [count], .bool)
            let expected = flags.indices.filter { flags[$0] != 0 }.map(Double.init)
            #expect(x[mask].elements == expected)
            let leaf = x.leaf
            try (leaf[mask] * 2).sum().backward()
            #expect(leaf.grad?.elements == flags.map { $0 == 0 ? 0 : 2 })
            #expect(
                x.maskedScatter(mask, from: x[mask] + 1).elements
                    == flags.indices.map { Double($0) + (flags[$0] == 0 ? 0 : 1) })
        }
    }

    @Test func maskedScatterGradient() throws {
        let mask = Tensor([[true, false, true], [false, false, true]] as [[Bool]])
        let check = GradientCheck(seed: 75)
        let (x, v) = (Tensor([1, 2, 3] as [Double]), Tensor([4, 5, 6, 7] as [Double]))
        let f = { (x: [Tensor]) in x[0].maskedScatter(mask, from: x[1] * x[1]) * 2 }
        #expect(f([x, v]).elements == [32, 4, 50, 2, 4, 72])
        #expect(try check.first(f, [x, v]) == nil)
        #expect(try check.second(f, [x, v]) == nil)
    }

    @Test func mistakes() {
        let x = Tensor.zeros([2, 3])
        #expect(
            mistake { x.take(Tensor([2], dtype: .int64), dim: 0) }
                == "take: position 2 is out of range for dimension 0 of the shape [2, 3]")
        #expect(mistake { x.take(Tensor([0.5]), dim: 0) } == "take: an index of type float32; expected integers")
        #expect(
            mistake { x.gather(dim: 1, index: .zeros([3, 1], dtype: .int64)) }?.hasPrefix(
                "gather: an index of shape [3, 1] for the shape [2, 3]") == true)
        #expect(
            mistake { x.indexAdd(dim: 0, index: Tensor([0], dtype: .int64), from: .zeros([2, 3])) }
                == "indexAdd: values of shape [2, 3] for positions of shape [1, 3]")
        #expect(
            mistake { Tensor.range(3).indexAdd(dim: 0, index: Tensor([0], dtype: .int64), from: Tensor([0.5])) }
                == "indexAdd: int64 elements cannot hold float32 values")
        #expect(
            mistake { x.maskedScatter(x .== 0, from: Tensor([1])) }
                == "maskedScatter: 1 values for 6 places of the mask")
        #expect(mistake { Tensor.zeros([0]).take(Tensor([0], dtype: .int64)) }?.contains("position 0") == true)
    }

    @Test func sameBitsOnAnyNumberOfThreads() async {
        await #expect(processExitsWith: .success) {
            func results() -> [[UInt64]] {
                var random = RandomStream(seed: 5)
                var generator = SeededGenerator(seed: 76)
                let (wide, narrow) = (random.normal([300, 700]), random.normal([100_000]))
                let rows = Tensor((0..<300).map { _ in generator.below(20) }, shape: [300])
                let places = Tensor((0..<100_000).map { _ in generator.below(50) }, shape: [100_000])
                return [
                    Tensor.zeros([20, 700]).indexAdd(dim: 0, index: rows, from: wide),
                    Tensor.zeros([50]).scatterAdd(dim: 0, index: places, from: narrow), narrow[narrow .> 0],
                    Tensor.zeros([50]).scatter(dim: 0, index: places, from: narrow), wide.take(rows, dim: 0),
                ].map(\.bits)
            }
            Cusp.threads = 1
            let expected = results()
            for threads in 2...4 {
                Cusp.threads = threads
                #expect(results() == expected, "\(threads) threads")
            }
        }
    }
}
