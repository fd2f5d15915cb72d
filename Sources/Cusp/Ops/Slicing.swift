extension Tensor {
    /// `count` elements along `dim`, from `start` on, each `step` after the one before. A view.
    ///
    ///     Tensor.range(10).sliced(dim: 0, from: 1, count: 3, step: 2)     // [1 3 5] int64
    public func sliced(
        dim: Int, from start: Int, count: Int, step: Int = 1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let position = try shape.position(of: dim, in: "sliced")
            let size = shape[position]
            // How many elements there are from `start` on in that direction, besides itself: without a sum that overflows.
            let inside = step != 0 && (0..<size).contains(start)
            let more = inside ? UInt(step > 0 ? size - 1 - start : start) / step.magnitude : 0
            guard step != 0, count == 0 || (inside && count > 0 && count - 1 <= more) else {
                throw TensorError(
                    .index,
                    "sliced: \(count) elements from \(start) in steps of \(step) do not lie in dimension \(dim) of the shape \(shape)"
                )
            }
            return viewed { $0.sliced(position, start: start, count: count, step: step) }
        }
    }

    /// The view that `change` makes of this tensor's layout. Its gradient is zero but at the view.
    @inline(__always)
    func viewed(_ change: @escaping (Layout) -> Layout) -> Tensor { viewed(change(buffer.layout), by: change) }

    /// The same, where the view's layout is known.
    @inline(__always)
    func viewed(_ layout: Layout, by change: @escaping (Layout) -> Layout) -> Tensor {
        let shape = shape
        return record("sliced", self, result: buffer.viewed(layout)) { g, inputs in
            inputs.give(0) { g.placed(in: shape, change) }
        }
    }

    /// Zeros of `shape` with these elements in the view that `change` makes of them.
    func placed(in shape: Shape, _ change: @escaping (Layout) -> Layout) -> Tensor {
        attempt { () throws(TensorError) in
            let result = try Buffer(uninitialized: shape, dtype)
            result.fill(.int(0))
            result.viewed(change(result.layout)).assign(buffer)
            return record("placed", self, result: result) { g, inputs in
                inputs.give(0) { g.viewed(change) }
            }
        }
    }
}
