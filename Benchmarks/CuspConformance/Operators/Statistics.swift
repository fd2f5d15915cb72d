import Cusp

extension Operator {
    /// What counts, ranks or compares elements.
    static let statistics: Table = [
        "quantile": .one { try quantile($0, skippingNaN: false) },
        "nanquantile": .one { try quantile($0, skippingNaN: true) },
        "nanmedian": .many { call in
            let x = try call.tensor()
            guard let given = try call.value("dim")?.integer("dim") else {
                let present = x[.!isNaN(x)]
                return [present.elementCount == 0 ? x.median() : present.median()]
            }
            let keepDim = try call.bool("keepdim")
            let (whole, dim) = x.rank == 0 ? (x.flattened(), 0) : (x, given)
            // NaN is last; the lower middle of the others.
            let (values, positions) = whole.sort(dim: dim)
            let count = (.!isNaN(whole)).sum(dim: dim, keepDim: true)
            let middle = floor(clamp(count - 1, min: 0).asType(.float64) / 2).asType(.int64)
            return [values.gather(dim: dim, index: middle), positions.gather(dim: dim, index: middle)].map {
                x.rank == 0 ? $0.reshaped([]) : keepDim ? $0 : $0.squeezed(dim: dim)
            }
        },
        "mode": .many { call in
            let (x, dim, keepDim) = (try call.tensor(), try call.int("dim", -1), try call.bool("keepdim"))
            if x.rank == 0 { return [x, .zeros([], dtype: .int64)] }
            let axis = x.axis(dim)
            // How often each element is there; of the most frequent the smallest, at its last place.
            let (column, row) = (x.moved(axis, to: -1).unsqueezed(dim: -1), x.moved(axis, to: -1).unsqueezed(dim: -2))
            let counts = (column .== row).sum(dim: -1)
            let most = counts.max(dim: -1, keepDim: true)
            if x.shape[axis] > 16, most.max().item(as: Int.self) > 1 {
                throw Unsupported("a choice among equal elements, as PyTorch's sort of more than 16 makes it,")
            }
            let rows = x.detached().moved(axis, to: -1)
            let smallest = `where`(counts .== most, rows, Double.infinity).min(dim: -1, keepDim: true)
            let place = Tensor.range(x.shape[axis])
            let last = `where`(rows .== smallest, place, -1).max(dim: -1, keepDim: true).moved(-1, to: axis)
            return [x.gather(dim: axis, index: last), last].map { keepDim ? $0 : $0.squeezed(dim: axis) }
        },
        "max": .wholeOrPlaces(
            { $0.max() }, { maximum($0, $1) }, { $0.argmax(dim: $1, keepDim: true) }),
        "min": .wholeOrPlaces(
            { $0.min() }, { minimum($0, $1) }, { $0.argmin(dim: $1, keepDim: true) }),
        "histc": .one { call in
            let x = try call.tensor().flattened()
            let bins = try call.int("bins", 100)
            var low = try call.number("min", 0).number.double
            var high = try call.number("max", 0).number.double
            if low == high, x.elementCount > 0 {
                (low, high) = (x.min().item(as: Double.self), x.max().item(as: Double.self))
            }
            if low == high { (low, high) = (low - 1, high + 1) }
            let inside = x[(x .>= low) .& (x .<= high)]
            let place = ((inside - low) * (Double(bins) / (high - low))).asType(.int64)
            return Tensor.zeros([bins], dtype: x.dtype)
                .indexAdd(dim: 0, index: clamp(place, max: bins - 1), from: .ones(inside.shape, dtype: x.dtype))
        },
        "unique": .many { call in
            _ = try call.bool("sorted", true)
            return try groups(call, sorting: true)
        },
        "unique_consecutive": .many { try groups($0, sorting: false) },
        "renorm": .one { call in
            let (x, p) = (try call.tensor(), try call.number("p").number.double)
            let (dim, limit) = (x.axis(try call.int("dim")), try call.number("maxnorm").number.double)
            let norm = x.norm(p, dims: x.shape.indices.filter { $0 != dim }, keepDim: true)
            return x * `where`(norm .> limit, limit / (norm + 1e-7), 1)
        },
        "linspace": .one { try spaced($0) },
        "logspace": .one { call in
            let (start, end, count) = (try call.bound("start"), try call.bound("end"), try call.int("steps"))
            let base = try call.number("base", 10).number.double
            let dtype = try call.dtype() ?? .float32
            let exponents = spaced(start, end, count, in: dtype)
            return pow(base, exponents).asType(dtype)
        },
        "scatter_reduce": .one { try scatterReduce($0) },
    ]

    private static func spaced(_ call: Call) throws -> Tensor {
        let (start, end, count) = (try call.bound("start"), try call.bound("end"), try call.int("steps"))
        let dtype = try call.dtype() ?? .float32
        return spaced(start, end, count, in: dtype).asType(dtype)
    }

