import Cusp
import Foundation
import Testing

/// Everything at once from many threads. Meant for ThreadSanitizer too.
@Suite struct StressTests {
    @Test func sharedLeaves() throws {
        let (x, w) = (Tensor([0.5, -1, 2], dtype: .float64).leaf, Tensor([1, 2, 3], dtype: .float64).leaf)
        let hooked = Shared(0)
        let accumulated = Shared(0)
        w.addGradientHook { g in
            hooked.change { $0 += 1 }
            return g * 2
        }
        x.addAccumulationHook { _ in accumulated.change { $0 += 1 } }
        let shared = exp(x * w)
        let errors = Shared<[any Error]>([])
        let rounds = 40
        DispatchQueue.concurrentPerform(iterations: rounds) { i in
            do {
                let h = x.detached().leaf
                let handle = shared.addGradientHook { _ in nil }
                let y = checkpoint(x) { h in checkpoint(h) { $0 * w } * h }
                try y.sum().backward()
                try shared.sum().backward(inputs: [w], retainGraph: true)
                handle?.remove()
                let packed = try withSavedTensorHooks {
                    $0 * 2
                } unpack: {
                    $0 / 2
                } _: {
                    (h * h).sum()
                }
                try packed.backward()
                try detectAnomaly { _ = try hvp(at: x, along: w.detached()) { h in (h * h * h).sum() } }
            } catch {
                errors.change { $0.append(error) }
            }
        }
        #expect(errors.value.isEmpty)
        #expect(hooked.value == 2 * rounds && accumulated.value == rounds)
        // d/dx Σ x²w = 2xw; d/dw = x² + x exp(xw), doubled by the hook.
        let (xs, ws) = (x.elements, w.elements)
        for i in 0..<3 {
            #expect(abs(x.grad!.elements[i] / Double(rounds) - 2 * xs[i] * ws[i]) < 1e-9)
            let expected = 2 * (xs[i] * xs[i] + xs[i] * Foundation.exp(xs[i] * ws[i]))
            #expect(abs(w.grad!.elements[i] / Double(rounds) - expected) < 1e-9 * abs(expected))
        }
    }
}
