/// The tensors one after the other along the dimension `dim`; their other sizes are equal. Types are promoted.
///
///     cat([Tensor([1, 2]), Tensor([3])])     // [1. 2. 3.]
///
/// The elements are copied. Traps for an empty list.
public func cat(
    _ tensors: [Tensor], dim: Int = 0, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    attempt(file: file, line: line) { () throws(TensorError) in
        guard let first = tensors.first else { throw TensorError(.shape, "cat: the list of tensors is empty") }
        let position = try first.shape.position(of: dim, in: "cat")
        var shape = first.shape
        shape[position] = 0
        var parts: [(start: Int, count: Int)] = []
        for tensor in tensors {
            var other = tensor.shape
            if other.rank == shape.rank {
                parts.append((shape[position], other[position]))
                shape[position] += other[position]
                other[position] = shape[position]
            }
            guard other == shape else {
                throw TensorError(
                    .shape,
                    "cat: the shapes \(first.shape) and \(tensor.shape) differ in more than dimension \(dim)")
            }
        }
        return try joined("cat", tensors, shape) { i, whole in
            whole.sliced(position, start: parts[i].start, count: parts[i].count, step: 1)
        }
    }
}

/// The tensors, which have one shape, side by side along a new dimension at position `dim`.
///
///     stack([Tensor([1, 2]), Tensor([3, 4])], dim: 1)     // [[1. 3.] [2. 4.]]
///
/// The elements are copied.
public func stack(
    _ tensors: [Tensor], dim: Int = 0, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    attempt(file: file, line: line) { () throws(TensorError) in
        guard let first = tensors.first else { throw TensorError(.shape, "stack: the list of tensors is empty") }
        if let odd = tensors.first(where: { $0.shape != first.shape }) {
            throw TensorError(.shape, "stack: the shapes \(first.shape) and \(odd.shape) differ")
        }
        let position = dim < 0 ? dim + first.rank + 1 : dim
        guard (0...first.rank).contains(position), first.rank < Shape.maximumRank else {
            throw TensorError(.shape, "stack: no new dimension \(dim) in the shape \(first.shape)")
        }
        var shape = first.buffer.layout.inserting(position).shape
        shape[position] = tensors.count
        return try joined("stack", tensors, shape) { i, whole in whole.selecting(position, i) }
    }
}

/// A tensor of `shape` with copies of the tensors, each in its `place` of the whole.
private func joined(
    _ name: String, _ tensors: [Tensor], _ shape: Shape, at place: @escaping (_ i: Int, _ whole: Layout) -> Layout
) throws(TensorError) -> Tensor {
    try shape.checkCount(for: name)
    let dtypes = tensors.map(\.dtype)
    let result = try Buffer(uninitialized: shape, dtypes.dropFirst().reduce(dtypes[0], DType.promoted))
    for (i, tensor) in tensors.enumerated() {
        result.viewed(place(i, result.layout)).assign(tensor.buffer)
    }
    return record(name, tensors, result: result, keeping: false) { g, _, inputs in
        for (i, dtype) in dtypes.enumerated() {
            inputs.give(i) { g.viewed { place(i, $0) }.asType(dtype) }
        }
    }
}
