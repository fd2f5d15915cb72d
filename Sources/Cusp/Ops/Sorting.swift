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

    /// Of a number, one.
    func length(of dim: Int, in operation: String) throws(TensorError) -> Int {
        let shape = rank == 0 ? Shape([1]) : shape
        return shape[try shape.position(of: dim, in: operation)]
    }

    /// ``sort(dim:descending:file:line:)`` as a part of another operation.
    func sort(
        _ operation: String, _ dim: Int, _ descending: Bool
    ) throws(TensorError) -> (values: Tensor, positions: Tensor) {
        let sorted = try ranked(operation, dim, descending, positions: true)
        let positions = Tensor(sorted.positions!)
        guard source != nil, Recording.isOn else { return (Tensor(sorted.values), positions) }
        return (gather(dim: dim, index: positions), positions)
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
