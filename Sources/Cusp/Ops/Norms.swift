extension Tensor {
    /// The length of vectors over these dimensions, or over all: (Σ |x|ᵖ)^(1/p) for p = 1 and 2, the largest magnitude for infinity,
    /// the smallest for -infinity, the number of elements that are not 0 for 0.
    ///
    ///     Tensor([3, 4]).norm()     // 5.
    ///
    /// Where the length is 0 the gradient is 0, the slope of least size. Traps for another p.
    public func norm(
        _ p: Double = 2, dims: [Int]? = nil, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let x = asType(dtype.floating)
        switch p {
        case 0: return (x .!= 0).asType(x.dtype).sum(dims: dims, keepDim: keepDim, file: file, line: line)
        case 1: return abs(x).sum(dims: dims, keepDim: keepDim, file: file, line: line)
        case .infinity: return abs(x).max(dims: dims, keepDim: keepDim, file: file, line: line)
        case -.infinity: return abs(x).min(dims: dims, keepDim: keepDim, file: file, line: line)
        case 2: return attempt(file: file, line: line) { () throws(TensorError) in try x.length(dims, keepDim) }
        default:
            return attempt(file: file, line: line) { () throws(TensorError) in
                throw TensorError(.shape, "norm: p = \(p); expected 0, 1, 2 or infinity")
            }
        }
    }

    private func length(_ dims: [Int]?, _ keepDim: Bool) throws(TensorError) -> Tensor {
        let part = try Reduced("norm", shape, dims)
        let squares = Self.squared.sum(detached(), dims: part.dims, keepDim: keepDim)
        let saved = SavedTensor(self, for: self)
        return recordKeepingResult("norm", self, result: sqrt(squares).buffer) { g, y, inputs in
            try inputs.give(0) {
                let x = try saved!.tensor
                return part.restored(`where`(y .== 0, 0, g / y)) * x
            }
        }
    }

    private static let squared = Pointwise { x in x * x }
}
