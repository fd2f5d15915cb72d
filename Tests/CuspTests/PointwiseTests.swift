import Autograd
import Cusp
import Testing

@Suite struct PointwiseTests {
    @Test func numbersOfOperands() {
        let x = Tensor([1, 2])
        #expect(Pointwise { a in a + 1 }(x).floats == [2, 3])
        #expect(Pointwise { a, b in a - b }(x, 3).floats == [-2, -1])
        #expect(Pointwise { a, b, c in a * b + c }(2, x, x).floats == [3, 6])
        #expect(Pointwise { a, b, c, d in a * b + c * d }(x, 1.5, 2, x).floats == [3.5, 7])
        #expect(Pointwise { a, b in `where`(a .> 1, a, b) }(x, Tensor([[5], [6]])).floats == [5, 2, 6, 2])
    }

    @Test func resultsThatAreNotComputed() throws {
        let x = Tensor([1, 2]).leaf
        let same = Pointwise { a in a }(x)
        #expect(same.floats == [1, 2] && same.buffer.storage === x.buffer.storage)
        try same.sum().backward()
        #expect(x.grad?.floats == [1, 1])
        #expect(Pointwise { _ in 7 }(x).floats == [7, 7])
        #expect(Pointwise { a, _ in a }(x, Tensor.zeros([3, 1])).shape == [3, 2])
        let constant = Pointwise { _ in 3 }(x)
        if constant.requiresGrad {
            #expect(try gradients(of: [constant.sum()], at: [x])[0]?.floats == [0, 0])
        }
    }

    static let step = Pointwise { x in
        x .>= 0
    } derivative: { x in
        25 * sigmoid(25 * x) * sigmoid(-25 * x)
    }

    @Test func aDecreedDerivative() throws {
        let square = Pointwise { x in
            x * x
        } derivative: { x in
            100 + x
        }
        let x = Tensor([1, 2, 3]).leaf
        try square(x).sum().backward()
        #expect(x.grad?.floats == [101, 102, 103])
        // It may itself be differentiated: what counts is the decreed one.
        let g = try gradients(of: [square(x).sum()], at: [x], createGraph: true)[0]!
        #expect(try gradients(of: [(g * g).sum()], at: [x])[0]?.floats == [202, 204, 206])
    }

    /// A comparison gives booleans, which have no gradient; with a given slope it has the operand's type, and one.
    @Test(arguments: [DType.float32, .float64]) func aComparisonWithAGivenSlope(_ dtype: DType) throws {
        let x = Tensor([0, 1], dtype: dtype).leaf
        let y = Self.step(x)
        #expect(y.dtype == dtype && y.floats == [1, 1])
        try y.sum().backward()
        #expect(x.grad?.dtype == dtype && x.grad?[0].item() == Float(6.25))
    }

    @Test func decreedInsideALargerOne() throws {
        let square = Pointwise { x in
            x * x
        } derivative: { x in
            100 + x
        }
        let larger = Pointwise { x, y in exp(y) * square(x * 2) + square(y) }
        let (x, y) = (Tensor([1, 2]).leaf, Tensor([0, 1]).leaf)
        let values = larger(x, y)
        #expect(values.floats[0] == 4)
        try values.sum().backward()
        // dx = e^y · (100 + 2x) · 2, dy = e^y · (2x)² + 100 + y
        let e = 2.718281828459045
        for (got, expected) in zip(x.grad!.elements + y.grad!.elements, [204, 208 * e, 104, 16 * e + 101]) {
            #expect(abs(got - expected) < 1e-4 * expected)
        }
    }

    @Test func decreedForSomeOperands() throws {
        let f = Pointwise { x, y in
            x * y
        } derivative: { x, y in
            (7, x)
        }
        let (x, y) = (Tensor([1, 2]).leaf, Tensor([3, 4]).leaf)
        try f(x, y).sum().backward()
        #expect(x.grad?.floats == [7, 7] && y.grad?.floats == [1, 2])
        x.grad = nil
        try f(x, 5).sum().backward()
        #expect(x.grad?.floats == [7, 7])
    }

    @Test func aDecreedSlopeOfABoolean() throws {
        let x = Tensor([-1, 0, 0.01]).leaf
        #expect(Self.step(x).floats == [0, 1, 1])
        guard Self.step(x).requiresGrad else { return }
        try Self.step(x).sum().backward()
        #expect(abs(x.grad!.elements[1] - 6.25) < 1e-5)
    }

