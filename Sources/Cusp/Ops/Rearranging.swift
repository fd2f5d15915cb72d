// The same elements in other places, some of them several times: views where that is possible, else copies made of the parts
// that are there.

extension Tensor {
    /// The elements moved on by `step` places along `dim`; what leaves at one end comes in at the other.
    ///
    ///     Tensor([1, 2, 3]).rolled(1, dim: 0)     // [3. 1. 2.]
    public func rolled(_ step: Int, dim: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            if rank == 0 { return unchanged }
            let position = try shape.position(of: dim, in: "rolled")
            let size = shape[position]
            let first = size == 0 ? 0 : (size - step % size) % size
            if first == 0 { return unchanged }
            return cat(
                [
                    sliced(dim: position, from: first, count: size - first),
                    sliced(dim: position, from: 0, count: first),
                ], dim: position)
        }
    }

    /// The whole tensor again and again: `counts[d]` times along dimension d. Missing leading dimensions count as 1, on both
    /// sides.
    ///
    ///     Tensor([1, 2]).tiled([2, 2])     // [[1. 2. 1. 2.] [1. 2. 1. 2.]]
    public func tiled(_ counts: [Int], file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            guard counts.allSatisfy({ $0 >= 0 }) else {
                throw TensorError(.shape, "tiled: a count of \(counts) is negative")
            }
            let lead = Swift.max(counts.count - rank, 0)
            var result = reshaped(try Shape(checking: Array(repeating: 1, count: lead) + shape, for: "tiled"))
            for (dim, count) in zip(0..., Array(repeating: 1, count: result.rank - counts.count) + counts)
            where count != 1 {
                guard dim < result.rank else { break }  // there was no memory, as has been said
                result = try result.copies(count, of: dim, for: "tiled")
            }
            return result
        }
    }

    /// Each element `count` times, side by side along `dim`.
    ///
    ///     Tensor([1, 2]).repeated(2, dim: 0)     // [1. 1. 2. 2.]
    public func repeated(_ count: Int, dim: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let whole = rank == 0 ? reshaped([1]) : self
            let position = try whole.shape.position(of: dim, in: "repeated")
            guard count >= 0 else { throw TensorError(.shape, "repeated: \(count) times") }
            return try whole.copies(count, of: position, sideBySide: true, for: "repeated")
        }
    }

    /// `count` copies of all along dimension `dim`, or of each element.
    private func copies(
        _ count: Int, of dim: Int, sideBySide: Bool = false, for operation: String
    ) throws(TensorError) -> Tensor {
        let size = shape[dim]
        // A size or count of 0 counts as 1, as in every view.
        let (most, overflow) = Swift.max(size, 1).multipliedReportingOverflow(by: Swift.max(count, 1))
        var target = shape
        target[dim] = most
        guard !overflow, (try? target.checkCount(for: operation)) != nil else {
            throw TensorError(
                .shape,
                "\(operation): \(count) times dimension \(dim) of the shape \(shape) is more than memory can address")
        }
        target[dim] = size * count
        guard rank < Shape.maximumRank else {
            let places = Tensor.range(target[dim])
            return take(sideBySide ? floorDivide(places, count) : remainder(places, size), dim: dim)
        }
        let wide = unsqueezed(dim: sideBySide ? dim + 1 : dim)
        var stretched = wide.shape
        stretched[sideBySide ? dim + 1 : dim] = count
        return wide.expanded(to: stretched).reshaped(target)
    }

    /// The dimension `dim` at another place, the others in their order. A view.
    ///
    ///     Tensor.zeros([2, 3, 4]).moved(0, to: -1).shape     // [3, 4, 2]
    public func moved(_ dim: Int, to place: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            if rank == 0 { return unchanged }
            var order = Array(0..<rank)
            let from = order.remove(at: try shape.position(of: dim, in: "moved"))
            order.insert(from, at: try shape.position(of: place, in: "moved"))
            return transposed(order)
        }
    }

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

    /// What is put around a tensor.
    public enum Padding: Sendable {
        /// One number.
        case constant(Double)
        /// The elements again, backwards from the edge, which is not repeated.
        case reflection
        /// The element at the edge.
        case edge
        /// The elements from the other end.
        case circular
    }

    /// More elements before and behind those of the dimension `dim`; a negative number takes some away.
    ///
    ///     Tensor([1, 2, 3]).padded(1, 2, dim: 0)                    // [0. 1. 2. 3. 0. 0.]
    ///     Tensor([1, 2, 3]).padded(2, 1, dim: 0, with: .reflection) // [3. 2. 1. 2. 3. 2.]
    public func padded(
        _ before: Int, _ behind: Int, dim: Int, with padding: Padding = .constant(0), file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let position = try shape.position(of: dim, in: "padded")
            let size = shape[position]
            let (half, isHuge) = size.addingReportingOverflow(before)
            let (sum, isHuger) = half.addingReportingOverflow(behind)
            guard before >= -size, behind >= -size, !isHuge, !isHuger, sum >= 0 else {
                throw TensorError(
                    .shape, "padded: \(before) and \(behind) around dimension \(dim) of the shape \(shape)")
            }
            var target = shape
            target[position] = sum
            try target.checkCount(for: "padded")
            let kept = sliced(
                dim: position, from: Swift.min(Swift.max(-before, 0), Swift.max(size - 1, 0)),
                count: size + Swift.min(before, 0) + Swift.min(behind, 0))
            if before <= 0 && behind <= 0 { return kept }
            if case .circular = padding, before < 0 || behind < 0 {
                return kept.padded(Swift.max(before, 0), Swift.max(behind, 0), dim: position, with: padding)
            }
            if case .constant(let value) = padding {
                let parts = [before, behind].map { count in
                    var edge = shape
                    edge[position] = Swift.max(count, 0)
                    return Tensor.full(edge, value, dtype: dtype)
                }
                return cat([parts[0], kept, parts[1]], dim: position)
            }
            let most =
                switch padding {
                case .reflection: size - 1
                case .edge: size == 0 ? 0 : Int.max
                default: size
                }
            guard before <= most, behind <= most else {
                throw TensorError(
                    .shape,
                    "padded: \(before) and \(behind) more elements than dimension \(dim) of the shape \(shape) gives")
            }
            let places = Tensor.range(sum) - before
            let folded =
                switch padding {
                case .reflection: (size - 1) - abs((size - 1) - abs(places))
                case .edge: clamp(places, min: 0, max: size - 1)
                default: remainder(places, size)
                }
            return take(folded, dim: position)
        }
    }

    /// Windows of `size` elements along `dim`, each `step` after the one before; the elements of a window are the last
    /// dimension.
    ///
    ///     Tensor([1, 2, 3, 4]).windows(2, dim: 0)     // [[1. 2.] [2. 3.] [3. 4.]]
    public func windows(
        _ size: Int, dim: Int, step: Int = 1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let whole = rank == 0 ? reshaped([1]) : self
            let position = try whole.shape.position(of: dim, in: "windows")
            guard step > 0, (0...whole.shape[position]).contains(size) else {
                throw TensorError(
                    .shape, "windows: of \(size) in steps of \(step) along dimension \(dim) of the shape \(shape)")
            }
            let count = (whole.shape[position] - size) / step + 1
            let places = (Tensor.range(count) * step).unsqueezed(dim: 1) + Tensor.range(size)
            let windows = whole.take(places, dim: position).moved(position + 1, to: -1)
            return rank == 0 ? windows.reshaped([size]) : windows
        }
    }

    /// Parts of these sizes along `dim`, one after the other. Views.
    ///
    ///     Tensor([1, 2, 3]).split([1, 2], dim: 0).map(\.elementCount)     // [1, 2]
    public func split(
        _ sizes: [Int], dim: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> [Tensor] {
        attempt(file: file, line: line, instead: []) { () throws(TensorError) in
            let position = try shape.position(of: dim, in: "split")
            var start = 0
            var parts: [Tensor] = []
            for size in sizes {
                guard (0...(shape[position] - start)).contains(size) else {
                    throw TensorError(
                        .shape, "split: parts of \(sizes) are more than dimension \(dim) of the shape \(shape)")
                }
                parts.append(sliced(dim: position, from: start, count: size))
                start += size
            }
            return parts
        }
    }

    /// Each element less the one before it along `dim`.
    ///
    ///     Tensor([1, 4, 9]).differences(dim: 0)     // [3. 5.]
    public func differences(dim: Int = -1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let position = try shape.position(of: dim, in: "differences")
            let count = Swift.max(shape[position] - 1, 0)
            let (behind, before) = (
                sliced(dim: position, from: Swift.min(1, shape[position] - count), count: count),
                sliced(dim: position, from: 0, count: count)
            )
            return dtype == .bool ? behind .!= before : behind - before
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
