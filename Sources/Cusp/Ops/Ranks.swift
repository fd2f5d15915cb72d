// What is chosen by its place in the sorted order.

extension Tensor {
    /// The `count` largest elements along `dim`, or the smallest, in order, and where they are. Traps where there are not so many.
    ///
    ///     Tensor([3, 1, 2]).topK(2, dim: 0).values     // [3. 2.]
    public func topK(
        _ count: Int, dim: Int = -1, largest: Bool = true, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, positions: Tensor) {
        attempt(file: file, line: line, instead: (.empty, .empty)) { () throws(TensorError) in
            let length = try length(of: dim, in: "topK")
            guard (0...length).contains(count) else {
                throw TensorError(.shape, "topK: \(count) of the \(length) elements of dimension \(dim) of \(shape)")
            }
            let (values, positions) = try sort("topK", dim, largest)
            if rank == 0 { return (values, positions) }
            let part = { (x: Tensor) in x.sliced(dim: dim, from: 0, count: count) }
            return (part(values), part(positions))
        }
    }

    /// The element that is at position `k` of the sorted order along `dim`, the smallest being at 0, and where it is. Traps where there
    /// is no such position.
    ///
    ///     Tensor([3, 1, 2]).ranked(1, dim: 0).values     // 2.
    public func ranked(
        _ k: Int, dim: Int = -1, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, positions: Tensor) {
        attempt(file: file, line: line, instead: (.empty, .empty)) { () throws(TensorError) in
            try ranked("ranked", k, dim, keepDim)
        }
    }

    /// The middle element of all, the lower one of two; NaN where there is one. Equal ones share the gradient. Traps where there
    /// are no elements to choose from.
    ///
    ///     Tensor([[5, 1], [4, 2]]).median()     // 2.
    public func median(file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let part = try Reduced("median", shape, nil)
            try part.requireElements()
            let middle = detached().flattened().median(dim: 0).values
            let saved = SavedTensor(self, for: self)
            return recordKeepingResult("median", self, result: middle.buffer) { g, y, inputs in
                try inputs.give(0) {
                    let x = try saved!.tensor
                    return part.shared(g, among: (x .== y) .| (isNaN(x) .& isNaN(y)))
                }
            }
        }
    }

    /// The middle element along `dim`, the lower one of two, and where it is; NaN where there is one.
    ///
    ///     Tensor([5, 1, 4, 2]).median(dim: 0).values     // 2.
    public func median(
        dim: Int, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, positions: Tensor) {
        // A NaN, which is last, moves to the middle.
        attempt(file: file, line: line, instead: (.empty, .empty)) { () throws(TensorError) in
            let length = try length(of: dim, in: "median")
            guard length > 0 else {
                throw TensorError(.shape, "median: the shape \(shape) has no elements to choose from")
            }
            let middle = try ranked("median", (length - 1) / 2, dim, keepDim)
            guard dtype.isFloatingPoint, rank > 0 else { return middle }
            let last = try ranked("median", length - 1, dim, keepDim)
            let isNotANumber = isNaN(last.values)
            let first = isNaN(self).argmax(dim: dim, keepDim: keepDim)
            return (
                `where`(isNotANumber, last.values, middle.values), `where`(isNotANumber, first, middle.positions)
            )
        }
    }

    private func ranked(
        _ operation: String, _ k: Int, _ dim: Int, _ keepDim: Bool
    ) throws(TensorError) -> (values: Tensor, positions: Tensor) {
        let length = try length(of: dim, in: operation)
        guard (0..<length).contains(k) else {
            throw TensorError(
                .shape, "\(operation): position \(k) is not one of the \(length) of dimension \(dim) of \(shape)")
        }
        let (values, positions) = try sort(operation, dim, false)
        if rank == 0 { return (values, positions) }
        let part = { (x: Tensor) in
            let one = x.sliced(dim: dim, from: k, count: 1)
            return keepDim ? one : one.squeezed(dim: dim)
        }
        return (part(values), part(positions))
    }
}
