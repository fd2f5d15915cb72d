import Cusp
import Foundation
import Testing

@Suite struct GradientsTests {
    @Test func leaves() throws {
        var x = Tensor([1, 2, 3])
        #expect(!x.requiresGrad && !x.isLeaf && x.grad == nil)
        x.requiresGrad = true
        #expect(x.requiresGrad && x.isLeaf)
        let y = x * x
        #expect(y.requiresGrad && !y.isLeaf && y.grad == nil)
        try y.sum().backward()
        #expect(x.grad?.floats == [2, 4, 6] && y.grad == nil)
        let copy = x
        #expect(copy.grad?.floats == [2, 4, 6], "copies of a leaf share its gradient")
        x.requiresGrad = false
        #expect(!x.requiresGrad && copy.isLeaf)
        #expect(Tensor([1, 2], requiresGrad: true).isLeaf)
    }

    @Test func passesAddUp() throws {
        let x = Tensor([1, 2]).leaf
        for _ in 0..<3 { try (x * x).sum().backward() }
        #expect(x.grad?.floats == [6, 12])
        x.grad = nil
        try (x * 5).sum().backward()
        #expect(x.grad?.floats == [5, 5])
        x.grad = Tensor([100, 100])
        try x.sum().backward()
        #expect(x.grad?.floats == [101, 101])
    }

    @Test func theGradientIsAValue() throws {
        let x = Tensor([1, 2]).leaf
        try x.sum().backward()
        var g = x.grad!
        g *= 100
        #expect(x.grad?.floats == [1, 1])
        let before = x.grad!
        try x.sum().backward()
        #expect(before.floats == [1, 1] && x.grad?.floats == [2, 2])
    }

    @Test func seeds() throws {
        let x = Tensor([1, 2]).leaf
        try (x * 3).backward(gradient: Tensor([10, 20]))
        #expect(x.grad?.floats == [30, 60])
        try (x * 3).backward(gradient: Tensor([1, 1], dtype: .float64))
        #expect(x.grad?.dtype == .float32 && x.grad?.floats == [33, 63])
        let g = try gradients(of: [x * 2, x * x], at: [x], with: [Tensor([1, 0]), Tensor([0, 1])])
        #expect(g[0]?.floats == [2, 4] && x.grad?.floats == [33, 63])
        #expect(try gradients(of: [x[0..<1], x.sum()], at: [x])[0]?.floats == [2, 1])
    }

    @Test func someLeavesOnly() throws {
        let (x, y) = (Tensor([1, 2]).leaf, Tensor([3, 4]).leaf)
        try (x * y).sum().backward(inputs: [y])
        #expect(x.grad == nil && y.grad?.floats == [1, 2])
        let z = x * y
        #expect(try gradients(of: [(z * z).sum()], at: [z])[0]?.floats == [6, 16])
        #expect(message { try (x * y).sum().backward(inputs: [x * 1]) }?.contains("only into leaves") == true)
    }

    @Test func unused() throws {
        let (x, y) = (Tensor([1, 2]).leaf, Tensor([3, 4]).leaf)
        #expect(try gradients(of: [x.sum()], at: [x, y], allowUnused: true)[1] == nil)
        let text = message { _ = try gradients(of: [x.sum()], at: [x, y]) }
        #expect(text?.contains("input 1, of shape [2]") == true && text?.contains("allowUnused") == true)
    }