    @Test func gradientsOfBroadcastOperands() throws {
        let f = Pointwise { a, b, c in a * b + c * c }
        var random = SeededGenerator(seed: 80)
        for shapes in [
            [[3, 1], [2], []], [[1, 1], [4, 3, 2], [2]], [[0, 1], [2], [1, 2]], [[2, 1], [1, 2], [2, 2]],
        ] {
            let operands = shapes.map { Tensor(Domain.range(-1, 1).samples($0.reduce(1, *), &random), $0, .float64) }
            let check = GradientCheck(seed: 81)
            #expect(try check.first({ f($0[0], $0[1], $0[2]) }, operands) == nil, "\(shapes)")
            #expect(try check.second({ f($0[0], $0[1], $0[2]) }, operands) == nil, "\(shapes)")
        }
    }

    @Test func sameOperandTwice() throws {
        let f = Pointwise { a, b in a * b }
        let x = Tensor([2, 3]).leaf
        try f(x, x).sum().backward()
        #expect(x.grad?.floats == [4, 6])
    }

    @Test func typesOfOperands() throws {
        let f = Pointwise { a, b in exp(a) + b }
        #expect(f(Tensor([0], dtype: .int64), Tensor([1], dtype: .int32)).dtype == .float32)
        let (a, b) = (Tensor([0]).leaf, Tensor([1], dtype: .float64).leaf)
        let y = f(a, b)
        #expect(y.dtype == .float64)
        try y.sum().backward()
        #expect(a.grad?.dtype == .float32 && b.grad?.dtype == .float64)
        #expect(Pointwise { a in a + 1 }(Tensor([1], dtype: .uint8)).dtype == .uint8)
        #expect(Pointwise { a in a + 0.5 }(Tensor([1], dtype: .uint8)).dtype == .float32)
    }

    @Test func shapesThatDoNotBroadcast() {
        let f = Pointwise { a, b in a + b }
        let error = #expect(throws: TensorError.self) { try Tensor.checked { f(Tensor([1, 2]), Tensor([1, 2, 3])) } }
        #expect(error?.description.contains("[2] and [3]") == true)
    }

    @Test func otherNumbersOfOperandsInAnEnding() {
        let f = Pointwise { a, b in a + b }
        #expect(mistake { f.sum(Tensor([1])) } == "sum: 1 operands for a pointwise function of 2")
        #expect(mistake { f.max(Tensor([1]), 2, 3) } == "max: 3 operands for a pointwise function of 2")
        #expect(mistake { f.sum(Tensor([1, 2]), Tensor([1, 2, 3])) }?.contains("[2] and [3]") == true)
        var x = Tensor([1, 2])
        let error = message { try Tensor.checked { x.apply(f, Tensor([[1], [2]])) } }
        #expect(error?.contains("in place: the result of shape [2, 2] does not fit into [2]") == true)
    }

    @Test func misuseTraps() async {
        let captured = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var escaped: Expression?
            _ = Pointwise { x in
                escaped = x
                return x
            }
            _ = Pointwise { x in x + escaped! }
        }
        let message = String(decoding: captured?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("an expression of another function was captured; pass it as an operand instead"))
        let outside = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var escaped: Expression?
            _ = Pointwise { x in
                escaped = x
                return x
            }
            _ = escaped! + 1
        }
        let text = String(decoding: outside?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("an expression was used outside of the closure that it is a parameter of"))
    }

    @Test func manyFunctionsDoNotLeak() async {
        await #expect(processExitsWith: .success) {
            GraphNode.countLive()
            final class Token: Sendable {}
            let x = Tensor([1, 2, 3]).leaf
            var tokens: [() -> Token?] = []
            func round() throws {
                for i in 0..<100 {
                    let token = Token()
                    tokens.append { [weak token] in token }
                    let f = Pointwise { x in
                        x * Double(i)
                    } derivative: { x in
                        withExtendedLifetime(token) { exp(x) }
                    }
                    let g = try gradients(of: [f(x).sum()], at: [x], createGraph: true)[0]!
                    _ = try gradients(of: [g.sum()], at: [x])
                }
            }
            try round()
            let (memory, nodes) = (Memory.active, GraphNode.live)
            try round()
            #expect(Memory.active == memory && GraphNode.live == nodes)
            #expect(tokens.allSatisfy { $0() == nil }, "a function outlives its last use")
        }
    }
}
