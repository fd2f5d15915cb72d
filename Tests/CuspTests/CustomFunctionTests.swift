import Cusp
import Testing

@Suite struct CustomFunctionTests {
    /// σ(k (x - threshold)), with plain numbers beside the saved operand.
    struct Threshold: CustomFunction {
        struct Saved { var x: Tensor, calls: Int }
        var threshold: Double
        var k: Double

        func forward(_ x: [Tensor]) -> (Tensor, context: Saved) {
            (sigmoid(k * (x[0] - threshold)), Saved(x: x[0], calls: 1))
        }

        func backward(_ g: Tensor, _ saved: Saved) -> [Tensor?] {
            [g * k * sigmoidSlope(k * (saved.x - threshold))]
        }
    }

    @Test func typedContext() throws {
        let f = Threshold(threshold: 0.3, k: 4)
        let x = Tensor([-0.5, 0.2, 0.7], [3], .float64)
        #expect(
            try GradientCheck(seed: 90).one {
                f($0)
            } at: {
                x
            } == nil)
        #expect(!f(x).requiresGrad)
    }

    /// x · y, whose rule gives what it is told to.
    struct Product: CustomFunction {
        var rule: @Sendable (Tensor, [Tensor]) throws -> [Tensor?]
        func forward(_ x: [Tensor]) -> (Tensor, context: [Tensor]) { (x[0] * x[1], x) }
        func backward(_ g: Tensor, _ x: [Tensor]) throws -> [Tensor?] { try rule(g, x) }
    }

    static let wrong: [(rule: @Sendable (Tensor, [Tensor]) throws -> [Tensor?], expected: String)] = [
        ({ g, x in [g * x[1]] }, "backward of Product returned 1 gradient for 2 inputs"),
        ({ g, x in [g, g, g] }, "backward of Product returned 3 gradients for 2 inputs"),
        (
            { g, x in [g.sum(), g] },
            "backward of Product: the gradient of input 0 is float32 of shape [], the input float32 of shape [2]"
        ),
        (
            { g, x in [g, g.asType(.float64)] },
            "backward of Product: the gradient of input 1 is float64 of shape [2], the input float32 of shape [2]"
        ),
    ]

    @Test(arguments: wrong.indices)
    func wrongGradients(index: Int) {
        let (x, y) = (Tensor([1, 2]).leaf, Tensor([3, 4]).leaf)
        #expect(
            message { try Product(rule: Self.wrong[index].rule)(x, y).sum().backward() } == Self.wrong[index].expected)
        #expect(x.grad == nil && y.grad == nil)
    }

    @Test func noGradient() throws {
        let (x, y) = (Tensor([1, 2]).leaf, Tensor([3, 4]).leaf)
        try Product { g, x in [nil, g * x[0]] }(x, y).sum().backward()
        #expect(x.grad == nil && y.grad?.floats == [1, 2])
        // What nobody wants is dropped.
        y.grad = nil
        try Product { g, x in [g * x[1], g * x[0]] }(x, Tensor([3, 4])).sum().backward()
        #expect(x.grad?.floats == [3, 4])
    }

    @Test func throwing() {
        struct Stop: Error {}
        let x = Tensor([1, 2]).leaf
        #expect(throws: Stop.self) { try Product { _, _ in throw Stop() }(x, x).sum().backward() }
        #expect(x.grad == nil)
    }

    @Test func sameInputTwice() throws {
        let x = Tensor([2, 3]).leaf
        try Product { g, x in [g * x[1], g * x[0]] }(x, x).sum().backward()
        #expect(x.grad?.floats == [4, 6])
    }

    @Test func secondOrder() throws {
        let x = [Tensor([0.5, -1, 2], [3], .float64), Tensor([1, 0.3, -0.2], [3], .float64)]
        let f = Product { g, x in [g * x[1], g * x[0]] }
        let check = GradientCheck(seed: 91)
        #expect(try check.first({ f($0) }, x) == nil)
        #expect(try check.second({ f($0) }, x) == nil)
    }

    /// The worked example: a subgradient of one's own.
    struct Ramp: CustomFunction {
        func forward(_ x: [Tensor]) -> (Tensor, context: Tensor) { (`where`(x[0] .> 0, x[0], 0), x[0]) }
        func backward(_ g: Tensor, _ x: Tensor) -> [Tensor?] { [`where`(x .> 0, g, 0)] }
    }

    @Test func subgradient() throws {
        let x = Tensor([-1, 0, 1, 2]).leaf
        try Ramp()(x).sum().backward()
        #expect(x.grad?.floats == [0, 0, 1, 1])
        let text = message { try Ramp()(x).backward() }
        #expect(text?.contains("[4]") == true && text?.contains("sum()") == true)
    }
}
