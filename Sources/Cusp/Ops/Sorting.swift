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
        attempt(file: file, line: line, instead: (.empty, .empty)) { () throws(TensorError) in
            try sort("sort", dim, descending)
        }
    }

    /// The elements along `dim` in ascending order, or in descending; NaN counts as larger than anything. Faster than ``sort``
    /// where nothing is differentiated: zeros of both signs may then change places.
    ///
    ///     Tensor([3, 1, 2]).sorted(dim: 0)     // [1. 2. 3.]
    public func sorted(
        dim: Int = -1, descending: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        if source != nil && Recording.isOn {
            return attempt(file: file, line: line) { () throws(TensorError) in
                try sort("sorted", dim, descending).values
            }
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
        attempt(file: file, line: line) { () throws(TensorError) in
            Tensor(try ranked("argsort", dim, descending, positions: true).positions!)
        }
    }

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

    /// Of a number, one.
    private func length(of dim: Int, in operation: String) throws(TensorError) -> Int {
        let shape = rank == 0 ? Shape([1]) : shape
        return shape[try shape.position(of: dim, in: operation)]
    }

    private func sort(
        _ operation: String, _ dim: Int, _ descending: Bool
    ) throws(TensorError) -> (values: Tensor, positions: Tensor) {
        let sorted = try ranked(operation, dim, descending, positions: true)
        let positions = Tensor(sorted.positions!)
        guard source != nil, Recording.isOn else { return (Tensor(sorted.values), positions) }
        return (gather(dim: dim, index: positions), positions)
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
