import CKernels

extension Tensor {
    /// The variance over these dimensions, or over all: Σ (x - mean)² / (n - correction).
    ///
    ///     Tensor([1, 2, 3, 4]).variance()     // 1.6666666
    ///
    /// The squares are those of distances from the mean, found in two passes over blocks in cache, so a large mean costs no
    /// digits. NaN where n is not larger than the correction. Blocks are put together as in Chan, Golub and LeVeque, "Updating
    /// formulae and a pairwise algorithm for computing sample variances", 1979.
    /// - Parameter correction: 1 for a sample, 0 for all there is.
    public func variance(
        dims: [Int]? = nil, correction: Double = 1, keepDim: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let x = asType(dtype.floating)
            let part = try Reduced("variance", shape, dims)
            let divisor = Swift.max(Double(part.count) - correction, 0)
            let squares = Tensor(try x.reduced(CK_DEVIATIONS, part, keepDim))
            let result = part.count == 0 ? squares * Double.nan : squares / divisor
            let saved = SavedTensor(x, for: x)
            return record("variance", x, result: result.buffer) { g, inputs in
                try inputs.give(0) {
                    let x = try saved!.tensor
                    let distance = x - x.mean(dims: part.dims, keepDim: true)
                    return part.restored(g) * distance * (2 / divisor)
                }
            }
        }
    }

    /// The variance over the dimension `dim`.
    public func variance(
        dim: Int, correction: Double = 1, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        variance(dims: [dim], correction: correction, keepDim: keepDim, file: file, line: line)
    }

    /// The square root of the ``variance(dims:correction:keepDim:file:line:)``. Where all elements are equal its gradient is 0,
    /// the slope of least size.
    ///
    ///     Tensor([1, 2, 3, 4]).standardDeviation(correction: 0)     // 1.118034
    public func standardDeviation(
        dims: [Int]? = nil, correction: Double = 1, keepDim: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let x = asType(dtype.floating)
            let part = try Reduced("standardDeviation", shape, dims)
            let divisor = Swift.max(Double(part.count) - correction, 0)
            let squares = x.detached().variance(dims: part.dims, correction: correction, keepDim: keepDim)
            let saved = SavedTensor(x, for: x)
            return recordKeepingResult("standardDeviation", x, result: sqrt(squares).buffer) { g, y, inputs in
                try inputs.give(0) {
                    let x = try saved!.tensor
                    let distance = x - x.mean(dims: part.dims, keepDim: true)
                    let slope = `where`(y .== 0, 0, g / (y * divisor))
                    return part.restored(slope) * distance
                }
            }
        }
    }

    /// The standard deviation over the dimension `dim`.
    public func standardDeviation(
        dim: Int, correction: Double = 1, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        standardDeviation(dims: [dim], correction: correction, keepDim: keepDim, file: file, line: line)
    }
}
