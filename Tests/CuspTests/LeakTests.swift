import Autograd
import Cusp
import Testing

/// What is counted belongs to the whole process, so each of these runs in one of its own.
@Suite struct LeakTests {
    @Test func tenThousandSteps() async {
        await #expect(processExitsWith: .success) {
            GraphNode.countLive()
            var w = Tensor([[0.1, 0.2], [0.3, 0.4]]).leaf
            let x = Tensor([[1, 2], [3, 4], [5, 6]])
            func step() throws {
                let y = tanh(matmul(x, w))
                let loss = (y.softmax(dim: 1) * x).sum() + y[0..<2].logSumExp() + cat([y, y * 2]).mean()
                try loss.backward()
                let g = w.grad!
                w.grad = nil
                withoutGradients { w -= 0.01 * g }
            }
            for _ in 0..<10 { try step() }
            let (memory, nodes) = (Memory.active, GraphNode.live)
            for _ in 0..<10_000 { try step() }
            #expect(Memory.active == memory && GraphNode.live == nodes)
        }
    }

    @Test func everythingGoes() async {
        await #expect(processExitsWith: .success) {
            GraphNode.countLive()
            let (memory, nodes) = (Memory.active, GraphNode.live)
            func round() throws {
                let x = Tensor([1, 2, 3, 4]).leaf
                var y = x * x
                y[1..<3] += 5
                y[y .> 3] = 0
                let handle = y.addGradientHook { $0 * 2 }
                let z = y.reshaped([2, 2]).transposed().softmax(dim: 0).sum()
                let g = try gradients(of: [z * z], at: [x], createGraph: true)[0]!
                try (g * g).sum().backward(retainGraph: true)
                _ = try? Tensor.checked { matmul(x, Tensor([1])) }
                handle?.remove()
                // A graph that is dropped without a pass.
                _ = exp(z) + logSumExp(y)
            }
            func logSumExp(_ y: Tensor) -> Tensor { y.logSumExp() }
            for _ in 0..<50 { try round() }
            #expect(GraphNode.live == nodes)
            #expect(Memory.active == memory)
        }
    }

    /// A retained gradient graph leads back to results of its own, but holds no circle.
    @Test func savedResultsMakeNoCircle() async {
        await #expect(processExitsWith: .success) {
            GraphNode.countLive()
            let nodes = GraphNode.live
            for f in [{ exp($0) }, { sigmoid($0) }, { $0.softmax(dim: 0) }, { $0.logSumExp() }, { sqrt($0) }]
                as [(Tensor) -> Tensor]
            {
                let x = Tensor([1, 2]).leaf
                try f(x).sum().backward(createGraph: true)
                x.grad = nil
            }
            #expect(GraphNode.live == nodes)
        }
    }
}
