import Autograd
import Cusp
import Testing

@Suite struct CheckpointTests {
    let x = Tensor([0.5, -1, 2], dtype: .float64)
    let w = Tensor([1, 2, -0.5], dtype: .float64)

    @Test func sameGradients() throws {
        let (a, b) = (x.leaf, w.leaf)
        let y = checkpoint(a * 2) { h in tanh(h * b) * h }
        #expect(y.elements == (tanh(x * 2 * w) * x * 2).elements)
        try (y * y).sum().backward()
        let (c, d) = (x.leaf, w.leaf)
        let z = tanh(c * 2 * d) * c * 2
        try (z * z).sum().backward()
        #expect(close(a.grad, c.grad) && close(b.grad, d.grad))
    }

    @Test func severalInputsAndResults() throws {
        let f = { @Sendable (p: [Tensor]) in [p[0] * p[1], exp(p[0]).sum(), p[1] .> 0] }
        let (a, b) = (x.leaf, w.leaf)
        let y = checkpoint([a, b], f)
        #expect(y.map(\.requiresGrad) == [true, true, false])
        try (y[0].sum() * y[1]).backward(inputs: [b])
        #expect(a.grad == nil)
        #expect(close(b.grad, x * exp(x).sum()))
        #expect(!checkpoint([x, w], f)[0].requiresGrad && !withoutGradients { checkpoint([a, b], f)[0].requiresGrad })
    }

    @Test func everyOrder() throws {
        let check = GradientCheck(seed: 3)
        let f = { (p: [Tensor]) in checkpoint(p) { p in [sigmoid(p[0] * p[1]) * p[0]] }[0] }
        #expect(try check.first(f, [x, w]) == nil)
        #expect(try check.second(f, [x, w]) == nil)
    }

    @Test func nestedAndCounted() throws {
        let calls = Shared(0)
        let b = w.leaf
        let inner = { @Sendable (h: Tensor) in
            calls.change { $0 += 1 }
            return sigmoid(h * b)
        }
        let a = x.leaf
        let y = checkpoint(a) { h in checkpoint(checkpoint(h, inner) + h, inner) }
        #expect(calls.value == 2)
        try y.sum().backward()
        // Once more for the outer checkpoint, and once more for each of the inner ones.
        #expect(calls.value == 6)
        let (c, d) = (x.leaf, w.leaf)
        try sigmoid((sigmoid(c * d) + c) * d).sum().backward()
        #expect(close(a.grad, c.grad) && close(b.grad, d.grad))
    }

    @Test func randomNumbersRepeat() throws {
        let random = RandomStream(seed: 9)
        let a = x.leaf
        let y = checkpoint(a) { h in
            var random = random
            return h * random.normal([3], dtype: .float64)
        }
        try y.sum().backward()
        #expect(close(a.grad, y.detached() / x))
    }

    @Test func keepsThePolicy() throws {
        let a = Tensor([0], dtype: .float64).leaf
        let y = KinkPolicy.legacy.use { checkpoint(a) { clamp($0, min: 0) } }
        try y.sum().backward()
        #expect(a.grad?.elements == [1])
    }

    @Test func hooksSeeWholeGradients() throws {
        let seen = Shared<[[Double]]>([])
        let b = w.leaf
        b.addGradientHook { g in
            seen.change { $0.append(g.elements) }
            return g * 10
        }
        let a = x.leaf
        try (checkpoint(a) { $0 * b } + b).sum().backward()
        #expect(seen.value == [[1.5, 0, 3]] && b.grad?.elements == [15, 0, 30])
    }

    @Test func manyAtOnce() throws {
        // Branches wide enough for the parallel engine; the same bits in every run.
        var random = RandomStream(seed: 1)
        let (x, w) = (random.normal([64, 512]), random.normal([512, 512], deviation: 0.05).leaf)
        func run() throws -> [UInt64] {
            w.grad = nil
            let branches = (0..<8).map { i in checkpoint(x * Double(i + 1)) { h in tanh(matmul(h, w)) * h } }
            try branches.dropFirst().reduce(branches[0], +).sum().backward()
            return w.grad!.bits
        }
        let first = try run()
        for _ in 0..<3 { #expect(try run() == first) }
    }

    @Test func freed() async {
        await #expect(processExitsWith: .success) {
            GraphNode.countLive()
            let (memory, nodes) = (Memory.active, GraphNode.live)
            func round() throws {
                let (a, b) = (Tensor([1, 2]).leaf, Tensor([3, 4]).leaf)
                try checkpoint(a) { exp($0 * b) }.sum().backward()
                _ = checkpoint(a) { exp($0 * b) }
            }
            for _ in 0..<10 { try round() }
            #expect(GraphNode.live == nodes && Memory.active == memory)
        }
    }

    @Test func messages() {
        let a = x.leaf
        let between = exp(a)
        let captured = message { _ = try Tensor.checked { checkpoint(x) { $0 * between } } }
        #expect(
            captured
                == "checkpoint: the closure captures the result of exp, which requires gradients; pass it as an input")
        let calls = Shared(0)
        let y = checkpoint(a) { h in
            calls.change { $0 += 1 }
            return calls.value == 1 ? h * 2 : h[0..<1]
        }
        #expect(message { try y.sum().backward() }?.contains("it must give the same each time") == true)
        #expect(a.grad == nil)
    }

    private func close(_ a: Tensor?, _ b: Tensor?) -> Bool {
        guard let a, let b, a.shape == b.shape else { return false }
        return zip(a.elements, b.elements).allSatisfy { abs($0 - $1) < 1e-12 * (1 + abs($1)) }
    }
}
