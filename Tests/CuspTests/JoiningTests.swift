import Cusp
import Testing

@Suite struct JoiningTests {
    static let cases: [(shapes: [[Int]], dim: Int, result: [Int])] = [
        ([[2], [3]], 0, [5]), ([[2, 3], [1, 3]], 0, [3, 3]), ([[2, 3], [2, 1], [2, 2]], 1, [2, 6]),
        ([[2, 3], [2, 3]], -1, [2, 6]), ([[0], [2]], 0, [2]), ([[2, 0], [2, 0]], 1, [2, 0]), ([[3]], 0, [3]),
        ([[1, 2, 2], [1, 1, 2]], -2, [1, 3, 2]),
    ]

    @Test(arguments: cases)
    func cat(shapes: [[Int]], dim: Int, result: [Int]) throws {
        var random = SeededGenerator(seed: 50)
        for round in 0..<5 {
            let parts = shapes.map { everyView($0, .float64, .range(-1, 1), &random) }.map {
                $0[round % $0.count].tensor
            }
            let joined = Cusp.cat(parts, dim: dim)
            #expect(Array(joined.shape) == result)
            let position = dim < 0 ? dim + result.count : dim
            var expected: [Double] = []
            for index in indices(result) {
                var index = index
                var part = 0
                while index[position] >= shapes[part][position] {
                    index[position] -= shapes[part][position]
                    part += 1
                }
                expected.append(parts[part].elements[place(index, in: shapes[part])])
            }
            #expect(joined.elements == expected)
            let check = GradientCheck(seed: 51)
            #expect(try check.first({ Cusp.cat($0, dim: dim) }, parts) == nil)
            #expect(try check.second({ Cusp.cat($0.map { $0 * $0 }, dim: dim) }, parts) == nil)
        }
    }

    @Test(arguments: [
        ([], 0, [3]), ([2], 0, [3, 2]), ([2], 1, [2, 3]), ([2], -1, [2, 3]), ([2, 2], -2, [2, 3, 2]), ([0], 0, [3, 0]),
    ])
    func stack(shape: [Int], dim: Int, result: [Int]) throws {
        var random = SeededGenerator(seed: 52)
        for (name, part) in everyView(shape, .float64, .range(-1, 1), &random) {
            let parts = [part, part * 2, part * 3]
            let stacked = Cusp.stack(parts, dim: dim)
            #expect(Array(stacked.shape) == result, "\(name)")
            let position = dim < 0 ? dim + result.count : dim
            for i in 0..<3 {
                let slice = stacked.sliced(dim: position, from: i, count: 1).squeezed(dim: position)
                #expect(slice.elements == parts[i].elements, "\(name)")
            }
            let check = GradientCheck(seed: 53)
            #expect(try check.first({ Cusp.stack($0, dim: dim) }, parts) == nil)
        }
    }

    @Test func typesArePromoted() throws {
        let (a, b) = (Tensor([1, 2]).leaf, Tensor([3.0] as [Double]).leaf)
        let joined = Cusp.cat([a, b, Tensor([4], dtype: .int64)])
        #expect(joined.dtype == .float64 && joined.elements == [1, 2, 3, 4])
        try joined.sum().backward()
        #expect(a.grad?.dtype == .float32 && b.grad?.dtype == .float64)
        #expect(Cusp.stack([Tensor([true]), Tensor([2], dtype: .uint8)]).dtype == .uint8)
    }

    @Test func mistakes() {
        func message(_ body: () -> Tensor) -> String? {
            do { _ = try Tensor.checked(body) } catch { return "\(error)" }
            return nil
        }
        #expect(message { Cusp.cat([]) } == "cat: the list of tensors is empty")
        #expect(
            message { Cusp.cat([.zeros([2, 3]), .zeros([2, 4])]) }
                == "cat: the shapes [2, 3] and [2, 4] differ in more than dimension 0")
        #expect(
            message { Cusp.cat([.zeros([2]), .zeros([2, 4])]) }?.hasPrefix("cat: the shapes [2] and [2, 4]") == true)
        #expect(message { Cusp.cat([.zeros([2])], dim: 1) } == "cat: dimension 1 is not one of the 1 of the shape [2]")
        #expect(message { Cusp.stack([]) } == "stack: the list of tensors is empty")
        #expect(message { Cusp.stack([.zeros([2]), .zeros([3])]) } == "stack: the shapes [2] and [3] differ")
        #expect(
            message { Cusp.stack([.zeros([2])], dim: 3) }
                == "stack: no new dimension 3 in the shape [2]")
    }
}