    @Test func messages() {
        let x = Tensor([1, 2]).leaf
        let vector = message { try (x * 2).backward() }
        #expect(
            vector?.contains("[2]") == true && vector?.contains("sum()") == true
                && vector?.contains("pass a gradient") == true)
        let constant = message { try Tensor([1]).backward() }
        #expect(constant?.contains("does not require gradients") == true)
        let shape = message { try (x * 2).backward(gradient: Tensor([1, 2, 3])) }
        #expect(shape == "backward: the gradient has the shape [3], the tensor [2]")
        #expect(
            message { _ = try gradients(of: [x.sum()], at: [x], with: []) } == "gradients: 0 gradients for 1 outputs")
        #expect(
            message { try stopGradient(x .> 0).asType(.float32).sum().backward() }?.contains("a comparison, a cast")
                == true)
        #expect(message { try x.detached().sum().backward() }?.contains("detached()") == true)
        #expect(message { _ = try gradients(of: [x.sum()], at: [Tensor([1])]) }?.contains("[1]") == true)
        let integers = mistake {
            var n = Tensor([1], dtype: .int64)
            n.requiresGrad = true
            return n
        }
        #expect(integers?.contains("int64") == true && integers?.contains("asType(.float32)") == true)
        #expect(x.grad == nil)
    }

    @Test func retainGraph() throws {
        let x = Tensor([1, 2]).leaf
        let y = exp(x).sum()
        try y.backward(retainGraph: true)
        try y.backward()
        let text = message { try y.backward() }
        #expect(text?.contains("a second time") == true && text?.contains("retainGraph: true") == true)
        // After the error the gradient is as it was.
        #expect(abs(x.grad!.elements[0] - 2 * 2.718281828) < 1e-5)
    }

    /// Only tensors are freed: a graph that keeps none can be passed again, whether somebody watches it or not.
    @Test(arguments: [false, true]) func numbersAreNotFreed(isWatched: Bool) throws {
        func recorded(_ body: () -> Tensor) throws -> Tensor { isWatched ? try detectAnomaly(body) : body() }
        let x = Tensor([1, 2]).leaf
        let y = try recorded { (3 * x + x / 4 - 1).sum() }
        try y.backward()
        try y.backward()
        #expect(x.grad!.elements == [6.5, 6.5])
        let z = try recorded { (x * Tensor([3, 5])).sum() }
        try z.backward()
        #expect(message { try z.backward() }?.contains("a second time through mul") == true)
        #expect(x.grad!.elements == [9.5, 11.5])
    }

    @Test func createGraph() throws {
        let x = Tensor([0.5, 2], dtype: .float64).leaf
        var g = (x * x * x * x).sum()
        for expected in [{ 4 * $0 * $0 * $0 }, { 12 * $0 * $0 }, { 24 * $0 }, { _ in 24 }] as [(Double) -> Double] {
            g = try gradients(of: [g.sum()], at: [x], createGraph: true)[0]!
            for (a, b) in zip(g.elements, [0.5, 2]) { #expect(abs(a - expected(b)) < 1e-12) }
        }
        try (x * x).sum().backward(createGraph: true)
        let first = x.grad!
        x.grad = nil
        try (first * first).sum().backward()
        #expect(x.grad?.elements == [8 * 0.5, 8 * 2])
        #expect(try !gradients(of: [(x * x).sum()], at: [x])[0]!.requiresGrad)
    }

    @Test func withoutRecording() async throws {
        let x = Tensor([1, 2]).leaf
        #expect(!withoutGradients { x * 2 }.requiresGrad && !x.detached().requiresGrad)
        #expect(withoutGradients { withGradients { x * 2 } }.requiresGrad)
        // Those that have nothing to do, too.
        let one = x.sum()
        let unchanged: [() -> Tensor] = [
            { x.rolled(2, dim: 0) }, { x.expanded(to: x.shape) }, { x.tiled([1]) }, { x.squeezed() }, { x.flattened() },
            { x.repeated(1, dim: 0) }, { one.rolled(1, dim: 0) }, { one.moved(0, to: 0) }, { one.flipped(dim: 0) },
            { one.transposed(0, -1) }, { one.cumulativeProduct(dim: 0) }, { one.cumulativeLogSumExp(dim: 0) },
        ]
        for (i, f) in unchanged.enumerated() { #expect(f().requiresGrad && !withoutGradients(f).requiresGrad, "\(i)") }
        #expect(await !withoutGradients { await Task { x * 2 }.value }.requiresGrad)
        struct Stop: Error {}
        #expect(throws: Stop.self) { try withoutGradients { throw Stop() } }
        #expect((x * 2).requiresGrad)
        try (x * x.detached() + withoutGradients { x }).sum().backward()
        #expect(x.grad?.floats == [2, 3] || x.grad?.floats == [1, 2])
    }

    @Test func typesOnTheWay() throws {
        let x = Tensor([1, 2]).leaf
        try (x.asType(.float64) * 2.0).asType(.float16).asType(.float32).sum().backward()
        #expect(x.grad?.dtype == .float32 && x.grad?.floats == [2, 2])
        let half = Tensor([1, 2]).asType(.bfloat16).leaf
        try (half * half).sum().backward()
        #expect(half.grad?.dtype == .bfloat16 && half.grad?.asType(.float32).floats == [2, 4])
    }

    @Test func deepGraphs() throws {
        let x = Tensor([1]).leaf
        var y = x
        for _ in 0..<20_000 { y = y + 1 }
        try y.backward()
        #expect(x.grad?.floats == [1])
        var kept: Tensor? = x
        for _ in 0..<20_000 { kept = kept! * 1 }
        kept = nil
    }
}
