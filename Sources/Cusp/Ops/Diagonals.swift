extension Tensor {
    /// The elements at which the indices of two dimensions are i and i + offset, as a last dimension. A view.
    ///
    ///     Tensor([[1, 2], [3, 4]]).diagonal()     // [1. 4.]
    public func diagonal(
        offset: Int = 0, dims: (Int, Int) = (0, 1), file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let (a, b) = try planes("diagonal", dims)
            return viewed { $0.diagonal(a, b, offset) }
        }
    }

    /// A copy whose ``diagonal(offset:dims:file:line:)`` is `values`.
    public func replacingDiagonal(
        with values: Tensor, offset: Int = 0, dims: (Int, Int) = (0, 1), file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let (a, b) = try planes("replacingDiagonal", dims)
            let shape = shape
            let part = buffer.layout.diagonal(a, b, offset).shape
            guard values.shape == part else {
                throw TensorError(
                    .shape, "replacingDiagonal: values of shape \(values.shape) for a diagonal of shape \(part)")
            }
            let mask = Tensor.full(part, true, dtype: .bool).placed(in: shape) { $0.diagonal(a, b, offset) }
            return `where`(mask, values.asType(dtype).placed(in: shape) { $0.diagonal(a, b, offset) }, self)
        }
    }

    /// Matrices of zeros with the elements of the last dimension on a diagonal: `[..., n] -> [..., n + |offset|, n + |offset|]`.
    ///
    ///     Tensor([1, 2]).diagonalMatrix()     // [[1. 0.] [0. 2.]]
    public func diagonalMatrix(offset: Int = 0, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            guard rank > 0 else { throw TensorError(.shape, "diagonalMatrix: a single element has no last dimension") }
            let size = Int(clamping: UInt(shape[rank - 1]) + offset.magnitude)
            let target = try Shape(checking: Array(shape.dropLast()) + [size, size], for: "diagonalMatrix")
            let (row, column) = (target.rank - 2, target.rank - 1)
            return placed(in: target) { $0.diagonal(row, column, offset) }
        }
    }

    private func planes(_ name: String, _ dims: (Int, Int)) throws(TensorError) -> (Int, Int) {
        let (a, b) = (try shape.position(of: dims.0, in: name), try shape.position(of: dims.1, in: name))
        guard a != b else { throw TensorError(.shape, "\(name): dimension \(dims.0) is named twice") }
        return (a, b)
    }

    /// The matrices of the last two dimensions with zeros above a diagonal: the main one, or `offset` above it.
    ///
    ///     Tensor([[1, 2], [3, 4]]).lowerTriangle()     // [[1. 0.] [3. 4.]]
    public func lowerTriangle(offset: Int = 0, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        triangle("lowerTriangle", file, line) { $0 .<= offset }
    }

    /// The matrices of the last two dimensions with zeros below a diagonal: the main one, or `offset` above it.
    public func upperTriangle(offset: Int = 0, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        triangle("upperTriangle", file, line) { $0 .>= offset }
    }

    private func triangle(
        _ name: String, _ file: StaticString, _ line: UInt, _ keeps: (Tensor) -> Tensor
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            guard rank > 1 else { throw TensorError(.shape, "\(name): the shape \(shape) has no matrix") }
            let diagonals = Tensor.range(shape[rank - 1]) - Tensor.range(shape[rank - 2]).unsqueezed(dim: 1)
            return `where`(keeps(diagonals), self, Tensor.full([], 0, dtype: dtype))
        }
    }
}

extension Layout {
    /// The diagonal of dimensions `a` and `b`, whose place is the last.
    fileprivate func diagonal(_ a: Int, _ b: Int, _ offset: Int) -> Layout {
        var result = self
        let distance = Int(clamping: offset.magnitude)
        let (rows, columns) = (shape[a] - (offset < 0 ? distance : 0), shape[b] - (offset > 0 ? distance : 0))
        let count = Swift.max(Swift.min(rows, columns), 0)
        if count > 0 { result.offset += distance * strides[offset >= 0 ? b : a] }
        let order = (0..<rank).filter { $0 != a && $0 != b } + [a]
        result = result.permuted(order + [b]).removing(rank - 1)
        result.shape[rank - 2] = count
        result.strides[rank - 2] = strides[a] + strides[b]
        return result
    }
}
