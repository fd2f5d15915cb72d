// Views share memory with what they are views of: nothing is copied, unless the text says so.

extension Tensor {
    /// The same elements in another shape of as many; a view where the strides allow it, else a copy. One size may be -1: what
    /// is left.
    ///
    ///     Tensor.range(6).reshaped([2, -1]).shape     // [2, 3]
    public func reshaped(_ sizes: [Int], file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            reshapedView(try buffer.reshaped(Shape(inferring: sizes, of: shape)))
        }
    }

    /// The same elements in the shape `target`, of as many.
    func reshaped(_ target: Shape) -> Tensor {
        if target == shape { return unchanged }
        return attempt { () throws(TensorError) in reshapedView(try buffer.reshaped(target)) }
    }

    private func reshapedView(_ result: Buffer) -> Tensor {
        let shape = shape
        return record("reshaped", self, result: result) { g, inputs in
            inputs.give(0) { g.reshaped(shape) }
        }
    }

    /// All elements in one dimension, in row-major order.
    public func flattened() -> Tensor { reshaped(Shape([elementCount])) }

    /// The dimensions in another order: dimension i of the result is dimension `order[i]`. Backwards if nil.
    ///
    ///     Tensor.zeros([2, 3, 4]).transposed([2, 0, 1]).shape     // [4, 2, 3]
    public func transposed(_ order: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            var settled = order ?? (0..<rank).reversed()
            var named = 0
            for i in settled.indices {
                settled[i] = try shape.position(of: settled[i], in: "transposed")
                named |= 1 << settled[i]
            }
            guard settled.count == rank && named == 1 << rank - 1 else {
                throw TensorError(
                    .shape, "transposed: \(order ?? []) does not name each of the \(rank) dimensions of \(shape) once")
            }
            return record("transposed", self, result: buffer.viewed(buffer.layout.permuted(settled))) { g, inputs in
                var inverse = settled
                for (i, dim) in settled.enumerated() { inverse[dim] = i }
                inputs.give(0) { g.transposed(inverse) }
            }
        }
    }

    /// With the dimensions `a` and `b` in each other's place.
    public func transposed(
        _ a: Int, _ b: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            // A single element has no dimension, but may be asked for its first or last.
            if rank == 0 && (-1...0).contains(a) && (-1...0).contains(b) { return unchanged }
            let a = try shape.position(of: a, in: "transposed")
            let b = try shape.position(of: b, in: "transposed")
            return record("transposed", self, result: buffer.viewed(buffer.layout.swapping(a, b))) { g, inputs in
                inputs.give(0) { g.transposed(a, b) }
            }
        }
    }

    /// Stretched to a larger shape: dimensions of size 1 and missing leading ones repeat.
    ///
    ///     Tensor([1, 2]).expanded(to: [3, 2])     // [[1. 2.] [1. 2.] [1. 2.]]
    public func expanded(to target: Shape, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        if target == shape { return unchanged }
        return attempt(file: file, line: line) { () throws(TensorError) in
            guard try Shape.broadcast(shape, target, for: "expanded") == target else {
                throw TensorError(.shape, "expanded: the shape \(shape) does not stretch to \(target)")
            }
            let shape = shape
            return record("expanded", self, result: buffer.viewed(buffer.layout.stretched(to: target))) { g, inputs in
                inputs.give(0) { g.summed(to: shape) }
            }
        }
    }

    /// With a new dimension of size 1 at position `dim`, where -1 is behind the last one.
    public func unsqueezed(dim: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let position = dim < 0 ? dim + rank + 1 : dim
            guard (0...rank).contains(position), rank < Shape.maximumRank else {
                throw TensorError(.shape, "unsqueezed: no new dimension \(dim) in the shape \(shape)")
            }
            return reshapedView(buffer.viewed(buffer.layout.inserting(position)))
        }
    }

    /// Without the dimension `dim`, which has size 1; without all of size 1 if it is not given.
    public func squeezed(dim: Int? = nil, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            guard let dim else { return reshaped(Shape(shape.filter { $0 != 1 })) }
            let position = try shape.position(of: dim, in: "squeezed")
            guard shape[position] == 1 else {
                throw TensorError(.shape, "squeezed: dimension \(dim) of the shape \(shape) has not size 1")
            }
            return reshapedView(buffer.viewed(buffer.layout.removing(position)))
        }
    }

    /// With the order of the elements along `dim` reversed.
    public func flipped(dim: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            if rank == 0 && (-1...0).contains(dim) { return unchanged }
            let position = try shape.position(of: dim, in: "flipped")
            let size = shape[position]
            let layout = buffer.layout.sliced(position, start: Swift.max(size - 1, 0), count: size, step: -1)
            return record("flipped", self, result: buffer.viewed(layout)) { g, inputs in
                inputs.give(0) { g.flipped(dim: position) }
            }
        }
    }
}

extension Tensor {
    /// This tensor as the result of an operation that had nothing to do: without gradients, as any result, where nothing is
    /// recorded.
    var unchanged: Tensor { source == nil || Recording.isOn ? self : detached() }
}

extension Buffer {
    func reshaped(_ target: Shape) throws(TensorError) -> Buffer {
        if let layout = layout.reshaped(to: target) { return viewed(layout) }
        return try copied().viewed(Layout(target))
    }
}

extension Shape {
    /// These sizes, with a -1 replaced by what is left of `old`, of which they must hold all elements.
    init(inferring sizes: [Int], of old: Shape) throws(TensorError) {
        let open = sizes.firstIndex(of: -1)
        if open == sizes.lastIndex(of: -1) {
            var known = sizes
            if let open { known[open] = 1 }
            try self.init(checking: known, for: "reshaped")
            let count = elementCount
            if let open, count > 0 { self[open] = old.elementCount / count }
            if elementCount == old.elementCount, open == nil || count > 0 { return }
        }
        throw TensorError(
            .shape, "reshaped: the shape \(old) of \(old.elementCount) elements does not fit into \(sizes)")
    }
}
