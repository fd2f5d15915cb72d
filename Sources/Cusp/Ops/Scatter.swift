import Autograd
import CKernels

extension Tensor {
    /// This tensor with `values` added at these positions along `dim`: what ``gather(dim:index:file:line:)`` reads, this adds to.
    ///
    ///     let index = Tensor([0, 2, 0], dtype: .int64)
    ///     Tensor.zeros([3]).scatterAdd(dim: 0, index: index, from: Tensor([1, 2, 3]))     // [4. 0. 2.]
    ///
    /// - index: integers, negative ones from the end; of this tensor's rank, and in no other dimension larger
    /// - values: of the index's shape, or larger; what is beyond it is not used
    ///
    /// Values for one position are added in the order of the index, on any number of threads. Traps for a position that is
    /// not there, and where a float would have to become an integer.
    public func scatterAdd(
        dim: Int, index: Tensor, from values: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            if rank == 0 || index.rank == 0 {
                return reshaped([-1]).scatterAdd(dim: dim, index: index.reshaped([-1]), from: values.reshaped([-1]))
                    .reshaped(Array(shape))
            }
            let positions = try Positions("scatterAdd", shape, dim, each: index)
            let part = try positions.part(values, dtype)
            let saved = SavedTensor(index, for: part)
            return try scattered(CK_add, positions, part) { [dim = positions.dim] g, inputs in
                inputs.give(0) { g }
                try inputs.give(1) { g.gather(dim: dim, index: try saved!.tensor) }
            }
        }
    }

    /// This tensor with the elements of `values` in place of those at these positions along `dim`; of several for one position
    /// the last.
    ///
    ///     let index = Tensor([[1], [0]], dtype: .int64)
    ///     Tensor.zeros([2, 2]).scatter(dim: 1, index: index, from: Tensor([[5], [6]]))     // [[0. 5.] [6. 0.]]
    ///
    /// Shapes are those of ``scatterAdd(dim:index:from:file:line:)``. Only the value that stayed has a gradient.
    public func scatter(
        dim: Int, index: Tensor, from values: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            if rank == 0 || index.rank == 0 {
                return reshaped([-1]).scatter(dim: dim, index: index.reshaped([-1]), from: values.reshaped([-1]))
                    .reshaped(Array(shape))
            }
            let positions = try Positions("scatter", shape, dim, each: index)
            let part = try positions.part(values, dtype)
            let shape = shape
            let saved = SavedTensor(index, for: self, part)
            return try scattered(CK_copy, positions, part) { [dim = positions.dim] g, inputs in
                let index = try saved!.tensor
                inputs.give(0) { g.scatter(dim: dim, index: index, from: .zeros(index.shape, dtype: g.dtype)) }
                inputs.give(1) {
                    // Each place remembers who came last.
                    let own = Tensor.range(index.elementCount).reshaped(index.shape)
                    let last = Tensor.zeros(shape, dtype: .int64).scatter(dim: dim, index: index, from: own)
                    let stayed = last.gather(dim: dim, index: index) .== own
                    return `where`(stayed, g.gather(dim: dim, index: index), 0)
                }
            }
        }
    }

    /// This tensor with the parts of `values` added to those at these positions along `dim`.
    ///
    ///     let index = Tensor([1, 1], dtype: .int64)
    ///     Tensor.zeros([2, 2]).indexAdd(dim: 0, index: index, from: Tensor([[1, 2], [3, 4]]))     // [[0. 0.] [4. 6.]]
    ///
    /// - index: `[n]`; values: this tensor's shape, but n along `dim`
    ///
    /// Parts for one position are added in the order of the index, on any number of threads. Traps for a position that is not
    /// there.
    public func indexAdd(
        dim: Int, index: Tensor, from values: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            if rank == 0 {
                return reshaped([1]).indexAdd(dim: dim, index: index, from: values.reshaped([-1])).reshaped([])
            }
            let positions = try Positions("indexAdd", shape, dim, rows: index)
            let part = try positions.part(values, dtype)
            let saved = SavedTensor(index, for: part)
            return try scattered(CK_add, positions, part) { [dim = positions.dim] g, inputs in
                inputs.give(0) { g }
                try inputs.give(1) { g.take(try saved!.tensor.flattened(), dim: dim) }
            }
        }
    }

    /// This tensor with the parts of `values` in place of those at these positions along `dim`; of several for one position the
    /// last. Shapes are those of ``indexAdd(dim:index:from:file:line:)``.
    public func indexCopy(
        dim: Int, index: Tensor, from values: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            if rank == 0 {
                return reshaped([1]).indexCopy(dim: dim, index: index, from: values.reshaped([-1])).reshaped([])
            }
            let positions = try Positions("indexCopy", shape, dim, rows: index)
            let part = try positions.part(values, dtype)
            let (shape, partShape, dim) = (shape, positions.partShape, positions.dim)
            let saved = SavedTensor(index, for: self, part)
            return try scattered(CK_copy, positions, part) { g, inputs in
                let index = try saved!.tensor.flattened()
                inputs.give(0) { g.indexCopy(dim: dim, index: index, from: .zeros(partShape, dtype: g.dtype)) }
                inputs.give(1) {
                    let own = Tensor.range(index.elementCount)
                    let last = Tensor.zeros([shape[dim]], dtype: .int64).indexCopy(dim: 0, index: index, from: own)
                    let stayed = last.take(index) .== own
                    let behind = Array(repeating: 1, count: shape.rank - dim - 1)
                    return `where`(stayed.reshaped([-1] + behind), g.take(index, dim: dim), 0)
                }
            }
        }
    }

    /// A copy with `part` combined at `positions`; `rule` gives the gradients of this tensor and of the part.
    private func scattered(
        _ combine: ck_operation, _ positions: Positions, _ part: Tensor,
        _ rule: @escaping (Tensor, inout Contributions<Tensor>) throws -> Void
    ) throws(TensorError) -> Tensor {
        let compute = combine == CK_copy ? dtype : dtype.compute
        var result = try buffer.copied(as: compute)
        let values = part.dtype == compute ? part.buffer : try part.buffer.copied(as: compute)
        // An index that is smaller in other dimensions is about a corner of this tensor.
        let corner = result.viewed(result.layout.corner(positions.shape))
        let target = positions.shape == shape ? result : try corner.copied()
        try positions.scatter(combine, values, over: target)
        if positions.shape != shape { corner.assign(target) }
        if compute != dtype { result = try result.copied(as: dtype) }
        return record(positions.name, self, part, result: result, rule: rule)
    }
}

extension Positions {
    /// The part of `values` that is used, in the type of the target.
    fileprivate func part(_ values: Tensor, _ dtype: DType) throws(TensorError) -> Tensor {
        guard values.rank == partShape.rank, zip(partShape, values.shape).allSatisfy({ $0 <= $1 }),
            !areRows || values.shape == partShape
        else {
            throw TensorError(
                .shape, "\(name): values of shape \(values.shape) for positions of shape \(partShape)")
        }
        guard dtype.isFloatingPoint || !values.dtype.isFloatingPoint else {
            throw TensorError(.dtype, "\(name): \(dtype) elements cannot hold \(values.dtype) values")
        }
        let cut = partShape.indices.reduce(values) { part, d in
            part.shape[d] == partShape[d] ? part : part.sliced(dim: d, from: 0, count: partShape[d])
        }
        return cut.asType(dtype)
    }
}
