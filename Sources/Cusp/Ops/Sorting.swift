import CKernels

extension Tensor {
    /// The elements along `dim` in ascending order, or in descending, and where each of them was. NaN counts as larger than
    /// anything; equal elements keep their order.
    ///
    ///     let (values, positions) = Tensor([3, 1, 2]).sort(dim: 0)
    ///     values        // [1. 2. 3.]
    ///     positions     // [1 2 0] int64
    ///
    /// The gradient of an element is that of its place.
    public func sort(
        dim: Int = -1, descending: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, positions: Tensor) {
        var positions = Tensor.empty
        let values = attempt(file: file, line: line) { () throws(TensorError) in
            let sorted = try ranked("sort", dim, descending, positions: true)
            positions = Tensor(sorted.positions!)
            guard source != nil, Recording.isOn else { return Tensor(sorted.values) }
            return gather(dim: dim, index: positions)
        }
        return (values, positions)
    }

    /// The elements along `dim` in ascending order, or in descending; NaN counts as larger than anything. Faster than ``sort``
    /// where nothing is differentiated: zeros of both signs may then change places.
    ///
    ///     Tensor([3, 1, 2]).sorted(dim: 0)     // [1. 2. 3.]
    public func sorted(
        dim: Int = -1, descending: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        if source != nil && Recording.isOn {
            return sort(dim: dim, descending: descending, file: file, line: line).values
        }
        return attempt(file: file, line: line) { () throws(TensorError) in
            Tensor(try ranked("sorted", dim, descending, positions: false).values)
        }
    }

    /// Where the elements in sorted order are along `dim`; equal ones in their order. int64, no gradient.
    ///
    ///     Tensor([3, 1, 2]).argsort(dim: 0)     // [1 2 0] int64
    public func argsort(
        dim: Int = -1, descending: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        detached().sort(dim: dim, descending: descending, file: file, line: line).positions
    }

    /// The `count` largest elements along `dim`, or the smallest, in order, and where they are.
    ///
    ///     Tensor([3, 1, 2]).topK(2, dim: 0).values     // [3. 2.]
    public func topK(
        _ count: Int, dim: Int = -1, largest: Bool = true, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, positions: Tensor) {
        let (values, positions) = sort(dim: dim, descending: largest, file: file, line: line)
        if rank == 0 && (0...1).contains(count) { return (values, positions) }
        let part = { (x: Tensor) in x.sliced(dim: dim, from: 0, count: count, file: file, line: line) }
        return (part(values), part(positions))
    }

    /// The element that is at position `k` of the sorted order along `dim`, the smallest being at 0, and where it is.
    ///
    ///     Tensor([3, 1, 2]).ranked(1, dim: 0).values     // 2.
    public func ranked(
        _ k: Int, dim: Int = -1, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, positions: Tensor) {
        let (values, positions) = sort(dim: dim, file: file, line: line)
        if rank == 0 { return (values, positions) }
        let part = { (x: Tensor) in
            let one = x.sliced(dim: dim, from: k, count: 1, file: file, line: line)
            return keepDim ? one : one.squeezed(dim: dim)
        }
        return (part(values), part(positions))
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
        let size =
            rank == 0 ? 1 : shape.isEmpty ? 1 : (try? shape.position(of: dim, in: "median")).map { shape[$0] } ?? 1
        let middle = ranked((size - 1) / 2, dim: dim, keepDim: keepDim, file: file, line: line)
        guard dtype.isFloatingPoint, rank > 0 else { return middle }
        let last = ranked(size - 1, dim: dim, keepDim: keepDim, file: file, line: line)
        let isNotANumber = isNaN(last.values)
        let first = isNaN(self).argmax(dim: dim, keepDim: keepDim, file: file, line: line)
        return (
            `where`(isNotANumber, last.values, middle.values), `where`(isNotANumber, first, middle.positions)
        )
    }

    private func ranked(
        _ name: String, _ dim: Int, _ descending: Bool, positions: Bool
    ) throws(TensorError) -> (values: Buffer, positions: Buffer?) {
        guard rank > 0 else {
            let one = try reshaped([1]).ranked(name, dim, descending, positions: positions)
            return (one.values.viewed(Layout(Shape())), one.positions?.viewed(Layout(Shape())))
        }
        let position = try shape.position(of: dim, in: name)
        guard shape[position] <= Int(UInt32.max) else {
            throw TensorError(.shape, "\(name): dimension \(dim) of the shape \(shape) is too long")
        }
        let compute = dtype.compute
        // The dimension last, in rows.
        let order = (0..<rank).filter { $0 != position } + [position]
        let turned = buffer.viewed(buffer.layout.permuted(order))
        let rows = dtype == compute ? try turned.contiguous() : try turned.copied(as: compute)
        let values = try Buffer(uninitialized: rows.shape, compute)
        let places = positions ? try Buffer(uninitialized: rows.shape, .int64) : nil
        let type = ck_dtype(UInt32(compute.rawValue))
        let length = Int64(shape[position])
        let count = length == 0 ? 0 : Int64(elementCount) / length
        let scratch = try Storage(bytes: ck_sort_scratch(type, count, length, positions))
        ck_sort(
            descending, type, count, length, rows.start, values.start,
            places?.start.assumingMemoryBound(to: Int64.self), scratch.data)
        withExtendedLifetime(scratch) {}
        var inverse = order
        for (i, dim) in order.enumerated() { inverse[dim] = i }
        let back = { (x: Buffer) throws(TensorError) in try x.viewed(x.layout.permuted(inverse)).contiguous() }
        let result = dtype == compute ? try back(values) : try back(values).copied(as: dtype)
        return (result, try places.map(back))
    }
}

extension Optional where Wrapped == Buffer {
    fileprivate func map(_ body: (Buffer) throws(TensorError) -> Buffer) throws(TensorError) -> Buffer? {
        guard let self else { return nil }
        return try body(self)
    }
}
