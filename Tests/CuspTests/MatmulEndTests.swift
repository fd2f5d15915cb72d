import Cusp
import Testing

/// Products with an end: plus a tensor, rectified, or added in place.
@Suite struct MatmulEndTests {
    /// Shapes of a, b, c and the result: c as a row, as one number, as a column, as all of it, and broadcast over batches.
    static let shapes: [([Int], [Int], [Int], [Int])] = [
        ([2, 3], [3, 4], [4], [2, 4]), ([2, 3], [3, 4], [], [2, 4]), ([2, 3], [3, 4], [1], [2, 4]),
        ([2, 3], [3, 4], [1, 4], [2, 4]), ([2, 3], [3, 4], [2, 1], [2, 4]), ([2, 3], [3, 4], [2, 4], [2, 4]),
        ([1, 3], [3, 4], [1, 4], [1, 4]), ([3], [3, 4], [4], [4]), ([2, 3], [3], [2], [2]), ([2, 3], [3], [1], [2]),
        ([3], [3], [], []), ([5, 2, 3], [3, 4], [4], [5, 2, 4]), ([5, 2, 3], [3, 4], [2, 4], [5, 2, 4]),
        ([5, 2, 3], [3, 4], [5, 1, 1], [5, 2, 4]), ([5, 2, 3], [5, 3, 4], [4], [5, 2, 4]),
        ([5, 2, 3], [5, 3, 4], [5, 2, 4], [5, 2, 4]), ([2, 3], [5, 3, 4], [5, 1, 4], [5, 2, 4]),
        ([5, 2, 3], [3], [5, 2], [5, 2]), ([3], [5, 3, 4], [5, 4], [5, 4]),
        // Of nothing: no k, no rows, no columns, no batch.
        ([2, 0], [0, 3], [3], [2, 3]), ([2, 0], [0, 3], [2, 3], [2, 3]), ([0, 2], [2, 3], [3], [0, 3]),
        ([2, 3], [3, 0], [2, 1], [2, 0]), ([0], [0], [], []), ([2, 2, 0], [0, 3], [3], [2, 2, 3]),
        ([2, 0], [0], [2], [2]), ([0, 2, 3], [3, 4], [4], [0, 2, 4]), ([2, 2, 0], [2, 0, 3], [2, 2, 3], [2, 2, 3]),
    ]

    /// What one loop in float64 comes to, from the products of MatmulTests' reference, which the library has no part in.
    static func reference(_ a: Tensor, _ b: Tensor, _ c: Tensor, _ shape: [Int], rectified: Bool) -> [Double] {
        let product = MatmulTests.reference(a, b)
        let (elements, lead) = (c.elements, shape.count - c.rank)
        return zip(product, indices(shape)).map { value, index in
            let position = (0..<c.rank).map { c.shape[$0] == 1 ? 0 : index[lead + $0] }
            let sum = value + elements[place(position, in: Array(c.shape))]
            return rectified && sum < 0 ? 0 : sum
        }
    }

    static func problem(_ result: Tensor, _ shape: [Int], _ expected: [Double], _ tolerance: Double) -> String? {
        guard Array(result.shape) == shape else { return "the shape is \(result.shape), not \(shape)" }
        for (value, expected) in zip(result.elements, expected) {
            guard (value - expected).magnitude <= tolerance * (1 + expected.magnitude) else {
                return "\(value), not \(expected)"
            }
        }
        return nil
    }

    @Test(arguments: shapes, [DType.float32, .float64, .int32, .int64])
    func values(shapes: ([Int], [Int], [Int], [Int]), dtype: DType) {
        var random = SeededGenerator(seed: 40)
        let views = { everyView($0, dtype, .range(-3, 3), &random) }
        let (lefts, rights, sums) = (views(shapes.0), views(shapes.1), views(shapes.2))
        let tolerance = dtype == .float32 ? 1e-4 : dtype == .float64 ? 1e-13 : 0
        for i in 0..<max(lefts.count, rights.count, sums.count) {
            let (a, b, c) = (lefts[i % lefts.count], rights[i % rights.count], sums[(i + 1) % sums.count])
            for rectified in [false, true] {
                let expected = Self.reference(a.tensor, b.tensor, c.tensor, shapes.3, rectified: rectified)
                let result = matmul(a.tensor, b.tensor, plus: c.tensor, rectified: rectified)
                let problem = Self.problem(result, shapes.3, expected, tolerance)
                #expect(problem == nil, "\(a.name), \(b.name), \(c.name), rectified \(rectified)")
            }
            var sum = Tensor.zeros(Shape(shapes.3), dtype: dtype) + c.tensor
            sum.add(productOf: a.tensor, b.tensor)
            let expected = Self.reference(a.tensor, b.tensor, c.tensor, shapes.3, rectified: false)
            #expect(Self.problem(sum, shapes.3, expected, tolerance) == nil, "in place, \(a.name), \(b.name)")
        }
    }

