import Cusp
import Testing

@Suite struct MatmulTests {
    /// All combinations of ranks, broadcasting over the batch, and sizes of 0.
    static let shapes: [([Int], [Int], [Int])] = [
        ([3], [3], []), ([2, 3], [3], [2]), ([3], [3, 4], [4]), ([2, 3], [3, 4], [2, 4]), ([1, 1], [1, 1], [1, 1]),
        ([5, 2, 3], [3], [5, 2]), ([3], [5, 3, 4], [5, 4]), ([5, 2, 3], [3, 4], [5, 2, 4]),
        ([2, 3], [5, 3, 4], [5, 2, 4]), ([5, 2, 3], [5, 3, 4], [5, 2, 4]), ([1, 2, 3], [5, 3, 4], [5, 2, 4]),
        ([2, 1, 2, 3], [3, 3, 2], [2, 3, 2, 2]), ([2, 3, 2, 3], [2, 1, 3, 1], [2, 3, 2, 1]),
        ([2, 0], [0, 3], [2, 3]), ([0, 2], [2, 3], [0, 3]), ([2, 3], [3, 0], [2, 0]), ([0], [0], []),
        ([0, 2, 3], [3, 4], [0, 2, 4]), ([2, 2, 0], [0, 3], [2, 2, 3]), ([3, 0], [0], [3]),
        ([0, 2, 3], [1, 3, 4], [0, 2, 4]), ([4, 0, 3], [4, 3, 2], [4, 0, 2]),
    ]

    /// The product by its definition.
    static func reference(_ a: Tensor, _ b: Tensor) -> [Double] {
        let left = a.rank == 1 ? a.unsqueezed(dim: 0) : a
        let right = b.rank == 1 ? b.unsqueezed(dim: 1) : b
        let rank = max(left.rank, right.rank)
        let leftShape = Array(repeating: 1, count: rank - left.rank) + Array(left.shape)
        let rightShape = Array(repeating: 1, count: rank - right.rank) + Array(right.shape)
        let batch = zip(leftShape, rightShape).dropLast(2).map { $0 == 1 ? $1 : $0 }
        let (m, k, n) = (leftShape[rank - 2], leftShape[rank - 1], rightShape[rank - 1])
        let (x, y) = (left.elements, right.elements)
        return indices(batch + [m, n]).map { index in
            let (i, j) = (index[rank - 2], index[rank - 1])
            // Where the matrices start.
            func start(_ shape: [Int]) -> Int {
                place(zip(index.dropLast(2), shape).map { $1 == 1 ? 0 : $0 } + [0, 0], in: shape)
            }
            let (left, right) = (start(leftShape) + i * k, start(rightShape) + j)
            var sum = 0.0
            for at in 0..<k { sum += x[left + at] * y[right + at * n] }
            return sum
        }
    }

    static func problem(_ result: Tensor, _ a: Tensor, _ b: Tensor, _ shape: [Int]) -> String? {
        guard Array(result.shape) == shape else { return "the shape is \(result.shape), not \(shape)" }
        for (value, expected) in zip(result.elements, reference(a, b)) {
            // No operand is larger than 3, and no sum longer than 400.
            guard (value - expected).magnitude <= (a.dtype == .float64 ? 1e-13 : 1e-4) * (1 + expected.magnitude) else {
                return "\(value), not \(expected)"
            }
        }
        return nil
    }

    @Test(arguments: shapes, [DType.float32, .float64])
    func values(shapes: ([Int], [Int], [Int]), dtype: DType) {
        var random = SeededGenerator(seed: 30)
        for (left, a) in everyView(shapes.0, dtype, .range(-3, 3), &random) {
            for (right, b) in everyView(shapes.1, dtype, .range(-3, 3), &random) {
                #expect(Self.problem(matmul(a, b), a, b, shapes.2) == nil, "\(left), \(right)")
            }
        }
    }

    @Test(arguments: shapes.filter { !($0.0 + $0.1).contains(0) })
    func gradients(shapes: ([Int], [Int], [Int])) throws {
        var random = SeededGenerator(seed: 31)
        let all = zip(
            everyView(shapes.0, .float64, .range(-1, 1), &random),
            everyView(shapes.1, .float64, .range(-1, 1), &random).reversed())
        for (a, b) in all {
            let check = GradientCheck(seed: 32)
            let operands = [a.tensor, b.tensor]
            let first = try check.first({ matmul($0[0], $0[1]) }, operands)
            let second = try check.second({ matmul($0[0], $0[1]) }, operands)
            #expect(first == nil && second == nil, "\(a.name), \(b.name)")
        }
    }

