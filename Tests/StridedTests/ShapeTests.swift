import Strided
import Testing

@Suite struct ShapeTests {
    @Test func sizesAndCounts() {
        let shape: Shape = [2, 3, 4]
        #expect(shape.rank == 3 && shape.elementCount == 24 && Array(shape) == [2, 3, 4])
        #expect(Shape().rank == 0 && Shape().elementCount == 1 && Shape().isEmpty)
        #expect(Shape([0, 5]).elementCount == 0)
        #expect(shape.description == "[2, 3, 4]" && Shape().description == "[]")
        #expect(Shape([1, 2]) != Shape([1, 2, 1]) && Shape([1, 2]) == Shape([1, 2]))
        #expect(Set([Shape([1]), Shape([1]), Shape(), Shape([2])]).count == 3)
    }

    @Test func aSizeCanBeReplaced() {
        var shape: Shape = [2, 3]
        shape[1] = 7
        #expect(shape == [2, 7] && shape.elementCount == 14)
    }

    @Test(arguments: [
        ([-1], "x: the size -1 in [-1] is negative"),
        ([2, -3, 4], "x: the size -3 in [2, -3, 4] is negative"),
        (Array(repeating: 1, count: 9), "x: a tensor has at most 8 dimensions"),
        ([1 << 32, 1 << 32], "x: the shape [4294967296, 4294967296] has more elements than memory can address"),
        ([Int.max], "x: the shape [\(Int.max)] has more elements than memory can address"),
        // A view of an empty tensor must not overflow either, so a zero does not excuse the other sizes.
        ([0, 1 << 40, 1 << 40], "x: the shape [0, \(1 << 40), \(1 << 40)] has more elements than memory can address"),
        ([Int.max / 16 + 1], "x: the shape [\(Int.max / 16 + 1)] has more elements than memory can address"),
    ])
    func impossible(sizes: [Int], message: String) {
        let error = #expect(throws: TensorError.self) { try Shape(checking: sizes, for: "x") }
        #expect(error?.description == message)
        #expect(error?.kind == .shape)
    }

    @Test(arguments: [[Int.max / 16], Array(repeating: 1, count: 8), [0], [], [0, 1 << 50]])
    func possible(sizes: [Int]) throws {
        #expect(Array(try Shape(checking: sizes, for: "x")) == sizes)
    }

    @Test(arguments: [(0, 0), (2, 2), (-1, 2), (-3, 0)])
    func position(dim: Int, expected: Int) throws {
        #expect(try Shape([4, 5, 6]).position(of: dim, in: "x") == expected)
    }

    @Test(arguments: [3, -4, Int.max, Int.min])
    func noPosition(dim: Int) {
        let error = #expect(throws: TensorError.self) { try Shape([4, 5, 6]).position(of: dim, in: "sum") }
        #expect(error?.description == "sum: dimension \(dim) is not one of the 3 of the shape [4, 5, 6]")
        #expect(throws: TensorError.self) { try Shape().position(of: 0, in: "x") }
    }

    static let broadcasts: [(a: [Int], b: [Int], expected: [Int]?)] = [
        ([], [], []), ([], [3], [3]), ([3], [], [3]), ([1], [3], [3]), ([3], [3], [3]),
        ([2, 3], [3], [2, 3]), ([2, 1], [1, 3], [2, 3]), ([4, 1, 3], [2, 1], [4, 2, 3]),
        ([0], [1], [0]), ([1], [0], [0]), ([0], [], [0]), ([0, 1], [1, 3], [0, 3]), ([5, 0], [1, 1], [5, 0]),
        ([1, 1, 1, 1, 1, 1, 1, 2], [7, 1], [1, 1, 1, 1, 1, 1, 7, 2]),
        ([2], [3], nil), ([0], [2], nil), ([2, 3], [2], nil), ([2, 1, 4], [3, 1, 4], nil), ([3, 0], [3, 2], nil),
    ]

    @Test(arguments: broadcasts)
    func broadcast(a: [Int], b: [Int], expected: [Int]?) throws {
        if let expected {
            #expect(try Shape.broadcast(Shape(a), Shape(b), for: "add") == Shape(expected))
            #expect(try Shape.broadcast(Shape(b), Shape(a), for: "add") == Shape(expected))
        } else {
            for (a, b) in [(a, b), (b, a)] {
                let error = #expect(throws: TensorError.self) { try Shape.broadcast(Shape(a), Shape(b), for: "add") }
                let start = "add: the shapes \(a) and \(b) do not broadcast"
                #expect(error?.description.hasPrefix(start) == true)
            }
        }
    }

    @Test func aBroadcastCanBeTooLarge() {
        let (a, b): (Shape, Shape) = ([1 << 40, 1], [1, 1 << 40])
        #expect(throws: TensorError.self) { try Shape.broadcast(a, b, for: "add") }
    }
}

extension ShapeTests {
    /// Shapes of all ranks over sizes at the edges of what fits: equal codes mean equal shapes.
    @Test func codesTellShapesApart() {
        var known: [UInt64: Shape] = [:]
        for rank in 0...8 {
            let bits = rank == 0 ? 0 : 60 / rank
            let sizes = rank < 5 ? [0, 1, 2, 7, (1 << bits) - 1, 1 << bits] : [0, 1, (1 << bits) - 1, 1 << bits]
            var index = Array(repeating: 0, count: rank)
            repeat {
                let shape = Shape(rank: rank, sizes: index.map { sizes[$0] })
                let fits = index.allSatisfy { sizes[$0] < 1 << bits }
                #expect((shape.code != 0) == fits, "\(shape)")
                if fits { #expect(known.updateValue(shape, forKey: shape.code) == nil, "\(shape)") }
            } while next(&index, sizes.count)
        }
    }

    /// Counts up; false after the last index.
    private func next(_ index: inout [Int], _ count: Int) -> Bool {
        for i in index.indices {
            index[i] += 1
            if index[i] < count { return true }
            index[i] = 0
        }
        return false
    }
}

extension Shape {
    fileprivate init(rank: Int, sizes: [Int]) {
        var all = InlineArray<8, Int>(repeating: 1)
        for (i, size) in sizes.enumerated() { all[i] = size }
        self.init(rank: rank, sizes: all)
    }
}
