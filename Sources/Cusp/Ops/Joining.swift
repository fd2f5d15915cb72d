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
        for tensor in tensors {
            var other = tensor.shape
            if other.rank == shape.rank {
                shape[position] += other[position]
                other[position] = shape[position]
            }
            guard other == shape else {
                throw TensorError(
                    .shape,
                    "cat: the shapes \(first.shape) and \(tensor.shape) differ in more than dimension \(dim)")
            }
        }
        try shape.checkCount(for: "cat")
        let result = try Buffer(uninitialized: shape, promoted(tensors))
        var starts: [Int] = []
        var start = 0
        for tensor in tensors {
            let size = tensor.shape[position]
            result.viewed(result.layout.sliced(position, start: start, count: size, step: 1)).assign(tensor.buffer)
            starts.append(start)
            start += size
        }
        let parts = tensors.map { ($0.shape[position], $0.dtype) }
        return record("cat", tensors, result: result, keeping: false) { g, _, inputs in
            for (i, (size, dtype)) in parts.enumerated() {
                inputs.give(i) { g.sliced(dim: position, from: starts[i], count: size).asType(dtype) }
            }
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
        try shape.checkCount(for: "stack")
        let result = try Buffer(uninitialized: shape, promoted(tensors))
        for (i, tensor) in tensors.enumerated() {
            result.viewed(result.layout.selecting(position, i)).assign(tensor.buffer)
        }
        let dtypes = tensors.map(\.dtype)
        return record("stack", tensors, result: result, keeping: false) { g, _, inputs in
            for (i, dtype) in dtypes.enumerated() {
                inputs.give(i) { g.viewed { $0.selecting(position, i) }.asType(dtype) }
            }
        }
    }
}

/// The type that holds the elements of all.
private func promoted(_ tensors: [Tensor]) -> DType {
    tensors.dropFirst().reduce(tensors[0].dtype) { DType.promoted($0, $1.dtype) }
}