    @Test(arguments: shapes.filter { ($0.0 + $0.1).contains(0) })
    func gradientsOfNothing(shapes: ([Int], [Int], [Int])) throws {
        let (a, b) = (Tensor.ones(Shape(shapes.0)).leaf, Tensor.ones(Shape(shapes.1)).leaf)
        try matmul(a, b).sum().backward()
        for x in [a, b] { #expect(x.grad?.shape == x.shape && x.grad?.floats.allSatisfy { $0 == 0 } == true) }
    }

    /// Around the sizes of the kernel's tiles.
    @Test(arguments: [DType.float32, .float64])
    func sizes(dtype: DType) {
        var random = SeededGenerator(seed: 33)
        let sizes = [1, 2, 5, 6, 8, 15, 16, 17, 31, 33, 64]
        var triples = (0..<25).map { _ in (0..<3).map { _ in sizes.randomElement(using: &random)! } }
        triples += [[1, 300, 1], [35, 33, 300], [130, 3, 70], [2, 70, 260]]
        for triple in triples {
            let (m, n, k) = (triple[0], triple[1], triple[2])
            let a = everyView([m, k], dtype, .range(-1, 1), &random).randomElement(using: &random)!
            let b = everyView([k, n], dtype, .range(-1, 1), &random).randomElement(using: &random)!
            let problem = Self.problem(matmul(a.tensor, b.tensor), a.tensor, b.tensor, [m, n])
            #expect(problem == nil, "\(a.name) \(b.name) [\(m), \(k)] · [\(k), \(n)]")
        }
    }

    @Test func types() {
        let a = Tensor([[1, 2], [3, 4]], dtype: .int64)
        #expect(matmul(a, a).dtype == .int64 && matmul(a, a).elements == [7, 10, 15, 22])
        #expect(matmul(a, Tensor([0.5, 1])).dtype == .float32 && matmul(a, Tensor([0.5, 1])).elements == [2.5, 5.5])
        let big = Tensor([1 << 53, 1] as [Int])
        #expect(matmul(big, Tensor([1, 1], dtype: .int64)).item() == 1 << 53 + 1)
        for half in [DType.float16, .bfloat16] {
            #expect(matmul(a.asType(half), a.asType(half)).dtype == half)
            #expect(matmul(a.asType(half), a.asType(half)).asType(.float32).elements == [7, 10, 15, 22])
        }
        #expect(matmul(a.asType(.uint8), a.asType(.uint8)).elements == [7, 10, 15, 22])
    }

    @Test func mixedTypesHaveGradients() throws {
        let a = Tensor([[1, 2], [3, 4]]).leaf
        let b = Tensor([1, 1], dtype: .float64).leaf
        try matmul(a, b).sum().backward()
        #expect(a.grad?.dtype == .float32 && a.grad?.elements == [1, 1, 1, 1])
        #expect(b.grad?.dtype == .float64 && b.grad?.elements == [4, 6])
    }

    @Test(arguments: [
        ([2, 3], [2, 3]), ([3], [2]), ([], [3]), ([3], []), ([2, 2, 3], [3, 3, 4]), ([2, 3], [3, 3, 4, 5]),
    ])
    func shapesThatDoNotFit(a: [Int], b: [Int]) {
        let error = #expect(throws: TensorError.self) {
            try Tensor.checked { matmul(.zeros(Shape(a)), .zeros(Shape(b))) }
        }
        #expect(error?.kind == .shape)
        #expect(error?.description.hasPrefix("matmul: the shapes ") == true)
    }

    @Test func theRulerMeasures() {
        let a = Tensor([[1, 2], [3, 4]])
        #expect(Self.problem(matmul(a, a), a, a, [2, 2]) == nil)
        #expect(Self.problem(matmul(a, a.transposed()), a, a, [2, 2]) != nil)
        #expect(Self.problem(matmul(a, a) + 0.01, a, a, [2, 2]) != nil)
        #expect(Self.problem(Tensor.zeros([2, 2]), a, a, [2, 2]) != nil)
        #expect(Self.problem(matmul(a, a), a, a, [4]) != nil)
    }
}
