import Cusp
import Testing

/// Functions of several results, and given derivatives for some operands or of the result.
@Suite struct PointwiseResultsTests {
    static let pair = PointwisePair { x, y in (sqrt(x * x + y * y), sigmoid(x) * y) }
    static let triple = PointwiseTriple { x, y in (x * y, tanh(x * y), x) }

    static let shapes: [[[Int]]] = [
        [[5], [5]], [[2, 3], [3]], [[3, 1], [1, 4]], [[], [2]], [[0, 2], [2]], [[1200], []],
    ]

    @Test(arguments: shapes) func asTheResultsOneByOne(shapes: [[Int]]) throws {
        var random = SeededGenerator(seed: 90)
        let x = shapes.map { shape in
            Tensor(Domain.range(0.5, 1.5).samples(shape.reduce(1, *), &random), shape, .float64)
        }
        let (a, b) = Self.pair(x[0], x[1])
        #expect(a.bits == sqrt(x[0] * x[0] + x[1] * x[1]).bits && b.bits == (sigmoid(x[0]) * x[1]).bits)
        try check(x) { Self.pair($0[0], $0[1]).0 }
        try check(x) { Self.pair($0[0], $0[1]).1 }
        try check(x) { x in
            let (a, b) = Self.pair(x[0], x[1])
            return a * b
        }
        try check(x) { x in
            let (a, b, c) = Self.triple(x[0], x[1])
            return a + b * c
        }
    }

    private func check(_ x: [Tensor], _ function: ([Tensor]) -> Tensor) throws {
        let check = GradientCheck(seed: 91)
        #expect(try check.first(function, x) == nil)
        #expect(try check.second(function, x) == nil)
    }

    @Test func insideALargerOne() throws {
        let larger = Pointwise { x, y in
            let (a, b) = Self.pair(x, y)
            return a / b
        }
        let x = [Tensor([3], dtype: .float64), Tensor([4], dtype: .float64)]
        // 5 / (σ(3)·4)
        let expected: Double = 1.25 * 1.049787068367863944
        let difference: Double = larger(x[0], x[1]).elements[0] - expected
        #expect(difference.magnitude < 1e-14)
        #expect(try GradientCheck(seed: 92).first({ larger($0[0], $0[1]) }, x) == nil)
    }

    @Test func aResultWithItsOwnSlope() throws {
        let step = Pointwise { x in
            x .>= 0
        } derivative: { x in
            3 * x
        }
        let spike = PointwisePair { u in (step(u), u * u) }
        let u = Tensor([-1, 2]).leaf
        let (s, square) = spike(u)
        #expect(s.floats == [0, 1] && square.floats == [1, 4])
        try (s + 10 * square).sum().backward()
        #expect(u.grad?.floats == [-3 - 20, 6 + 40])
    }

