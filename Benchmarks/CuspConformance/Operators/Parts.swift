import Cusp

extension Operator {
    static let parts: Table = [
        "select": .one { call in
            let (x, dim, index) = (try call.tensor(), try call.int("dim"), try call.int("index"))
            return x.movedToFront(dim)[index]
        },
        "slice": .one { call in
            let x = try call.tensor()
            let (dim, start) = (x.axis(try call.int("dim", 0)), try call.int("start", 0))
            let (end, step) = (try call.int("end", x.shape[dim]), try call.int("step", 1))
            return x.movedToFront(dim)[.stride(from: start, to: end, by: step)].firstMoved(to: dim)
        },
        "narrow": .one { call in
            let (x, dim) = (try call.tensor(), try call.int("dim"))
            let start =
                switch call.value("start") {
                case .int(let start): start
                case .tensor(let start): start.item(as: Int.self)
                default: throw Unsupported("a start other than an integer")
                }
            let size = x.shape[x.axis(dim)]
            return x.sliced(dim: dim, from: start < 0 ? start + size : start, count: try call.int("length"))
        },
        "__getitem__": .one { try $0.tensor().indexed($0) },
        "unbind": .many { call in
            let x = try call.tensor()
            let front = x.movedToFront(try call.int("dim", 0))
            return (0..<front.shape[0]).map { front[$0] }
        },
        "split": .many { try split($0) },
        "split_with_sizes": .many { try split($0) },
        "chunk": .many { call in
            let (x, count) = (try call.tensor(), try call.int("chunks"))
            let dim = try call.int("dim", 0)
            return x.cut(every: (x.shape[x.axis(dim)] + count - 1) / count, dim: dim)
        },
        "tensor_split": .many { call in
            let x = try call.tensor()
            let places = try call.places()
            return x.cut(places, dim: try call.int("dim", 0))
        },
        "hsplit": .many { call in
            let x = try call.tensor()
            return x.cut(try call.places(), dim: x.rank == 1 ? 0 : 1)
        },
        "vsplit": .many { try $0.tensor().cut($0.places(), dim: 0) },
        "dsplit": .many { try $0.tensor().cut($0.places(), dim: 2) },
        "tril": .one { call in
            let x = try call.tensor()
            return `where`(x.diagonals .<= (try call.int("diagonal", 0)), x, false)
        },
        "triu": .one { call in
            let x = try call.tensor()
            return `where`(x.diagonals .>= (try call.int("diagonal", 0)), x, false)
        },
        "trace": .unary { `where`($0.diagonals .== 0, $0, 0).sum() },
    ]

    private static func split(_ call: Call) throws -> [Tensor] {
        let (x, sizes) = (try call.tensor(), call.value("split_size_or_sections"))
        let dim = try call.int("dim", 0)
        switch sizes {
        case .int(let size): return x.cut(every: size, dim: dim)
        case .list(let sizes): return x.cut(sizes: try sizes.map { try $0.integer("a section") }, dim: dim)
        default: throw Unsupported("sections other than integers")
        }
    }
}

/// Where to cut: into so many parts, or before these positions.
enum Places {
    case parts(Int)
    case before([Int])
}

extension Call {
    fileprivate func places() throws -> Places {
        switch value("indices_or_sections") {
        case .int(let count): .parts(count)
        case .list(let places): .before(try places.map { try $0.integer("a position") })
        case .tensor(let places): places.rank == 0 ? .parts(places.item()) : .before(places.array())
        default: throw Unsupported("positions other than integers")
        }
    }
}

extension Tensor {
    func cut(sizes: [Int], dim: Int) -> [Tensor] {
        var start = 0
        return sizes.map { size in
            defer { start += size }
            return sliced(dim: dim, from: start, count: size)
        }
    }

    func cut(every size: Int, dim: Int) -> [Tensor] {
        let whole = shape[axis(dim)]
        let count = size == 0 ? 1 : Swift.max((whole + size - 1) / size, 1)
        return cut(sizes: (0..<count).map { Swift.min(size, whole - $0 * size) }, dim: dim)
    }

    func cut(into count: Int, dim: Int) -> [Tensor] { cut(.parts(count), dim: dim) }

