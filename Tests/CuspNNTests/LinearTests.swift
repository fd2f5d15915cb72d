import Cusp
import CuspNN
import Testing

@Suite struct LinearTests {
    @Test func beginsUniformWithinItsBound() {
        var random = RandomStream(seed: 5)
        let layer = Linear(100, 400, random: &random)
        #expect(layer.weight.value.shape == [100, 400] && layer.bias?.value.shape == [400])
        let weights = layer.weight.value.array(of: Double.self)
        #expect(weights.allSatisfy { $0 >= -0.1 && $0 < 0.1 })
        // Of 40 000 numbers uniform in ±0.1 the mean deviates by 0.0003, the square's mean from 0.01 / 3 by 1.5e-5.
        #expect(Swift.abs(weights.reduce(0, +) / 40_000) < 0.0012)
        #expect(Swift.abs(weights.reduce(0) { $0 + $1 * $1 } / 40_000 - 0.01 / 3) < 6e-5)
        let biases = layer.bias!.value.array(of: Double.self)
        #expect(biases.allSatisfy { $0 >= -0.1 && $0 < 0.1 } && Set(biases).count > 390)
    }

    @Test func theSameStreamGivesTheSameLayer() {
        var (a, b, c) = (RandomStream(seed: 5), RandomStream(seed: 5), RandomStream(seed: 6))
        let weights = [Linear(7, 3, random: &a), Linear(7, 3, random: &b), Linear(7, 3, random: &c)].map {
            $0.weight.value.floats
        }
        #expect(weights[0] == weights[1] && weights[0] != weights[2])
    }

    /// y = x W + b, dW = xᵀ g, db = the sum of g's rows, dx = g Wᵀ, with g = 1 throughout.
    @Test func valuesAndGradients() throws {
        var random = RandomStream(seed: 1)
        let layer = Linear(2, 3, random: &random)
        layer.weight.update { $0 = Tensor([[1, 2, 3], [4, 5, 6]]) }
        layer.bias!.update { $0 = Tensor([10, 20, 30]) }
        let x = Tensor([[1, 0], [2, 1]], requiresGrad: true)
        let y = layer(x)
        #expect(y.shape == [2, 3] && y.floats == [11, 22, 33, 16, 29, 42])
        try y.sum().backward()
        #expect(layer.weight.grad?.floats == [3, 3, 3, 1, 1, 1])
        #expect(layer.bias!.grad?.floats == [2, 2, 2])
        #expect(x.grad?.floats == [6, 15, 6, 15])
    }

    /// The same with the rectifier, where y is below, at and above 0.
    @Test func rectifiedValuesAndGradients() throws {
        var random = RandomStream(seed: 1)
        let layer = Linear(2, 3, random: &random)
        layer.weight.update { $0 = Tensor([[1, 2, 3], [4, 5, 6]]) }
        layer.bias!.update { $0 = Tensor([-1, -5, -12]) }
        let x = Tensor([[1, 0], [2, 1]], requiresGrad: true)
        let y = layer(x, rectified: true)
        #expect(y.floats == [0, 0, 0, 5, 4, 0] && layer(x, rectified: false).floats == [0, -3, -9, 5, 4, 0])
        try y.sum().backward()
        #expect(layer.weight.grad?.floats == [2, 2, 0, 1, 1, 0])
        #expect(layer.bias!.grad?.floats == [1, 1, 0])
        #expect(x.grad?.floats == [0, 0, 3, 9])
    }

    @Test func rectifiedWithoutABias() {
        var random = RandomStream(seed: 1)
        let layer = Linear(2, 3, bias: false, random: &random)
        layer.weight.update { $0 = Tensor([[1, 2, 3], [4, 5, 6]]) }
        let y = layer(Tensor([[1, -1], [2, 1], [.nan, 0]]), rectified: true)
        #expect(Array(y.floats.prefix(6)) == [0, 0, 0, 6, 9, 12] && y.floats.suffix(3).allSatisfy(\.isNaN))
    }

    @Test func withoutABiasAndOnMoreDimensions() {
        var random = RandomStream(seed: 1)
        let layer = Linear(4, 2, bias: false, dtype: .float64, random: &random)
        #expect(layer.bias == nil && layer.parameters.count == 1)
        let y = layer(.ones([3, 5, 4], dtype: .float64))
        #expect(y.shape == [3, 5, 2] && y.dtype == .float64)
    }

    @Test func inputsThatDoNotFitAreNamed() {
        var random = RandomStream(seed: 1)
        let layer = Linear(64, 10, random: &random)
        let error = #expect(throws: TensorError.self) { try Tensor.checked { layer(.zeros([32, 63])) } }
        #expect(error?.description.contains("[32, 63]") == true && error?.description.contains("[64, 10]") == true)
    }

    /// The slopes of a whole network's loss along a random direction of each parameter, in float64.
    @Test func networkGradientsAgainstDifferences() throws {
        var random = RandomStream(seed: 9)
        let network = Network(random: &random, dtype: .float64)
        let x = random.normal([6, 5], dtype: .float64)
        let labels = Tensor([0, 1, 2, 2, 1, 0], dtype: .int64)
        try crossEntropy(logits: network(x), labels: labels).backward()
        for parameter in network.parameters {
            let direction = random.normal(parameter.value.shape, dtype: .float64)
            let slope = (parameter.grad! * direction).sum().item(as: Double.self)
            let loss = { (t: Double) in
                let start = parameter.value.detached()
                parameter.update { $0 = start + t * direction }
                defer { parameter.update { $0 = start } }
                return withoutGradients { crossEntropy(logits: network(x), labels: labels).item(as: Double.self) }
            }
            let h = 1e-5
            #expect(Swift.abs((loss(h) - loss(-h)) / (2 * h) - slope) < 1e-8)
        }
    }
}

/// Two layers: `[n, 5]` to `[n, 3]`.
struct Network: Module {
    let hidden: Linear
    let output: Linear

    init(hidden units: Int = 8, random: inout RandomStream, dtype: DType = .float32) {
        hidden = Linear(5, units, dtype: dtype, random: &random)
        output = Linear(units, 3, dtype: dtype, random: &random)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { output(relu(hidden(x))) }
}