    @Test func resultsOfOtherKinds() throws {
        let x = Tensor([1, 2]).leaf
        let (same, constant, sign) = PointwiseTriple { x in (x, 7, x .> 1) }(x)
        #expect(same.floats == [1, 2] && constant.floats == [7, 7] && sign.dtype == .bool)
        try same.sum().backward()
        #expect(x.grad?.floats == [1, 1])
        let error = #expect(throws: TensorError.self) {
            try Tensor.checked { Self.pair(Tensor([1, 2]), Tensor([1, 2, 3])) }
        }
        #expect(error?.description.contains("[2] and [3]") == true)
    }

    @Test func derivedForSomeOperands() throws {
        let f = Pointwise { x, y in
            exp(x) * y * y
        } derivative: { x, y in
            (100, .derived)
        }
        let larger = Pointwise { x, y in f(2 * x, y) + x }
        let (x, y) = (Tensor([0, 1], dtype: .float64).leaf, Tensor([3, 4], dtype: .float64).leaf)
        let e2 = 7.38905609893065
        let first = try gradients(of: [larger(x, y).sum()], at: [x, y], createGraph: true).map { $0! }
        #expect(first[0].elements == [201, 201])
        for (a, b) in zip(first[1].elements, [6, 8 * e2]) { #expect(abs(a - b) < 1e-13 * b) }
        // The derived slope is differentiated by the rules.
        let second = try gradients(of: [first[1].sum()], at: [x, y]).map { $0! }
        for (a, b) in zip(second[0].elements + second[1].elements, [12, 16 * e2, 2, 2 * e2]) {
            #expect(abs(a - b) < 1e-13 * b)
        }
    }

    /// Slopes from the result, by decree and derived, in one function of several results.
    @Test func slopesOfAllKindsTogether() throws {
        let root = Pointwise { x, y in
            sqrt(x) * y
        } derivativeFromResult: { x, y, z in
            (0.5 * z / x, .derived)
        }
        let doubled = Pointwise { x in
            x * x
        } derivative: { x in
            4 * x
        }
        let many = PointwiseTuple { x, y in
            let z = root(x, exp(y))
            return (z, doubled(z), z * doubled(y), x / y, z + 1)
        }
        let x = [Tensor([0.5, 1.5, 2], dtype: .float64), Tensor([0.25, -0.5, 1], dtype: .float64)]
        try check(x) { many($0[0], $0[1]).0 }
        try check(x) { many($0[0], $0[1]).3 * many($0[0], $0[1]).4 }
        // Where a slope is twice the derived one, so is the gradient, in each result by itself.
        let leaves = x.map(\.leaf)
        let (z, square, product, _, _) = many(leaves[0], leaves[1])
        let of = { (y: Tensor) in
            try gradients(of: [y.sum()], at: leaves, retainGraph: true).map { $0!.elements }
        }
        let (first, second, third) = (try of(z), try of(square), try of(product))
        for i in 0..<3 {
            let (a, b, v) = (x[0].elements[i], x[1].elements[i], z.elements[i])
            #expect(abs(first[0][i] - 0.5 * v / a) < 1e-13 && abs(first[1][i] - v) < 1e-13)
            #expect(abs(second[0][i] - 2 * v * v / a) < 1e-12 && abs(second[1][i] - 4 * v * v) < 1e-12)
            #expect(abs(third[1][i] - (v * b * b + v * 4 * b)) < 1e-12)
        }
        // Recorded in place.
        var y = leaves[0] * 1
        y.apply(root, leaves[1])
        try check(x) {
            var z = $0[0] * 1
            z.apply(root, $0[1])
            return z
        }
        #expect(y.bits == (sqrt(leaves[0]) * leaves[1]).bits)
    }

    // The optimiser of Swift 6.3.1 crashes on a pack of no results, which is no use of the library anyway.
    #if DEBUG
        @Test func aTupleOfNothing() async {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = PointwiseTuple { (x: Expression) in () }
            }
            let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
            #expect(text.contains("PointwiseTuple: the closure gives no expressions or numbers"))
        }
    #endif

    @Test func derivedStandsForAWholeSlope() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let f = Pointwise { x in
                x * x
            } derivative: { _ in
                2 * .derived
            }
            try f(Tensor([1], requiresGrad: true)).sum().backward()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(".derived stands for a whole slope of a given derivative, not for a part of one"))
    }

    @Test func aSlopeFromTheResult() throws {
        let root = Pointwise { x in
            sqrt(x)
        } derivativeFromResult: { _, y in
            0.5 / y
        }
        let f = Pointwise { x, y in
            sqrt(x) * y
        } derivativeFromResult: { _, y, z in
            (0.5 * y * y / z, z / y)
        }
        var random = SeededGenerator(seed: 93)
        let x = (0..<2).map { _ in Tensor(Domain.range(0.5, 1.5).samples(6, &random), [6], .float64) }
        try check(x) { root($0[0]) }
        try check(x) { f($0[0], $0[1]) }
    }
}
