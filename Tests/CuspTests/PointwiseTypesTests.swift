import Cusp
import Testing

/// Casts and operands of several types: the results are those of one operation after the other.
@Suite struct PointwiseTypesTests {
    @Test func casts() {
        let x = Tensor([-1.5, 0, 0.5, 2.75, 300, -.infinity, .nan] as [Float])
        for type in AlgebraTests.types + [.float16, .bfloat16] {
            let one = Pointwise { x in x.asType(type) }(x)
            #expect(sameElements(one, x.asType(type)))
            let between = Pointwise { x in (2 * x).asType(type).asType(.float64) * 3 }(x)
            #expect(sameElements(between, (2 * x).asType(type).asType(.float64) * 3), "\(type)")
        }
        #expect(Pointwise { x in x.asType(.int32).asType(.float32) }(Tensor([-1.5, 0.5, 2.75])).floats == [-1, 0, 2])
        #expect(
            Pointwise { _ in Expression(2.75).asType(.int32) }(x).array(of: Int.self) == Array(repeating: 2, count: 7))
        #expect(Pointwise { x, n in x + n.asType(.int64) }(Tensor([1]), 2.75).floats == [3])
    }

    private func sameElements(_ a: Tensor, _ b: Tensor) -> Bool {
        a.dtype == b.dtype && sameNumbers(a.asType(.float64), b.asType(.float64))
    }

    /// What a wider or narrower type would have made of it.
    @Test func eachOperationInItsOwnType() {
        let (large, tiny) = (Tensor([16_777_217], dtype: .int64), Tensor([1e-300], dtype: .float64))
        let byte = Tensor([200, 255], dtype: .uint8)
        let one = Tensor([1, 1] as [Float])
        // As a float it would be equal.
        #expect(Pointwise { x, n in `where`(n .== 16_777_216, x, 0) }(one, large).floats == [0, 0])
        // Bytes wrap around, also where a float reads them.
        #expect(Pointwise { x, n in x * (n + 100) }(one, byte).floats == [44, 99])
        #expect(Pointwise { n in (n + n) .> 250 }(byte).array(of: Bool.self) == [false, true])
        // Two truths make one.
        #expect(Pointwise { x in ((x .> 0) + (x .> 0.5)) * 3 }(one).array(of: Int.self) == [3, 3])
        // 32 bits wrap around before 64 are read.
        let half = Tensor([1_073_741_824], dtype: .int32)
        #expect(Pointwise { a, b in a * 2 + b }(half, large).array(of: Int.self) == [-2_130_706_431])
        // A mask that is not 0, however small.
        #expect(`where`(tiny, one, 0).floats == [1, 1])
        #expect(Pointwise { m, x in `where`(m, x, 0) }(tiny, one).floats == [1, 1])
        #expect(`where`(tiny, large, 0).array(of: Int.self) == [16_777_217])
        // A number that is not whole, where a bool reads what it is compared with.
        #expect(Pointwise { x in ((x .& x) .>= 1.5).asType(.bool) }(Tensor([0.17])).array(of: Bool.self) == [false])
        // A constant that no double is.
        let n = Tensor([9_007_199_254_740_993], dtype: .int64)
        #expect(Pointwise { n in n .== 9_007_199_254_740_993 }(n).array(of: Bool.self) == [true])
        #expect(Pointwise { n in n - (-9_007_199_254_740_993) }(n).array(of: Int.self) == [18_014_398_509_481_986])
        // Rounded to float32 first.
        let (x, y) = (Tensor([0.1]), Tensor([1.0], dtype: .float64))
        #expect(Pointwise { x, y in exp(x) + y }(x, y).bits == (exp(x) + y).bits)
        #expect(Pointwise { y in (y / 3).asType(.float32) * 3 }(y).bits == ((y / 3).asType(.float32) * 3).bits)
    }

    @Test func gradientsOfCasts() throws {
        let x = Tensor([0.5, 1.5], dtype: .float64).leaf
        let through = Pointwise { x in exp(x.asType(.float32)) }
        try through(x).sum().backward()
        #expect(x.grad?.dtype == .float64)
        #expect(x.grad?.floats == exp(Tensor([0.5, 1.5])).floats)
        // An integer and a truth value end it.
        for type in [DType.int32, .int64, .uint8, .bool] {
            x.grad = nil
            try Pointwise { x in x * x.asType(type).asType(.float64) }(x).sum().backward()
            #expect(x.grad?.elements == x.detached().asType(type).asType(.float64).elements, "\(type)")
            #expect(!Pointwise { x in (2 * x).asType(type) }(x).requiresGrad)
        }
        let second = try gradients(
            of: [try gradients(of: [through(x).sum()], at: [x], createGraph: true)[0]!.sum()], at: [x])[0]!
        #expect(second.dtype == .float64 && second.floats == exp(Tensor([0.5, 1.5])).floats)
    }

    /// A value in two types, whichever comes first.
    @Test func oneValueTwice() throws {
        let x = Tensor([0, 1, 2.5]).leaf
        let (whole, value) = PointwiseTuple { x in (exp(x).asType(.int32), exp(x)) }(x)
        #expect(whole.array(of: Int.self) == [1, 2, 12] && value.bits == exp(x).bits)
        let (value2, whole2) = PointwiseTuple { x in (exp(x), exp(x).asType(.int32)) }(x)
        #expect(sameNumbers(whole2, whole) && sameNumbers(value2, value))
        let step = Pointwise { x in
            x .> 1
        } derivative: { x in
            3 * x
        }
        let (slope, truth) = PointwiseTuple { x in (step(x), x .> 1) }(x)
        #expect(slope.dtype == .float32 && truth.dtype == .bool && truth.array(of: Bool.self) == [false, false, true])
        try slope.sum().backward()
        #expect(x.grad?.floats == [0, 3, 7.5])
    }

    @Test func inPlaceAndReduced() throws {
        let f = Pointwise { x, n in x * (n + 100) }
        let n = Tensor([200, 255, 1], dtype: .uint8)
        var x = Tensor([1, 2, 3])
        x.apply(f, n)
        #expect(x.floats == [44, 198, 303])
        var y = Tensor([1, 2, 3]).leaf
        let sum = f.sum(y, n)
        try sum.backward()
        #expect(sum.item() == Float(545) && y.grad?.floats == [44, 99, 101])
        withoutGradients { y.apply(f, n) }
        #expect(y.isLeaf && y.floats == [44, 198, 303])
    }

    /// Nothing is computed, or what is computed has to be rounded first.
    @Test func inPlaceWithoutAPass() {
        var x = Tensor([1, 2])
        x.apply(Pointwise { x in x })
        #expect(x.floats == [1, 2])
        x.apply(Pointwise { _, b in b }, Tensor([5]))
        #expect(x.floats == [5, 5])
        x.apply(Pointwise { _ in 7 })
        #expect(x.floats == [7, 7])
        var n = Tensor([-1, 256, 3], dtype: .int32)
        n.apply(Pointwise { x in (x * 2).asType(.uint8) })
        #expect(n.dtype == .int32 && n.array(of: Int.self) == [254, 0, 6])
    }

    /// An integer operand of a sum whose gradient is computed in the same pass.
    @Test func aSumWithIntegers() throws {
        let x = Tensor([2, 3]).leaf
        let n = Tensor([3, 2], dtype: .int64)
        let sum = Pointwise { x, n in pow(x, n) }.sum(x, n)
        try sum.backward()
        #expect(sum.item() == Float(17) && x.grad?.floats == [12, 6])
    }

    /// The result has the wider type, and so has all that its derivatives are computed from.
    @Test(arguments: [DType.float32, .int64, .int32, .bool])
    func functionsOfTwoTypes(type: DType) throws {
        let functions: [(String, @Sendable (Tensor, Tensor) -> Tensor)] = [
            ("/", { $0 / $1 }), ("pow", { pow($0, $1) }), ("pow of the other", { pow($1, $0) }),
            ("atan2", { atan2($0, $1) }), ("atan2 of the other", { atan2($1, $0) }), ("hypot", { hypot($0, $1) }),
            ("logAddExp", { logAddExp($0, $1) }), ("xLogY", { xLogY($0, $1) }), ("xLog1p", { xLog1p($0, $1) }),
            ("remainder", { remainder($0, $1) }), ("*", { $0 * $1 }),
        ]
        let x = Tensor([0.7, 1.3, 2.9], dtype: .float64)
        let narrow = Tensor([0.1, 3, 7]).asType(type) + (type == .float32 ? 0 : Tensor(1, dtype: type))
        for (name, f) in functions {
            let found = [narrow, narrow.asType(.float64)].map { n in
                let leaf = x.leaf
                let y = f(leaf, n)
                let first = try? gradients(of: [y.sum()], at: [leaf], createGraph: true)[0]!
                let along = try? jvp(at: x, along: x) { f($0, n) }.tangent
                return [y, first!, along!].map { $0.detached().elements }
            }
            for (a, b) in zip(found[0].joined(), found[1].joined()) {
                #expect((a - b).magnitude <= 1e-14 * (1 + b.magnitude), "\(name): \(a), not \(b)")
            }
        }
    }

    /// More results, constants and values at a time than the kernels take in one pass.
    @Test func largerThanAPass() throws {
        let x = Tensor([0.5, -1], dtype: .float64).leaf
        let many = PointwiseFunction("many", arity: 1) { x in (0..<60).map { sin(x[0] * (Double($0) + 0.3)) } }
        let results = many.results([x.operand])
        for (i, y) in results.enumerated() { #expect(y.bits == sin(x * (Double(i) + 0.3)).bits, "\(i)") }
        let sum = results.dropFirst().reduce(results[0]) { $0 + $1 }
        let first = try gradients(of: [sum.sum()], at: [x], createGraph: true)[0]!
        let second = try gradients(of: [first.sum()], at: [x])[0]!
        var slope = Tensor([0.0, 0.0], dtype: .float64)
        var bend = slope
        for i in 0..<60 {
            let k = Double(i) + 0.3
            slope += k * cos(k * x.detached())
            bend -= k * k * sin(k * x.detached())
        }
        for (a, b) in zip(first.elements + second.elements, slope.elements + bend.elements) {
            let difference: Double = a - b
            #expect(difference.magnitude < 1e-9)
        }

        let tooMany = PointwiseFunction("tooMany", arity: 1) { x in (0..<64).map { sin(x[0] * (Double($0) + 0.3)) } }
        let error = message { try Tensor.checked { try tooMany.results([x.operand])[3].sum().backward() } }
        #expect(error?.contains("at most 64 are possible; split the function") == true, "\(error ?? "nothing")")

        let long = Pointwise { x in
            let values: [Expression] = (0..<200).map { sin(x * (Double($0) + 0.3)) }
            return values.reversed().reduce(values[0] * values[1]) { $0 * 0.9 + $1 }
        }
        let values: [Tensor] = (0..<200).map { sin(x.detached() * (Double($0) + 0.3)) }
        let exact = values.reversed().reduce(values[0] * values[1]) { $0 * 0.9 + $1 }
        #expect(long(x).bits == exact.bits && long.sum(x).bits == exact.sum().bits)
        #expect(try GradientCheck(seed: 1).first({ long($0[0]) }, [x.detached()]) == nil)
    }

    @Test func emptyAndBroadcast() {
        let f = Pointwise { x, n in (x + 1).asType(.int32) * n }
        #expect(f(Tensor.zeros([0, 3]), Tensor([1, 2, 3], dtype: .int64)).shape == [0, 3])
        let y = f(Tensor([[0.5], [1.5]]), Tensor([1, 2, 3], dtype: .int64))
        #expect(y.shape == [2, 3] && y.array(of: Int.self) == [1, 2, 3, 2, 4, 6] && y.dtype == .int64)
        #expect(f(Tensor(1.5), Tensor(4, dtype: .int64)).item() == 8)
        let (a, b) = PointwiseTuple { x, n in (x.asType(.int32), x * n) }(Tensor([1.5]), Tensor([1, 2], dtype: .int64))
        #expect(a.shape == [2] && a.array(of: Int.self) == [1, 1] && b.floats == [1.5, 3])
    }
}
