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
