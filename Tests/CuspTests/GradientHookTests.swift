import Cusp
import Testing

@Suite struct GradientHookTests {
    @Test func orderReplacementAndRemoval() throws {
        let x = Tensor([1, 2]).leaf
        let y = x * 3
        let seen = Shared<[[Float]]>([])
        let first = y.addGradientHook { g in
            seen.change { $0.append(g.floats) }
            return g * 10
        }
        y.addGradientHook { g in
            seen.change { $0.append(g.floats) }
            return nil
        }
        try (y * y).sum().backward(retainGraph: true)
        #expect(seen.value == [[6, 12], [60, 120]] && x.grad?.floats == [180, 360])
        first?.remove()
        x.grad = nil
        try (y * y).sum().backward()
        #expect(seen.value.last == [6, 12] && seen.value.count == 3 && x.grad?.floats == [18, 36])
    }

    @Test func onALeafAndOnViews() throws {
        let x = Tensor([1, 2, 3]).leaf
        x.addGradientHook { clamp($0, min: -1, max: 1) }
        let part = x[1...]
        part.addGradientHook { $0 * 2 }
        try (part * 10).sum().backward()
        #expect(x.grad?.floats == [0, 1, 1])
        try (x * 0.25).sum().backward()
        #expect(x.grad?.floats == [0.25, 1.25, 1.25])
    }

    @Test(
        arguments: [
            ("shape", { @Sendable _ in Tensor([1, 2, 3]) }, "[3] for a tensor of float32 of shape [2]"),
            (
                "dtype", { @Sendable g in g.asType(.float64) },
                "returned float64 of shape [2] for a tensor of float32 of shape [2]"
            ),
        ] as [(String, @Sendable (Tensor) -> Tensor, String)])
    func wrong(name: String, hook: @escaping @Sendable (Tensor) -> Tensor, expected: String) {
        let x = Tensor([1, 2]).leaf
        let y = x * 3
        y.addGradientHook(hook)
        #expect(message { try y.sum().backward() }?.contains(expected) == true)
        #expect(x.grad == nil)
    }

    @Test func throwing() throws {
        struct Stop: Error {}
        let (x, z) = (Tensor([1, 2]).leaf, Tensor([5]).leaf)
        let y = x * 3
        let handle = y.addGradientHook { _ in throw Stop() }
        #expect(throws: Stop.self) { try (y.sum() * z).sum().backward(retainGraph: true) }
        #expect(x.grad == nil && z.grad == nil)
        handle?.remove()
        try (y.sum() * z).sum().backward()
        #expect(x.grad?.floats == [15, 15] && z.grad?.floats == [9])
    }

    @Test func withoutGradientsThereIsNone() {
        let text = message { _ = try Tensor.checked { Tensor([1]).addGradientHook { $0 } } }
        #expect(text?.contains("addGradientHook: a tensor of shape [1] requires no gradient") == true)
    }
}
