extension Tensor {
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
}
