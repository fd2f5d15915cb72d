import Cusp
import Testing

@Suite struct FunctionalTests {
    let x = Tensor([1, 2, 3], dtype: .float64)

    @Test func gradients() throws {
        #expect(try gradient(at: x) { x in (x * x).sum() }.elements == [2, 4, 6])
        let (dx, dy) = try gradient(at: x, Tensor([4, 5, 6], dtype: .float64)) { x, y in (x * y).sum() }
        #expect(dx.elements == [4, 5, 6] && dy.elements == [1, 2, 3])
        let (value, all) = try valueWithGradient(at: [x, x]) { p in (p[0] * p[1] * p[1]).sum() }
        #expect(value.item() == 36 && all.map(\.elements) == [[1, 4, 9], [2, 8, 18]])
        #expect(!value.requiresGrad && !all[0].requiresGrad)
    }

    /// The example of the article on batches: the gradient of (w · x)² is 2 (w · x) x for each row of x.
    @Test func eachExampleOfABatch() throws {
        let w = Tensor([1, 2])
        let x = Tensor([[1, 0], [0, 1], [1, 1]])
        let g = try gradient(at: w.expanded(to: [3, 2])) { w in square((w * x).sum(dim: 1)).sum() }
        #expect(g.shape == [3, 2] && g.elements == [2, 0, 0, 4, 6, 6])
        #expect("\(g)" == "[[2. 0.]\n [0. 4.]\n [6. 6.]]")
        // By the same means for each: the sum over the examples is the gradient of the shared number.
        #expect(try gradient(at: w) { w in square((w * x).sum(dim: 1)).sum() }.elements == g.sum(dim: 0).elements)
    }

    @Test func leavesAreUntouched() throws {
        let leaf = x.leaf
        leaf.addGradientHook { _ in fatalError("a hook outside") }
        #expect(try gradient(at: leaf) { x in (x * x).sum() }.elements == [2, 4, 6])
        #expect(leaf.grad == nil)
    }

