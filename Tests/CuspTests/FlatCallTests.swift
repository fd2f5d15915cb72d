import Cusp
import Testing

/// Calls that take the short way, or just miss it, against arithmetic on plain numbers.
@Suite struct FlatCallTests {
    /// Tensors of one element, views of which nothing steps, and shapes whose sizes do not fit into one word.
    static let shapes: [(a: Shape, b: Shape)] = [
        ([], []), ([], [1]), ([1], []), ([1, 1], [1]), ([1], [1, 1, 1]), ([], [3]), ([3], []), ([1, 1], [3]),
        ([3], [1, 1]), ([1, 3], [3]), ([3, 1], [3]), ([1, 3], [1, 1]), ([2, 3], [2, 3]), ([2, 3], [3, 2]), ([0], [1]),
        ([1], [0, 2]), ([1, 1, 1, 1, 1, 1, 1, 200], [1, 1, 1, 1, 1, 1, 1, 200]),
        ([1, 1, 1, 1, 1, 1, 1, 200], [200]), ([200, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 200]),
    ]

    @Test(arguments: shapes.indices)
    func broadcasts(_ i: Int) throws {
        let (a, b) = (filled(Self.shapes[i].a, from: 1), filled(Self.shapes[i].b, from: 100))
        guard let shape = broadcast(a.shape, b.shape) else {
            #expect(throws: TensorError.self) { try Tensor.checked { a - b } }
            return
        }
        let difference = a - b
        #expect(difference.shape == shape)
        let expected = zip(elements(a.expanded(to: shape)), elements(b.expanded(to: shape))).map { $0 - $1 }
        #expect(elements(difference) == expected)
        // Views: a stretched operand is one element or not flat, the result is neither.
        #expect(elements(a.expanded(to: shape) - b) == expected)
        #expect(elements(a - b.expanded(to: shape)) == expected)
        #expect((a.expanded(to: shape) - b.expanded(to: shape)).isContiguous)
        // In place, and after that the operand is as it was.
        var x = a.expanded(to: shape)
        x -= b
        #expect(elements(x) == expected)
        #expect(elements(a) == elements(filled(a.shape, from: 1)))
    }

    @Test func viewsFromTheMiddle() {
        let x = filled([4, 3], from: 0)
        #expect(elements(x[1] + x[2]) == [9, 11, 13])
        #expect(elements(x[1] * 2) == [6, 8, 10])
        #expect(elements(x.transposed() + x.transposed()) == elements((x + x).transposed()))
        // The result of a view that begins in the middle begins at its own start.
        var y = x[3] + 0
        y += 1
        #expect(elements(y) == [10, 11, 12])
    }

    /// The gradient of a sum is a view of one element; what follows it must not write over that.
    @Test func gradientsOfOneElement() throws {
        var x = filled([5], from: 1)
        x.requiresGrad = true
        let start = Tensor([3])[0]
        for scale in [1, 2] {
            let y = ((x * 4 - 1) * 0.5).sum()
            try y.backward(gradient: start)
            #expect(elements(x.grad!) == Array(repeating: Float(6 * scale), count: 5))
        }
        #expect(elements(start) == [3])
        let second = try gradient(at: x.detached()) { x in try gradient(at: x) { x in (x * x * x).sum() }.sum() }
        #expect(elements(second) == [6, 12, 18, 24, 30])
    }

    private func filled(_ shape: Shape, from first: Int) -> Tensor {
        Tensor((0..<shape.elementCount).map { Float(first + $0) }, shape: shape)
    }

    private func elements(_ x: Tensor) -> [Float] { x.array(of: Float.self) }

    /// The rule of broadcasting, size by size from the last.
    private func broadcast(_ a: Shape, _ b: Shape) -> Shape? {
        var sizes: [Int] = []
        for i in 1..<(max(a.rank, b.rank) + 1) {
            let (p, q) = (i <= a.rank ? a[a.rank - i] : 1, i <= b.rank ? b[b.rank - i] : 1)
            guard p == q || p == 1 || q == 1 else { return nil }
            sizes.insert(p == 1 ? q : p, at: 0)
        }
        return Shape(sizes)
    }
}
