import Cusp
import CuspNN
import Testing

@Suite struct CheckpointTests {
    private struct Network: Module {
        let layers: [Linear]

        init(seed: UInt64) {
            var random = RandomStream(seed: seed)
            layers = [Linear(3, 5, random: &random), Linear(5, 2, bias: false, random: &random)]
        }

        func callAsFunction(_ x: Tensor) -> Tensor { layers[1](tanh(layers[0](x))) }
    }

    private let x = Tensor([[0.5, -1, 2], [1, 0, -0.25]])

    @Test func sameGradients() throws {
        func gradients(_ apply: (Network, Tensor) -> Tensor) throws -> [[Float]] {
            let network = Network(seed: 1)
            var x = x
            x.requiresGrad = true
            let y = apply(network, x)
            try (y * y).sum().backward()
            return [x.grad!.floats] + network.parameters.map { $0.grad!.floats }
        }
        let plain = try gradients { $0($1) }
        #expect(plain.count == 4)
        #expect(try gradients { checkpoint($1, through: $0) } == plain)
        // Layer by layer, and inside one another.
        let nested = try gradients { network, x in
            checkpoint(tanh(checkpoint(x, through: network.layers[0])), through: network.layers[1])
        }
        #expect(nested == plain)
    }

    /// Two passes one after the other, with an update between them, as in training.
    @Test func training() throws {
        let (network, other) = (Network(seed: 2), Network(seed: 2))
        let optimizers = [network, other].map { SGD($0.parameters, learningRate: 0.1) }
        for _ in 0..<3 {
            for (optimizer, y) in zip(optimizers, [network(x), checkpoint(x, through: other)]) {
                try (y * y).sum().backward()
                optimizer.step()
                optimizer.zeroGradients()
            }
        }
        #expect(network.parameters.map(\.value.floats) == other.parameters.map(\.value.floats))
    }

    @Test func updatedMeanwhile() {
        let network = Network(seed: 3)
        let y = checkpoint(x, through: network)
        network.parameters[1].update { $0 += 1 }
        var text = ""
        do { try Tensor.checked { try y.sum().backward() } } catch { text = "\(error)" }
        #expect(
            text
                == "checkpoint: parameter 1 of Network, of shape [5], was updated between the call and the backward pass; update it after"
        )
    }
}