    /// Around the kernel's tiles, panels and cuts.
    @Test(arguments: [
        (1, 300, 1), (7, 5, 17), (6, 256, 16), (5, 257, 15), (130, 3, 70), (64, 64, 64), (35, 300, 33), (70, 260, 530),
        (1, 40, 300), (300, 40, 1), (129, 129, 130),
    ])
    func sizes(m: Int, k: Int, n: Int) {
        var random = SeededGenerator(seed: 41)
        for dtype in [DType.float32, .float64] {
            let pick = { everyView($0, dtype, .range(-1, 1), &random).randomElement(using: &random)!.tensor }
            let (a, b, row, all) = (pick([m, k]), pick([k, n]), pick([n]), pick([m, n]))
            let tolerance = dtype == .float32 ? 1e-4 : 1e-13
            for c in [row, all] {
                let expected = Self.reference(a, b, c, [m, n], rectified: true)
                let problem = Self.problem(matmul(a, b, plus: c, rectified: true), [m, n], expected, tolerance)
                #expect(problem == nil, "[\(m), \(k)] · [\(k), \(n)], \(c.shape)")
            }
            // A row is added when the product is complete.
            let steps = matmul(a, b) + row
            #expect(matmul(a, b, plus: row).elements.map(\.bitPattern) == steps.elements.map(\.bitPattern))
            var sum = all + 0
            sum.add(productOf: a, b)
            let expected = Self.reference(a, b, all, [m, n], rectified: false)
            #expect(Self.problem(sum, [m, n], expected, tolerance) == nil)
        }
    }

    @Test(arguments: [DType.float32, .float64])
    func notANumberAndInfinity(dtype: DType) {
        let numbers: [Double] = [.nan, 1, .infinity, 0, -.infinity, 0, 1, 1]
        let a = Tensor(numbers).asType(dtype).reshaped([4, 2])
        let y = matmul(a, Tensor([[1], [1]], dtype: dtype), plus: Tensor([-3], dtype: dtype), rectified: true).elements
        #expect(y[0].isNaN && y[1] == .infinity && y[2] == 0 && y[3] == 0)
        let (one, nan) = (Tensor([[1]], dtype: dtype), Tensor([Double.nan] as [Double]).asType(dtype).reshaped([1, 1]))
        #expect(matmul(one, one, plus: nan, rectified: true).elements[0].isNaN)
        var sum = nan + 0
        sum.add(productOf: one, one)
        #expect(sum.elements[0].isNaN)
        // What is not above 0 is 0 without a sign, as in steps.
        let zero = matmul(one, one * 0, plus: Tensor([-0.0] as [Double]).asType(dtype), rectified: true).elements[0]
        #expect(zero == 0 && zero.sign == .plus)
    }

    @Test(arguments: shapes.filter { !($0.0 + $0.1).contains(0) })
    func gradients(shapes: ([Int], [Int], [Int], [Int])) throws {
        var random = SeededGenerator(seed: 42)
        let operands = [shapes.0, shapes.1, shapes.2].map {
            everyView($0, .float64, .range(-1, 1), &random).randomElement(using: &random)!.tensor
        }
        let check = GradientCheck(seed: 43)
        for rectified in [false, true] {
            let f = { (x: [Tensor]) in matmul(x[0], x[1], plus: x[2], rectified: rectified) }
            let first = try check.first(f, operands)
            let second = try check.second(f, operands)
            #expect(first == nil && second == nil, "rectified \(rectified)")
        }
    }

    /// 0 below and at 0, and there nothing that is infinite reaches the operands.
    @Test func theGradientAtAKink() throws {
        let (a, c) = (Tensor([[1], [1]]).leaf, Tensor([[-1], [1]]).leaf)
        let y = matmul(a, Tensor([[1]]), plus: c, rectified: true)
        try (y / y).sum().backward()
        #expect(a.grad?.floats[0] == 0 && c.grad?.floats[0] == 0)
        let b = Tensor([[0]]).leaf
        try matmul(Tensor([[1]]), b, plus: Tensor([0]), rectified: true).sum().backward()
        #expect(b.grad?.floats == [0])
    }

