import CKernels

extension Tensor {
    /// The running products over the dimension `dim`.
    ///
    ///     Tensor([2, 3, 4]).cumulativeProduct(dim: 0)     // [ 2.  6. 24.]
    ///
    /// The gradient has no division in it, so that zeros among the elements do no harm.
    public func cumulativeProduct(dim: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let x = dtype.isFloatingPoint ? self : asType(.int64)
            if rank == 0 && (-1...0).contains(dim) { return x.unchanged }
            let position = try shape.position(of: dim, in: "cumulativeProduct")
            guard x.dtype.isFloatingPoint else {
                // Integers wrap around: step by step.
                guard shape[position] > 0 else { return x }
                var parts = [x.sliced(dim: position, from: 0, count: 1)]
                for i in 1..<Swift.max(shape[position], 1) {
                    parts.append(parts[i - 1] * x.sliced(dim: position, from: i, count: 1))
                }
                return cat(parts, dim: position)
            }
            // yᵢ = xᵢ yᵢ₋₁ - 0, which changes no product, and the first is that of x.
            var rest = shape
            rest[position] = Swift.max(shape[position] - 1, 0)
            let start = cat(
                [
                    x.sliced(dim: position, from: 0, count: Swift.min(1, shape[position])),
                    Tensor.full(rest, -0.0, dtype: x.dtype),
                ], dim: position)
            return x.linearScan(adding: start, position)
        }
    }

    /// The product over these dimensions, or over all; 1 of nothing. Integers multiply in int64.
    ///
    ///     Tensor([[1, 2], [3, 4]]).product(dim: 0)     // [3. 8.]
    ///
    /// The gradient of an element is the product of the others, without a division.
    public func product(
        dims: [Int]? = nil, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let part = try Reduced("product", shape, dims)
            let x = dtype.isFloatingPoint ? self : asType(.int64)
            let saved = SavedTensor(x, for: x)
            return record("product", x, result: try x.reduced(CK_PROD, part, keepDim)) { g, inputs in
                try inputs.give(0) { part.restored(g) * (try saved!.tensor.productOfOthers(part.dims)) }
            }
        }
    }

    /// The product over the dimension `dim`.
    public func product(dim: Int, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        product(dims: [dim], keepDim: keepDim, file: file, line: line)
    }

    /// For each element the product of the others over `dims`: of those before it and of those behind it.
    private func productOfOthers(_ dims: [Int]) -> Tensor {
        let order = (0..<rank).filter { !dims.contains($0) } + dims
        let turned = transposed(order)
        let sizes = Array(turned.shape)
        let rows = turned.reshaped(Array(sizes.dropLast(dims.count)) + [dims.reduce(1) { $0 * shape[$1] }])
        let last = rows.rank - 1
        let before = rows.shifted(last, filling: 1).cumulativeProduct(dim: last)
        let behind = rows.flipped(dim: last).shifted(last, filling: 1).cumulativeProduct(dim: last).flipped(dim: last)
        var inverse = order
        for (i, dim) in order.enumerated() { inverse[dim] = i }
        return (before * behind).reshaped(sizes).transposed(inverse)
    }

    /// The largest element so far along `dim`, and where it is: the last of equal ones, or the last NaN, which stays.
    ///
    ///     Tensor([1, 3, 2]).cumulativeMax(dim: 0).values     // [1. 3. 3.]
    public func cumulativeMax(
        dim: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, positions: Tensor) { extremesSoFar("cumulativeMax", false, dim, file, line) }

    /// The smallest element so far along `dim`. See ``cumulativeMax(dim:file:line:)``.
    public func cumulativeMin(
        dim: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, positions: Tensor) { extremesSoFar("cumulativeMin", true, dim, file, line) }

    private func extremesSoFar(
        _ name: String, _ smallest: Bool, _ dim: Int, _ file: StaticString, _ line: UInt
    ) -> (values: Tensor, positions: Tensor) {
        let positions = attempt(file: file, line: line) { () throws(TensorError) in
            Tensor(
                try scanned(name, dim, as: .int64) { type, axis, from, to in
                    ck_cumulative_arg(smallest, type, axis, from, to.assumingMemoryBound(to: Int64.self))
                })
        }
        // After a mistake there is nothing to gather.
        return (positions.shape == shape ? gather(dim: dim, index: positions) : positions, positions)
    }

    /// log Σ eˣ over the elements so far along `dim`, without overflow.
    ///
    ///     Tensor([0, 0]).cumulativeLogSumExp(dim: 0)     // [0.         0.69314718]
    ///
    /// While there is nothing but -inf the gradient is 0 (NaN under ``KinkPolicy/legacy``).
    public func cumulativeLogSumExp(dim: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let x = asType(dtype.floating)
        return attempt(file: file, line: line) { () throws(TensorError) in
            if rank == 0 && (-1...0).contains(dim) { return x.unchanged }
            let position = try shape.position(of: dim, in: "cumulativeLogSumExp")
            let plain = x.detached()
            // Sums relative to the largest so far: sᵢ = sᵢ₋₁ e^(mᵢ₋₁ - mᵢ) + e^(xᵢ - mᵢ)
            let largest = plain.cumulativeMax(dim: position).values
            let base = `where`(abs(largest) .< Double.infinity, largest, 0)
            let factor = exp(largest.shifted(position, filling: -.infinity) - base)
            let sums = factor.linearScan(adding: exp(plain - base), position)
            let slope = PointwiseFunction.logSumExpGradientByPolicy
            let saved = SavedTensor(x, for: x)
            return recordKeepingResult("cumulativeLogSumExp", x, result: (base + log(sums)).buffer) { g, y, inputs in
                try inputs.give(0) {
                    let x = try saved!.tensor
                    // uᵢ = gᵢ + e^(yᵢ - yᵢ₊₁) uᵢ₊₁, and e^(xᵢ - yᵢ) of it
                    let share = logSumExpSlope(y, y.shifted(position, by: -1, filling: .infinity))
                    let exact = g / x.detached().slopesSoFar(y.detached(), share.detached(), position)
                    return .apply(slope, share.linearScan(adding: exact, position, backwards: true), x, y)
                }
            }
        }
    }

    /// Σ exp(xⱼ - yᵢ) over j up to i, where yᵢ are rounded: see ``slopeSum(_:_:)``. `share` is e^(yᵢ - yᵢ₊₁).
    private func slopesSoFar(_ y: Tensor, _ share: Tensor, _ dim: Int) -> Tensor {
        let sums = share.shifted(dim).linearScan(adding: logSumExpSlope(self, y), dim)
        return `where`((y - y) .== 0, sums, 1)
    }

    /// The elements one place on along `dim` (or one place back, by -1), with a number in the open place.
    func shifted(_ dim: Int, by step: Int = 1, filling value: Double = 0) -> Tensor {
        let size = shape[dim]
        guard size > 0 else { return self }
        var edge = shape
        edge[dim] = 1
        let open = Tensor.full(edge, value, dtype: dtype)
        let rest = sliced(dim: dim, from: step > 0 ? 0 : 1, count: size - 1)
        return cat(step > 0 ? [open, rest] : [rest, open], dim: dim)
    }

    /// yᵢ = aᵢ yᵢ₋₁ + bᵢ along `dim`, where a is this tensor and the first is b alone; backwards yᵢ = aᵢ yᵢ₊₁ + bᵢ.
    func linearScan(adding b: Tensor, _ dim: Int, backwards: Bool = false) -> Tensor {
        let a = self
        return attempt { () throws(TensorError) in
            let compute = dtype.compute
            let factors = dtype == compute ? try buffer.contiguous() : try buffer.copied(as: compute)
            let terms = b.dtype == compute ? try b.buffer.contiguous() : try b.buffer.copied(as: compute)
            var result = try Buffer(uninitialized: shape, compute)
            let size = { (dims: Range<Int>) in Int64(dims.reduce(1) { $0 * a.shape[$1] }) }
            ck_linear_scan(
                backwards, ck_dtype(UInt32(compute.rawValue)), size(0..<dim), Int64(shape[dim]), size((dim + 1)..<rank),
                factors.start, terms.start, result.start)
            withExtendedLifetime((factors, terms)) {}
            if dtype != compute { result = try result.copied(as: dtype) }
            let saved = SavedTensor(a, for: a) ?? SavedTensor(a, for: b)
            return recordKeepingResult("linearScan", a, b, result: result) { g, y, inputs in
                // The adjoint runs the other way, with the factor of the element that used this one.
                let step = backwards ? 1 : -1
                let u = try saved!.tensor.shifted(dim, by: step).linearScan(adding: g, dim, backwards: !backwards)
                // Nothing to the first, even where u is infinite.
                inputs.give(0) { chain(y.shifted(dim, by: -step), u) }
                inputs.give(1) { u }
            }
        }
    }
}
