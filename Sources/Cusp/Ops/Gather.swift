import CKernels

extension Tensor {
    /// The elements at these positions along `dim`: the element of the result at `[.., j, ..]` is this tensor's at
    /// `[.., index[.., j, ..], ..]`.
    ///
    ///     let x = Tensor([[1, 2], [3, 4]])
    ///     x.gather(dim: 1, index: Tensor([[0, 0], [1, 0]], dtype: .int64))     // [[1. 1.] [4. 3.]]
    ///
    /// - index: integers, negative ones from the end; of this tensor's rank, and in no other dimension larger
    ///
    /// The elements are copied. The gradient of an element is the sum over all places that it was copied to. Traps for a
    /// position that is not there.
    public func gather(dim: Int, index: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            if rank == 0 || index.rank == 0 {
                return reshaped([-1]).gather(dim: dim, index: index.reshaped([-1]), file: file, line: line)
                    .reshaped(Array(index.shape))
            }
            let positions = try Positions("gather", shape, dim, each: index)
            let result = try positions.gather(buffer)
            let shape = shape
            let saved = SavedTensor(index, for: self)
            return record("gather", self, result: result) { [dim = positions.dim] g, inputs in
                try inputs.give(0) {
                    Tensor.zeros(shape, dtype: g.dtype).scatterAdd(dim: dim, index: try saved!.tensor, from: g)
                }
            }
        }
    }

    /// The parts at these positions along `dim`; where `dim` is nil, the elements at these positions of all, in row-major order.
    ///
    ///     let x = Tensor([[1, 2], [3, 4], [5, 6]])
    ///     x.take(Tensor([2, 0], dtype: .int64), dim: 0)     // [[5. 6.] [1. 2.]]
    ///     x.take(Tensor([5, -6], dtype: .int64))            // [6. 1.]
    ///
    /// - index: integers of any shape, which takes the dimension's place in the result's; negative ones count from the end
    ///
    /// `x[index]` is the same along the first dimension. The elements are copied; each gets the sum of its copies' gradients,
    /// added in the order of the index on any number of threads. Traps for a position that is not there.
    public func take(
        _ index: Tensor, dim: Int? = nil, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            guard let dim else { return flattened().take(index, dim: 0, file: file, line: line) }
            let operand = rank == 0 ? reshaped([1]) : self
            let positions = try Positions("take", operand.shape, dim, rows: index.flattened())
            let rows = try positions.gather(operand.buffer)
            let shape = operand.shape
            let saved = SavedTensor(index, for: operand)
            let taken = record("take", operand, result: rows) { [dim = positions.dim] g, inputs in
                try inputs.give(0) {
                    Tensor.zeros(shape, dtype: g.dtype)
                        .indexAdd(dim: dim, index: try saved!.tensor.flattened(), from: g)
                }
            }
            let sizes = Array(shape[..<positions.dim]) + Array(index.shape) + Array(shape[(positions.dim + 1)...])
            return taken.reshaped(try Shape(checking: sizes, for: "take"))
        }
    }
}

/// Positions along a dimension, checked, in the form that the kernels take them.
struct Positions: Sendable {
    let name: String
    let dim: Int
    /// The shape that the positions point into, in the other dimensions cut to that of the index.
    let shape: Shape
    /// int64, contiguous.
    private let index: Buffer
    /// How many there are along the dimension.
    let count: Int
    let areRows: Bool

    /// One position for each element: an index of as many dimensions.
    init(_ name: String, _ shape: Shape, _ dim: Int, each index: Tensor) throws(TensorError) {
        let position = try shape.position(of: dim, in: name)
        var cut = shape
        for d in 0..<shape.rank where d != position && d < index.rank { cut[d] = index.shape[d] }
        guard index.rank == shape.rank, zip(cut, shape).allSatisfy({ $0 <= $1 }) else {
            throw TensorError(
                .shape,
                "\(name): an index of shape \(index.shape) for the shape \(shape); expected as many dimensions, and in none but \(position) a larger size"
            )
        }
        try self.init(name, cut, position, index, count: index.shape[position], areRows: false)
    }

    /// One position for each part along the dimension: an index of one dimension.
    init(_ name: String, _ shape: Shape, _ dim: Int, rows index: Tensor) throws(TensorError) {
        let position = try shape.position(of: dim, in: name)
        guard index.rank <= 1 else {
            throw TensorError(.shape, "\(name): an index of shape \(index.shape); expected one dimension")
        }
        try self.init(name, shape, position, index, count: index.elementCount, areRows: true)
    }

    private init(
        _ name: String, _ shape: Shape, _ dim: Int, _ index: Tensor, count: Int, areRows: Bool
    ) throws(TensorError) {
        guard !index.dtype.isFloatingPoint, index.dtype != .bool else {
            throw TensorError(.dtype, "\(name): an index of type \(index.dtype); expected integers")
        }
        let positions = index.dtype == .int64 ? try index.buffer.contiguous() : try index.buffer.copied(as: .int64)
        let numbers = positions.start.assumingMemoryBound(to: Int64.self)
        let odd = ck_first_outside(Int64(index.elementCount), numbers, Int64(shape[dim]))
        guard odd < 0 else {
            throw TensorError(
                .index,
                "\(name): position \(numbers[Int(odd)]) is out of range for dimension \(dim) of the shape \(shape)")
        }
        (self.name, self.shape, self.dim, self.index, self.count) = (name, shape, dim, positions, count)
        self.areRows = areRows
    }

    /// The shape of what is gathered, or of what is scattered.
    var partShape: Shape {
        var part = shape
        part[dim] = count
        return part
    }

    private func size(_ dims: Range<Int>) -> Int { dims.reduce(1) { $0 * shape[$1] } }

    private var raw: ck_index {
        let inner = size((dim + 1)..<shape.rank)
        return ck_index(
            data: UnsafePointer(index.start.assumingMemoryBound(to: Int64.self)),
            outer_stride: areRows ? 0 : Int64(count * inner), stride: areRows ? 1 : Int64(inner),
            inner_stride: areRows ? 0 : 1)
    }

    func gather(_ whole: Buffer) throws(TensorError) -> Buffer {
        let layout = whole.layout.corner(shape)
        var operand = whole.viewed(layout)
        if layout.merged(0..<dim) == nil || layout.merged((dim + 1)..<shape.rank) == nil {
            operand = try operand.copied()
        }
        let result = try Buffer(uninitialized: partShape, whole.dtype)
        let axis = ck_axis(
            operand.layout.merged(0..<dim)!, (shape[dim], operand.layout.strides[dim]),
            operand.layout.merged((dim + 1)..<shape.rank)!)
        ck_gather(ck_dtype(UInt32(whole.dtype.rawValue)), axis, Int64(count), raw, operand.start, result.start)
        withExtendedLifetime(index) {}
        return result
    }

    /// Writes or combines `part`, of ``partShape``, over `target`, which is contiguous, of the shape and this caller's alone.
    func scatter(_ combine: ck_operation, _ part: Buffer, over target: Buffer) throws(TensorError) {
        let part = try part.contiguous()
        ck_scatter(
            combine, ck_dtype(UInt32(target.dtype.rawValue)), Int64(size(0..<dim)), Int64(shape[dim]),
            Int64(size((dim + 1)..<shape.rank)), Int64(count), raw, part.start, target.start)
        withExtendedLifetime((index, part)) {}
    }
}

extension Layout {
    /// The first elements of every dimension, as many as `size` says.
    func corner(_ size: Shape) -> Layout {
        var result = self
        result.shape = size
        return result
    }
}