    @Test func typesAreThoseOfTheSteps() {
        let whole = Tensor([[1, 2], [3, 4]], dtype: .int64)
        #expect(matmul(whole, whole, plus: Tensor(0.5)).dtype == .float32)
        #expect(matmul(whole, whole, plus: Tensor(0.5)).elements == [7.5, 10.5, 15.5, 22.5])
        let half = whole.asType(.float16)
        #expect(matmul(half, half, plus: Tensor([1], dtype: .float16), rectified: true).dtype == .float16)
        #expect(matmul(half, half, plus: half).asType(.float32).elements == [8, 12, 18, 26])
        let mixed = matmul(whole.asType(.float64), whole, plus: Tensor([0.5, -100], dtype: .float32), rectified: true)
        #expect(mixed.dtype == .float64 && mixed.elements == [7.5, 0, 15.5, 0])
    }

    @Test func inPlaceOnlyWhereNobodySees() throws {
        let one = Tensor([[1, 0], [0, 1]])
        var x = Tensor([[1, 2], [3, 4]])
        let before = x
        x.add(productOf: one, one)
        #expect(before.floats == [1, 2, 3, 4] && x.floats == [2, 2, 3, 5])
        x.add(productOf: x, one)
        #expect(x.floats == [4, 4, 6, 10])
        x[0].add(productOf: Tensor([1, 1]), one)
        #expect(x.floats == [5, 5, 6, 10])
        var columns = x.transposed()
        columns.add(productOf: one, one)
        #expect(columns.floats == [6, 6, 5, 11] && x.floats == [5, 5, 6, 10])
        var wide = Tensor.zeros([2, 2, 2])
        wide.add(productOf: one, one)
        #expect(wide.floats == [1, 0, 0, 1, 1, 0, 0, 1])
        // Recorded, it is an operation like others.
        let w = Tensor([[2, 0], [0, 2]]).leaf
        var y = w * 3
        y.add(productOf: w, one)
        try y.sum().backward()
        #expect(y.floats == [8, 0, 0, 8] && w.grad?.floats == [4, 4, 4, 4])
    }

    @Test func mistakes() {
        let (a, b) = (Tensor.zeros([2, 3]), Tensor.zeros([3, 4]))
        let sentences: [(() -> Tensor, String)] = [
            (
                { matmul(a, b, plus: .zeros([3])) },
                "matmul: a tensor of shape [3] does not broadcast to a product of shape [2, 4]"
            ),
            ({ matmul(a, b, plus: .zeros([5, 2, 4])) }, "matmul: a tensor of shape [5, 2, 4] does not"),
            ({ matmul(a, b, plus: .zeros([3], dtype: .float64)) }, "matmul: a tensor of shape [3] does not"),
            ({ matmul(a, a, plus: .zeros([3])) }, "matmul: the shapes [2, 3] and [2, 3] do not fit"),
            (
                {
                    var x = Tensor.zeros([2, 3])
                    x.add(productOf: a, b)
                    return x
                }, "broadcast"
            ),
            (
                {
                    var x = Tensor.zeros([2, 4]).leaf
                    x.add(productOf: a, b)
                    return x
                }, "add(productOf:): a leaf that requires gradients is not written"
            ),
        ]
        for (body, sentence) in sentences {
            let error = #expect(throws: TensorError.self) { try Tensor.checked(body) }
            #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
        }
    }

    @Test func callersBesideOneAnother() async {
        var random = SeededGenerator(seed: 44)
        let (a, b, c) = (
            everyView([150, 300], .float32, .range(-1, 1), &random)[0].tensor,
            everyView([300, 70], .float32, .range(-1, 1), &random)[0].tensor,
            everyView([70], .float32, .range(-1, 1), &random)[0].tensor
        )
        let alone = matmul(a, b, plus: c, rectified: true).floats
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<20).allSatisfy { _ in matmul(a, b, plus: c, rectified: true).floats == alone }
                }
            }
            for await same in group { #expect(same) }
        }
    }

    @Test func theRulerMeasures() {
        let (a, c) = (Tensor([[1, 2], [3, 4]]), Tensor([1, -100]))
        let expected = Self.reference(a, a, c, [2, 2], rectified: true)
        #expect(expected == [8, 0, 16, 0])
        #expect(Self.problem(matmul(a, a) + c, [2, 2], expected, 1e-4) != nil)
        #expect(Self.problem(Tensor.zeros([2, 2]), [2, 2], expected, 1e-4) != nil)
        #expect(Self.problem(matmul(a, a, plus: c, rectified: true), [2, 2], expected, 1e-4) == nil)
    }
}
