import Cusp
import CuspNN
import Testing

@Suite struct EmbeddingTests {
    @Test func readsRows() throws {
        var random = RandomStream(seed: 1)
        let layer = Embedding(5, 3, random: &random)
        layer.weight.update { $0 = Tensor.range(15, dtype: .float32).reshaped([5, 3]) }
        let positions = Tensor([[4, 0], [4, 1]], dtype: .int64)
        let y = layer(positions)
        #expect(y.shape == [2, 2, 3] && y.floats == [12, 13, 14, 0, 1, 2, 12, 13, 14, 3, 4, 5])
        try (y * y).sum().backward()
        #expect(layer.weight.grad?.floats == [0, 2, 4, 6, 8, 10, 0, 0, 0, 0, 0, 0, 48, 52, 56])
        #expect(throws: TensorError.self) { try Tensor.checked { layer(Tensor([5], dtype: .int64)) } }
        #expect(layer.parameters.count == 1)
    }
}
