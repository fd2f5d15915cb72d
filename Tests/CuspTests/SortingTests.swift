import Cusp
import Testing

@Suite struct SortingTests {
    /// The order that the documentation promises, by a sort of Swift's, which is stable.
    private func reference(_ x: [Double], descending: Bool) -> [Int] {
        func before(_ a: Double, _ b: Double) -> Bool { b.isNaN ? !a.isNaN : a < b }
        return x.indices.sorted { descending ? before(x[$1], x[$0]) : before(x[$0], x[$1]) }
    }

    @Test(arguments: [DType.float32, .float64, .int32, .int64, .uint8, .bool, .float16], [false, true])
    func everyLength(dtype: DType, descending: Bool) {
        var random = SeededGenerator(seed: 80)
        for length in [0, 1, 2, 3, 31, 32, 33, 64, 255, 257, 1000] {
            for domain in [Domain.small, .range(-1e6, 1e6), .truth] {
                let plain = Tensor(domain.samples(length, &random), [length], .float64)
                let x = (dtype == .uint8 ? abs(plain) : plain).asType(dtype)
                let (values, positions) = x.sort(dim: 0, descending: descending)
                let numbers = x.asType(.float64).elements
                let order = reference(numbers, descending: descending)
                #expect(positions.array(of: Int.self) == order, "\(length)")
                #expect(
                    values.dtype == dtype && values.asType(.float64).elements == order.map { numbers[$0] }, "\(length)")
                #expect(x.sorted(dim: 0, descending: descending).asType(.float64).elements == order.map { numbers[$0] })
            }
        }
    }

    @Test(arguments: [[3, 5], [2, 40, 3], [4, 1], [0, 3], [3, 0]])
    func everyDimension(shape: [Int]) throws {
        var random = SeededGenerator(seed: 81)
        for (name, x) in everyView(shape, .float64, .grid(moved: 0), &random) {
            for dim in shape.indices {
                let (values, positions) = x.sort(dim: dim - shape.count)
                #expect(values.shape == x.shape && positions.shape == x.shape)
                #expect(values.bits == x.sorted(dim: dim).bits, "\(name)")
                #expect(values.bits == x.gather(dim: dim, index: positions).bits, "\(name)")
                let steps = values.differences(dim: dim)
                #expect(steps.elements.allSatisfy { $0 >= 0 }, "\(name)")
                // Every position once.
                let marks = Tensor.zeros(x.shape).scatterAdd(dim: dim, index: positions, from: .ones(x.shape))
                #expect(marks.elements.allSatisfy { $0 == 1 }, "\(name)")
            }
        }
    }

    @Test func specialNumbers() {
        let x = Tensor([1, .nan, -.infinity, 0, -0.0, .infinity, -.nan, -1] as [Float])
        let (values, positions) = x.sort()
        #expect(positions.array(of: Int.self) == [2, 7, 3, 4, 0, 5, 1, 6])
        #expect(values.floats.suffix(2).allSatisfy(\.isNaN) && values.floats[0] == -.infinity)
        #expect(values.floats[2].sign == .plus && values.floats[3].sign == .minus)
        #expect(x.sort(descending: true).positions.array(of: Int.self) == [1, 6, 5, 0, 3, 4, 7, 2])
        #expect(x.sorted().floats.suffix(2).allSatisfy(\.isNaN) && x.sorted().floats[4] == 1)
        #expect(Tensor([Int64.max, .min, 0, -1]).sorted().array(of: Int.self) == [.min, -1, 0, .max])
    }

    @Test func parts() throws {
        let x = Tensor([[5, 1, 4], [2, 8, 3]]).leaf
        let (values, positions) = x.topK(2)
        #expect(values.floats == [5, 4, 8, 3] && positions.elements == [0, 2, 1, 2])
        #expect(x.topK(1, dim: 0, largest: false).values.floats == [2, 1, 3])
        try values.sum().backward()
        #expect(x.grad?.floats == [1, 0, 1, 0, 1, 1])
        #expect(x.ranked(1, dim: 1, keepDim: true).values.shape == [2, 1] && x.ranked(2).values.floats == [5, 8])
        #expect(Tensor([4, 1, 3, 2]).median(dim: 0).values.item() == Float(2))
        let missing = Tensor([4, .nan, 3] as [Float]).median(dim: -1)
        #expect(missing.values.item(as: Float.self).isNaN && missing.positions.item() == 1)
        #expect(Tensor(3).sort().values.item() == 3 && Tensor(3).median(dim: 0).positions.item() == 0)
    }

    /// A mistake names the operation that was called, whatever that is made of.
    @Test(arguments: [false, true]) func mistakes(isLeaf: Bool) {
        let x = isLeaf ? Tensor([[5, 1, 4], [2, 8, 3]]).leaf : Tensor([[5, 1, 4], [2, 8, 3]])
        let noDimension = "dimension 2 is not one of the 2 of the shape [2, 3]"
        #expect(mistake { x.sort(dim: 2).values } == "sort: \(noDimension)")
        #expect(mistake { x.sorted(dim: 2) } == "sorted: \(noDimension)")
        #expect(mistake { x.argsort(dim: 2) } == "argsort: \(noDimension)")
        #expect(mistake { x.topK(1, dim: 2).values } == "topK: \(noDimension)")
        #expect(mistake { x.ranked(1, dim: 2).values } == "ranked: \(noDimension)")
        #expect(mistake { x.median(dim: 2).values } == "median: \(noDimension)")
        #expect(mistake { x.topK(4).values } == "topK: 4 of the 3 elements of dimension -1 of [2, 3]")
        #expect(mistake { x.topK(-1).values } == "topK: -1 of the 3 elements of dimension -1 of [2, 3]")
        #expect(mistake { x.ranked(3).values } == "ranked: position 3 is not one of the 3 of dimension -1 of [2, 3]")
        #expect(
            mistake { Tensor.zeros([0, 2]).median(dim: 0).values }
                == "median: the shape [0, 2] has no elements to choose from")
        #expect(mistake { Tensor(3).topK(2).values } == "topK: 2 of the 1 elements of dimension -1 of []")
    }

    @Test func medianOfAll() {
        #expect(Tensor([[4, 1], [3, 2]]).transposed().median().item() == Float(2))
        #expect(Tensor([3, -1, 7], dtype: .int64).median().item() == 3 && Tensor(5).median().item() == 5)
        #expect(mistake { Tensor.zeros([0, 2]).median() } == "median: the shape [0, 2] has no elements to choose from")
    }

    @Test func scans() {
        let x = Tensor([2, 5, .nan, 7, 1] as [Float])
        let (values, positions) = x.cumulativeMax(dim: 0)
        #expect(values.floats[..<2] == [2, 5] && values.floats[2...].allSatisfy(\.isNaN))
        #expect(positions.array(of: Int.self) == [0, 1, 2, 2, 2])
        let y = Tensor([[3, 1, 1], [2, 2, 4]], dtype: .int32)
        #expect(y.cumulativeMin(dim: 1).values.elements == [3, 1, 1, 2, 2, 2])
        #expect(y.cumulativeMin(dim: 1).positions.elements == [0, 1, 2, 0, 1, 1])
        #expect(y.cumulativeMax(dim: 0).positions.elements == [0, 0, 0, 0, 1, 1])
    }

    @Test func cumulativeLogSumExp() throws {
        let x = Tensor([-.infinity, 1000, 1000, -.infinity, 2000] as [Double]).leaf
        let y = x.cumulativeLogSumExp(dim: 0)
        let (a, b) = (1000.0, 1000.6931471805599)
        #expect(y.elements == [-.infinity, a, b, b, 2000])
        try y.sliced(dim: 0, from: 0, count: 4).sum().backward()
        #expect(x.grad?.elements.map { ($0 * 4).rounded() / 4 } == [0, 2, 1, 0, 0])
    }

    /// The result is rounded to 1e-3 here; of equal elements the j-th result gives each of its j + 1 the share 1 / (j + 1).
    @Test func gradientOfLargeElements() throws {
        let x = Tensor.full([50], 10000).leaf
        let g = try gradients(of: [x.cumulativeLogSumExp(dim: 0).sum()], at: [x])[0]!
        for (i, slope) in g.elements.enumerated() {
            let exact = (i..<50).reduce(0) { $0 + 1 / Double($1 + 1) }
            #expect(abs(slope / exact - 1) < 1e-5, "\(i)")
        }
    }
}