    /// From both ends to the middle, in float64, as PyTorch does; the ends are of the type first.
    private static func spaced(
        _ start: any PlainNumber, _ end: any PlainNumber, _ count: Int, in dtype: DType
    ) -> Tensor {
        let ends = [start, end].map { $0.number.double }
        let (start, end) =
            dtype.isFloatingPoint ? (ends[0], ends[1]) : (ends[0].rounded(.towardZero), ends[1].rounded(.towardZero))
        if count < 2 { return .full([count], start, dtype: .float64) }
        let (place, step) = (Tensor.range(count), (end - start) / Double(count - 1))
        let up = place.asType(.float64) * step + start
        let down = end - (count - 1 - place).asType(.float64) * step
        return `where`(place .< count / 2, up, down)
    }

    /// Between the sorted elements at the places below and above q (n - 1).
    private static func quantile(_ call: Call, skippingNaN: Bool) throws -> Tensor {
        let x = try call.tensor()
        let q: Tensor
        switch call.value("q") {
        case .tensor(let tensor)?: q = tensor
        case let number?: q = Tensor(try number.number("q").number.double)
        case nil: throw Unsupported("a call without q")
        }
        let given = try call.value("dim")?.integer("dim")
        let keepDim = try call.bool("keepdim")
        let kind = try call.string("interpolation", "linear")
        let dim = given.map(x.axis) ?? 0
        let rows = given == nil || x.rank == 0 ? x.flattened() : x.moved(dim, to: -1)
        let sorted = rows.sorted()
        let missing = isNaN(rows)
        let size = rows.shape[rows.rank - 1]
        // [.., 1] or, with NaN in a row, its last element, which is NaN.
        let valid = skippingNaN ? (.!missing).sum(dim: -1, keepDim: true) : Tensor.full([1], size, dtype: .int64)
        let places = q.flattened().asType(.float64) * (clamp(valid, min: 1) - 1).asType(.float64)
        let stuck = skippingNaN ? places : `where`(missing.sum(dim: -1, keepDim: true) .> 0, Double(size - 1), places)
        let full = Shape(Array(rows.shape.dropLast()) + [q.elementCount])
        let at = stuck.expanded(to: full)
        let below = sorted.gather(dim: -1, index: floor(at).asType(.int64))
        let above = sorted.gather(dim: -1, index: ceil(at).asType(.int64))
        let weight: Tensor
        switch kind {
        case "linear": weight = (at - floor(at)).asType(x.dtype)
        case "midpoint": weight = `where`(at .== floor(at), 0, 0.5 + 0 * at).asType(x.dtype)
        case "lower": weight = Tensor.zeros(full, dtype: x.dtype)
        case "higher": weight = Tensor.ones(full, dtype: x.dtype)
        case "nearest": weight = (round(at) - floor(at)).asType(x.dtype)
        default: throw Unsupported("the interpolation \(kind)")
        }
        let result = (below + weight * (above - below)).moved(-1, to: 0)
        let lead = q.rank == 0 ? [] : [q.elementCount]
        if x.rank == 0 { return result.reshaped(lead) }
        if given == nil {
            return result.reshaped(lead + (keepDim ? Array(repeating: 1, count: x.rank) : []))
        }
        let shaped = keepDim ? result.unsqueezed(dim: dim + 1) : result
        return shaped.reshaped(lead + shaped.shape.dropFirst())
    }

    /// Equal neighbours, of all elements or of the parts along a dimension, after sorting where that is asked for: one of each,
    /// which group every element is in, and how many a group has.
    private static func groups(_ call: Call, sorting: Bool) throws -> [Tensor] {
        let x = try call.tensor()
        let (wantsInverse, wantsCounts) = (try call.bool("return_inverse"), try call.bool("return_counts"))
        let dim = try call.value("dim")?.integer("dim")
        let axis = dim.map(x.axis) ?? 0
        let parts = dim == nil ? x.flattened() : x.moved(axis, to: 0)
        let count = parts.shape[0]
        let rows = parts.asType(.float64).array(of: Double.self)
        let width = count == 0 ? 0 : rows.count / count
        func row(_ i: Int) -> ArraySlice<Double> { rows[(i * width)..<((i + 1) * width)] }
        let order = sorting ? (0..<count).sorted { row($0).lexicographicallyPrecedes(row($1)) } : Array(0..<count)
        var (firsts, counts, inverse) = ([Int](), [Int](), [Int](repeating: 0, count: count))
        for i in order {
            if let last = firsts.last, row(last).elementsEqual(row(i)) {
                counts[counts.count - 1] += 1
            } else {
                firsts.append(i)
                counts.append(1)
            }
            inverse[i] = firsts.count - 1
        }
        let chosen = parts.take(Tensor(firsts, shape: [firsts.count]), dim: 0)
        var results = [dim == nil ? chosen : chosen.moved(0, to: axis)]
        if wantsInverse {
            let list = Tensor(inverse, shape: [count])
            results.append(dim == nil ? list.reshaped(Array(x.shape)) : list)
        }
        if wantsCounts { results.append(Tensor(counts, shape: [counts.count])) }
        return results
    }