    fileprivate func cut(_ places: Places, dim: Int) -> [Tensor] {
        let whole = shape[axis(dim)]
        switch places {
        case .parts(let count):
            return cut(sizes: (0..<count).map { whole / count + ($0 < whole % count ? 1 : 0) }, dim: dim)
        case .before(let places):
            let ends = places.map { Swift.min(Swift.max($0 < 0 ? $0 + whole : $0, 0), whole) } + [whole]
            return zip([0] + ends, ends).map { sliced(dim: dim, from: $0, count: Swift.max($1 - $0, 0)) }
        }
    }

    fileprivate func movedToFront(_ dim: Int) -> Tensor {
        let dim = axis(dim)
        return transposed([dim] + shape.indices.filter { $0 != dim })
    }

    fileprivate func firstMoved(to dim: Int) -> Tensor {
        var order = Array(1..<rank)
        order.insert(0, at: dim)
        return transposed(order)
    }

    /// For each element of the last two dimensions, which diagonal it is on: 0 the main one, above it positive.
    fileprivate var diagonals: Tensor {
        .range(shape[rank - 1]) - Tensor.range(shape[rank - 2]).unsqueezed(dim: 1)
    }

    /// What a Python index selects, where it is one that makes a view, or a mask of all dimensions.
    fileprivate func indexed(_ call: Call) throws -> Tensor {
        switch call.value("index") {
        case .tensor(let mask) where mask.dtype == .bool && mask.rank == rank:
            return self[mask]
        case .tensor(let index) where index.dtype == .bool && index.rank == 1:
            return take(index.nonzero().flattened(), dim: 0)
        case .tensor(let index) where index.dtype != .bool: return self[index]
        case .list(let entries):
            // [1, 2] without a slice is a list of positions, not one index a dimension.
            let names = entries.contains { if case .int = $0 { false } else { true } }
            guard names else { return self[Tensor(try entries.map { try $0.integer("a position") })] }
            if let picked = try picked(entries) { return picked }
            return try entries.map { try $0.index }.applied(to: self)
        case let index?: return try [index.index].applied(to: self)
        case nil: throw Unsupported("indexing with None")
        }
    }
}

extension Tensor {
    /// What lists of positions for the first dimensions select, or one list among whole dimensions; nil for other indices.
    fileprivate func picked(_ entries: [Value<Tensor>]) throws -> Tensor? {
        let lists = try entries.map { try $0.positions }
        guard lists.contains(where: { $0 != nil }) else { return nil }
        let rest = zip(lists, entries).filter { $0.0 == nil }.map(\.1)
        guard rest.allSatisfy(\.isWhole), entries.count <= rank else { throw Unsupported("indexing with positions") }
        let named = lists.indices.filter { lists[$0] != nil }
        if named.count == 1 { return take(lists[named[0]]!, dim: named[0]) }
        guard named == Array(0..<named.count) else { throw Unsupported("indexing with positions") }
        // Row by row: the place in the merged dimension.
        let place = named.dropFirst().reduce(lists[0]!) { $0 * shape[$1] + lists[$1]! }
        return reshaped([-1] + shape[named.count...]).take(place, dim: 0)
    }
}

extension Value<Tensor> {
    fileprivate var positions: Tensor? {
        get throws {
            switch self {
            case .tensor(let index) where index.dtype != .bool: index
            case .list(let values): Tensor(try values.map { try $0.integer("a position") })
            default: nil
            }
        }
    }

    fileprivate var isWhole: Bool {
        if case .slice(nil, nil, let step) = self { step == nil || step == 1 } else { false }
    }
}

extension [Slice] {
    fileprivate func applied(to x: Tensor) throws -> Tensor {
        switch count {
        case 1: x[self[0]]
        case 2: x[self[0], self[1]]
        case 3: x[self[0], self[1], self[2]]
        default: throw Unsupported("indexing with \(count) entries")
        }
    }
}

extension Value {
    fileprivate var index: Slice {
        get throws {
            switch self {
            case .int(let index): .index(index)
            case .slice(let from, let to, let step): .range(from: from, to: to, step: step ?? 1)
            case .ellipsis: .remaining
            case .none: .inserted
            default: throw Unsupported("indexing with positions")
            }
        }
    }
}