    /// A gradient that happens to be 0 is no constant: derivatives of x f(x) at 0 are f, 2 f', 3 f'' ...
    @Test func whereAFactorIsZero() throws {
        let fused = Pointwise { x in x * softplus(x) }
        let functions: [@Sendable (Tensor) -> Tensor] = [
            { $0 * softplus($0) }, { fused($0) }, { fused.sum($0) }, { matmul($0, softplus($0)) },
            { softplus($0) * $0.unsqueezed(dim: 0) }, { checkpoint($0) { $0 * softplus($0) } },
        ]
        for (i, f) in functions.enumerated() {
            let second = { (x: Tensor) in
                try gradient(at: x) { x in try gradient(at: x) { f($0).sum() }.sum() }
            }
            let third = { (x: Tensor) in try gradient(at: x) { try second($0).sum() } }
            let x = Tensor([0], dtype: .float64)
            #expect(try second(x).elements == [1], "\(i)")
            #expect(try third(x).elements == [0.75], "\(i)")
            #expect(
                try jvp(at: x, along: Tensor([2], dtype: .float64)) { try second($0) }.tangent.elements == [1.5], "\(i)"
            )
            #expect(try gradient(at: x) { try third($0).sum() }.elements == [0], "\(i)")
        }
    }

    @Test func nested() throws {
        let third = try gradient(at: x) { x in
            try gradient(at: x) { x in try gradient(at: x) { x in (x * x * x * x).sum() }.sum() }.sum()
        }
        #expect(third.elements == [24, 48, 72])
        // The inner point has nothing to do with the outer one, which the inner function captures.
        let mixed = try gradient(at: x) { x in
            try gradient(at: Tensor([1, 1, 1], dtype: .float64)) { y in (x * x * y).sum() }.sum()
        }
        #expect(mixed.elements == [2, 4, 6])
        #expect(try gradient(at: x) { x in try gradient(at: x) { x in (3 * x).sum() }.sum() }.elements == [0, 0, 0])
    }

    @Test func capturedTensors() throws {
        let w = Tensor([2, 2, 2], dtype: .float64).leaf
        #expect(try !gradient(at: x) { x in (w * x * x).sum() }.requiresGrad)
        let g = try gradient(at: x, createGraph: true) { x in (w * x * x).sum() }
        try (g * g).sum().backward()
        // d/dw (2wx)² = 8wx²
        #expect(w.grad?.elements == [16, 64, 144])
        let later = try gradient(at: w) { w in try gradient(at: x) { x in (w * x * x).sum() }.sum() }
        #expect(later.elements == [2, 4, 6])
        #expect(try withoutGradients { try gradient(at: w) { w in (w * w).sum() } }.requiresGrad == false)
    }

    @Test func constantsAndStops() throws {
        #expect(try gradient(at: x) { _ in Tensor(7.0) }.elements == [0, 0, 0])
        #expect(try gradient(at: x) { x in (stopGradient(x) * x).sum() }.elements == [1, 2, 3])
    }

    @Test func pullbacks() throws {
        let (y, pullback) = try vjp(at: x) { x in x * x }
        #expect(y.elements == [1, 4, 9] && !y.requiresGrad)
        #expect(try pullback(Tensor([1, 0, 0])).elements == [2, 0, 0])
        #expect(try pullback(Tensor([0, 1, 10])).elements == [0, 4, 60])
        let (values, both) = try vjp(at: [x, Tensor(2.0)]) { p in [p[0] * p[1], p[0].sum()] }
        #expect(values.map(\.elements) == [[2, 4, 6], [6]])
        let g = try both([Tensor([1, 1, 1]), Tensor(10.0)])
        #expect(g.map(\.elements) == [[12, 12, 12], [6]])
    }

    @Test func products() throws {
        let (y, dy) = try jvp(at: x, along: Tensor([1, 10, 0])) { x in x * x }
        #expect(y.elements == [1, 4, 9] && dy.elements == [2, 40, 0] && !dy.requiresGrad)
        let h = try hvp(at: x, along: Tensor([1, 1, 0])) { x in (x * x * x).sum() }
        #expect(h.elements == [6, 12, 0] && !h.requiresGrad)
        let pair = try hvp(at: [x, x], along: [x, Tensor.zeros([3])]) { p in (p[0] * p[0] * p[1]).sum() }
        #expect(pair.map(\.elements) == [[2, 8, 18], [2, 8, 18]])
    }

    @Test func matrices() throws {
        #expect(try jacobian(at: x) { x in x * x }.elements == [2, 0, 0, 0, 4, 0, 0, 0, 6])
        // Fewer results than inputs, and more.
        let few = try jacobian(at: x.reshaped([3, 1])) { x in (x * x).sum(dim: 0) }
        #expect(few.shape == [1, 3, 1] && few.elements == [2, 4, 6])
        let many = try jacobian(at: x[0..<1]) { x in cat([x * x, 5 * x]) }
        #expect(many.shape == [2, 1] && many.elements == [2, 5])
        #expect(try hessian(at: x[0..<2]) { x in (x[0] * x[0] * x[1]).sum() }.elements == [4, 2, 2, 0])
        #expect(try jacobian(at: x) { x in x[0..<0] }.shape == [0, 3])
    }

    @Test func matricesAgain() throws {
        let third = try jacobian(at: x[0..<2]) { x in try hessian(at: x) { x in (x * x * x).sum() } }
        #expect(third.shape == [2, 2, 2] && third.elements == [6, 0, 0, 0, 0, 0, 0, 6])
    }

    @Test func messages() {
        #expect(
            message { _ = try gradient(at: x) { x in x * 2 } }
                == "gradient: the result has the shape [3], and a gradient is of one number: call sum() in the function, or use jacobian or vjp"
        )
        #expect(
            message { _ = try gradient(at: Tensor.range(3)) { x in x.sum() } }
                == "gradient: input 0 is of type int64, which has no gradient; use asType(.float32) first")
        #expect(
            message { _ = try jacobian(at: x) { x in x .> 0 } }
                == "jacobian: result 0 is of type bool, which has no gradient; give a result of a float type")
        #expect(
            message { _ = try jvp(at: x, along: Tensor([1, 2])) { $0 } }
                == "jvp: direction 0 has the shape [2], and belongs to a tensor of shape [3]")
        let pullback = message { _ = try vjp(at: x) { $0 }.pullback(Tensor(1.0)) }
        #expect(pullback == "vjp: gradient 0 has the shape [], and belongs to a tensor of shape [3]")
        #expect(
            message { _ = try hessian(at: x) { $0 } }
                == "hessian: the result has the shape [3], and a gradient is of one number: call sum() in the function, or use jacobian or vjp"
        )
        let deep = Tensor.zeros([1, 1, 1, 1, 1])
        #expect(message { _ = try hessian(at: deep) { $0.sum() } }?.hasPrefix("hessian: the shapes") == true)
        #expect(message { _ = try jacobian(at: deep) { $0 } }?.contains("more than 8 dimensions") == true)
    }
}
