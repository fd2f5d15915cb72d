extension Tensor {
    /// The length of vectors over these dimensions, or over all: (Σ |x|ᵖ)^(1/p), the largest magnitude for infinity, the smallest
    /// for -infinity, the number of elements that are not 0 for 0.
    ///
    ///     Tensor([3, 4]).norm()     // 5.
    ///
    /// Where the length is 0 the gradient is 0, for p from 1 on the slope of least size.
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
        default: return x.length(p, dims, keepDim, file, line)
        }
    }

    /// In units of the largest magnitude, for p < 0 the smallest: so no power that counts is infinite or vanishes.
    private func length(_ p: Double, _ dims: [Int]?, _ keepDim: Bool, _ file: StaticString, _ line: UInt) -> Tensor {
        let size = abs(self)
        var unit = Tensor(1.0).asType(dtype)
        if elementCount > 0 {
            let end = size.detached().norm(
                p > 0 ? .infinity : -.infinity, dims: dims, keepDim: true, file: file, line: line)
            unit = `where`((end .== 0) .| isInfinite(end), 1, end)
        }
        // For p < 1 a 0 is the lowest point of a valley whose sides are upright: its slope of least size is 0, too.
        let ratio = size / unit
        let powers = p > 0 && p < 1 ? `where`(size .== 0, 0, pow(`where`(size .== 0, 1, ratio), p)) : pow(ratio, p)
        let total = powers.sum(dims: dims, keepDim: keepDim, file: file, line: line)
        let length = `where`(total .== 0, 0, pow(`where`(total .== 0, 1, total), 1 / p))
        return length * (unit.rank == 0 ? unit : unit.reshaped(length.shape))
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
