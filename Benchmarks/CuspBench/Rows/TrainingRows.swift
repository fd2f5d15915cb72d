import Cusp
import CuspNN

let trainingRows = [
    Row("mlp_step", .training) { _ in
        var inputs = Inputs()
        let x = inputs.unit([128, 784])
        let labels = inputs.index(10, [128])
        let weights = [[512, 784], [512, 512], [10, 512]].map { inputs.signed($0, scale: 1 / 32) }
        return training(weights) { layers in
            let hidden = layers[1](layers[0](x, rectified: true), rectified: true)
            return crossEntropy(logits: layers[2](hidden), labels: labels)
        }
    }.with { $0.fixedSize = 128 },

    loss("attention_step", in: .training, Array(repeating: .signed(8, 8, 128, 64), count: 3)) { x in
        let (q, k, v) = (x[0], x[1], x[2])
        let y = matmul((matmul(q, k.transposed(-1, -2)) / 8).softmax(dim: -1), v)
        return (y * y).sum()
    }.with { $0.fixedSize = 8 * 8 * 128 * 64 },

    Row("spiking_step", .training) { _ in
        var inputs = Inputs()
        let steps = inputs.index(2, [25, 64, 64]).asType(.float32)
        let labels = inputs.index(10, [64])
        let weights = [inputs.signed([256, 64], scale: 1 / 8), inputs.signed([10, 256], scale: 1 / 32)]
        return training(weights) { layers in
            var (u, s, v) = (Tensor.zeros([64, 256]), Tensor.zeros([64, 256]), Tensor.zeros([64, 10]))
            for t in 0..<25 {
                u = 0.9 * u + layers[0](steps[t]) - s.detached()
                s = hardThreshold(u - 1)
                v = 0.9 * v + layers[1](s)
            }
            return crossEntropy(logits: v, labels: labels)
        }
    }.with {
        $0.fixedSize = 64
        $0.tolerance.relative = 1e-3
    },
]

private let hardThreshold = Pointwise { z in
    `where`(z .>= 0, 1.0, 0.0)
} derivative: { z in
    25 * sigmoidSlope(25 * z)
}

/// Steps of gradient descent at the rate 0.01 for layers with these weights, `[outputs, inputs]`, and biases 0. The results are
/// the loss, then each layer's weight, in the same form, and bias.
private func training(_ weights: [Tensor], _ loss: @escaping ([Linear]) -> Tensor) -> Case {
    var random = RandomStream(seed: 0)
    let layers = weights.map { weight in
        let layer = Linear(weight.shape[1], weight.shape[0], random: &random)
        layer.weight.update { $0 = weight.transposed().contiguous() }
        layer.bias?.update { $0 *= 0 }
        return layer
    }
    let optimizer = SGD(layers.flatMap(\.parameters), learningRate: 0.01)
    return Case {
        optimizer.zeroGradients()
        let value = loss(layers)
        value.runBackward()
        optimizer.step()
        return value
    } results: { loss in
        [loss] + layers.flatMap { [$0.weight.value.transposed(), $0.bias!.value] }
    }
}
