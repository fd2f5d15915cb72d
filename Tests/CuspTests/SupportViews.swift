import Cusp

/// A tensor of a shape, in every way that it can lie in memory, with a name for messages.
func everyView(
    _ shape: [Int], _ dtype: DType, _ domain: Domain, _ random: inout SeededGenerator
) -> [(name: String, tensor: Tensor)] {
    func make(_ shape: [Int]) -> Tensor { Tensor(domain.samples(shape.reduce(1, *), &random), shape, dtype) }
    let every = shape.map { _ in Slice.stride(by: 2) }
    let back = shape.map { _ in Slice.stride(by: -1) }
    var views = [("contiguous", make(shape))]
    guard !shape.isEmpty else { return views + [("a part", make([3])[1])] }
    views.append(("transposed", make(shape.reversed()).transposed()))
    views.append(("every second", make(shape.map { max(2 * $0 - 1, 0) }).part(every)))
    views.append(("backwards", make(shape).part(back)))
    views.append(("expanded", make([1] + shape.dropFirst()).expanded(to: Shape(shape))))
    if shape.count > 1 {
        let order = Array(shape.indices.dropFirst()) + [0]
        let inverse = shape.indices.map { order.firstIndex(of: $0)! }
        views.append(("rotated", make(order.map { shape[$0] }).transposed(inverse)))
    }
    return views
}

extension Tensor {
    /// A subscript with a list of slices.
    func part(_ slices: [Slice]) -> Tensor {
        var result = self
        for (dim, slice) in slices.enumerated() {
            let lead: [any TensorIndex] = Array(repeating: Slice.all, count: dim)
            switch dim {
            case 0: result = result[slice]
            case 1: result = result[lead[0], slice]
            case 2: result = result[lead[0], lead[1], slice]
            default: result = result[lead[0], lead[1], lead[2], slice]
            }
        }
        return result
    }
}

/// All indices of a shape in row-major order.
func indices(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { heads, size in heads.flatMap { head in (0..<size).map { head + [$0] } } }
}

/// The place of an index in a row-major list.
func place(_ index: [Int], in shape: [Int]) -> Int {
    zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }
}
