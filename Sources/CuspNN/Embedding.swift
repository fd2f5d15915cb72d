import Cusp

/// A table of vectors, one for each of `count` names: the layer that reads them by position.
///
/// - positions: integers `[...]` from 0 to count - 1, the result: `[..., dimensions]`; ``weight``: `[count, dimensions]`
///
///       var random = RandomStream(seed: 1)
///       let words = Embedding(1000, 64, random: &random)
///       words(Tensor([3, 1, 3], dtype: .int64)).shape     // [3, 64]
///
/// Vectors begin normally distributed, as PyTorch's do. A vector's gradient is the sum over its places, added in their order on
/// any number of threads. Traps for a position that is not there; negative ones count from the end.
public struct Embedding: Module {
    public let weight: Parameter

    public init(_ count: Int, _ dimensions: Int, dtype: DType = .float32, random: inout RandomStream) {
        weight = Parameter(random.normal([count, dimensions], dtype: dtype))
    }

    public func callAsFunction(_ positions: Tensor) -> Tensor { weight.value.take(positions, dim: 0) }
}