    private static func wholeOrPlaces(
        _ whole: @escaping @Sendable (Tensor) -> Tensor, _ pair: @escaping @Sendable (Tensor, Tensor) -> Tensor,
        _ places: @escaping @Sendable (Tensor, Int) -> Tensor
    ) -> Operator {
        .many { call in
            let x = try call.tensor()
            switch call.value("dim") {
            case nil:
                guard let other = try call.optionalTensor("other") else { return [whole(x)] }
                return [pair(x, other)]
            case .tensor(let y): return [pair(x, y)]
            case .int(let dim):
                let keepDim = try call.bool("keepdim")
                if x.rank == 0 { return [x.reshaped([]), .zeros([], dtype: .int64)] }
                // Over one dimension all of the gradient goes to the element at the place.
                let at = places(x, dim)
                return [x.gather(dim: dim, index: at), at].map { keepDim ? $0 : $0.squeezed(dim: dim) }
            default: throw Unsupported("a dimension other than an integer")
            }
        }
    }

    /// By comparing each position with every place: for small cases.
    private static func scatterReduce(_ call: Call) throws -> Tensor {
        let (x, dim, index) = (try call.tensor(), try call.int("dim"), try call.tensor("index"))
        let (values, kind) = (try call.tensor("src"), try call.string("reduce", ""))
        let includes = try call.bool("include_self", true)
        func wide(_ x: Tensor) -> Tensor {
            let x = x.dtype.isFloatingPoint ? x : x.asType(.int64)
            return x.rank == 0 ? x.reshaped([1]) : x
        }
        let axis = x.axis(dim)
        return try combined(wide(x), axis, wide(index), wide(values), kind, includes).reshaped(Array(x.shape))
            .asType(x.dtype)
    }

    private static func full(_ value: any PlainNumber, _ dtype: DType) -> Tensor { .full([], value, dtype: dtype) }

    private static func combined(
        _ x: Tensor, _ dim: Int, _ index: Tensor, _ values: Tensor, _ kind: String, _ includes: Bool
    ) throws -> Tensor {
        // What is beyond the index stays as it is.
        if let other = x.shape.indices.first(where: { $0 != dim && index.shape[$0] < x.shape[$0] }) {
            let count = index.shape[other]
            let rest = x.sliced(dim: other, from: count, count: x.shape[other] - count)
            let head = x.sliced(dim: other, from: 0, count: count)
            return cat([try combined(head, dim, index, values, kind, includes), rest], dim: other)
        }
        let part = index.shape.indices.reduce(values) { $0.sliced(dim: $1, from: 0, count: index.shape[$1]) }
        let (own, places) = (x.moved(dim, to: -1), index.moved(dim, to: -1).unsqueezed(dim: -2))
        // [.., size, n]: which values go where.
        let goes = places .== Tensor.range(x.shape[dim]).unsqueezed(dim: 1)
        let each = part.moved(dim, to: -1).unsqueezed(dim: -2)
        let count = goes.sum(dim: -1)
        /// [.., size, 1 + n]: the place's own element, and the values that go there; elsewhere what changes nothing.
        func candidates(_ neutral: any PlainNumber) -> Tensor {
            let nothing = full(neutral, x.dtype)
            let start = `where`(Tensor([includes]), own, nothing)
            return cat([start.unsqueezed(dim: -1), `where`(goes, each, nothing)], dim: -1)
        }
        let (isFloat, largest) = (x.dtype.isFloatingPoint, Double.infinity)
        let result: Tensor
        switch kind {
        case "sum": result = candidates(0).sum(dim: -1)
        case "prod": result = candidates(1).product(dim: -1)
        case "mean":
            let mean =
                candidates(0).sum(dim: -1)
                / clamp(count + (includes ? 1 : 0), min: 1).asType(isFloat ? x.dtype : .float64)
            // Of integers PyTorch rounds down.
            result = isFloat ? mean : floor(mean).asType(x.dtype)
        case "amax": result = (isFloat ? candidates(-largest) : candidates(Int.min)).max(dim: -1)
        case "amin": result = (isFloat ? candidates(largest) : candidates(Int.max)).min(dim: -1)
        default: throw Unsupported("the reduction \(kind)")
        }
        return `where`(count .> 0, result, own).moved(-1, to: dim)
    }
}

extension Call {
    /// A number, or a tensor of one.
    fileprivate func bound(_ name: String) throws -> Double {
        switch value(name) {
        case .tensor(let tensor)?: tensor.asType(.float64).item(as: Double.self)
        case let number?: try number.number(name).number.double
        case nil: throw Unsupported("a call without \(name)")
        }
    }
}
