import Cusp

extension Operator {
    /// Elements by position.
    static let positions: Table = [
        "gather": .one { call in
            let (x, dim, index) = (try call.tensor(), try call.int("dim"), try call.tensor("index"))
            // PyTorch lets an index without elements have any shape.
            if index.elementCount == 0 { return x.flattened().take(index.asType(.int64)) }
            return x.gather(dim: dim, index: index)
        },
        "take": .one { try $0.tensor().take($0.tensor("index")) },
        "take_along_dim": .one { call in
            let (x, index) = (try call.tensor(), try call.tensor("indices"))
            guard let dim = call.value("dim") else { return x.flattened().gather(dim: 0, index: index.flattened()) }
            return try x.along(index, x.axis(dim.integer("dim")))
        },
        "index_select": .one { call in
            let (x, dim, index) = (try call.tensor(), try call.int("dim"), try call.tensor("index"))
            return x.rank == 0 ? x.take(index, dim: 0).reshaped([]) : x.take(index.flattened(), dim: dim)
        },
        "nn.functional.embedding": .one { call in
            // PyTorch's first argument is the table in these cases.
            try call.tensor().take(call.tensor("weight"), dim: 0)
        },
        "index_add": .one { call in
            let (x, dim, index) = (try call.tensor(), try call.int("dim"), try call.tensor("index"))
            return x.indexAdd(dim: dim, index: index, from: try call.scaled(call.tensor("source")))
        },
        "index_copy": .one { call in
            let (x, dim, index) = (try call.tensor(), try call.int("dim"), try call.tensor("index"))
            return x.indexCopy(dim: dim, index: index, from: try call.tensor("source"))
        },
        "index_fill": .one { call in
            let (x, dim, index) = (try call.tensor(), try call.int("dim"), try call.tensor("index"))
            let value = try call.element("value", x.dtype)
            var part = x.rank == 0 ? [1] : Array(x.shape)
            part[x.rank == 0 ? 0 : x.axis(dim)] = index.elementCount
            return x.indexCopy(dim: dim, index: index, from: value.expanded(to: Shape(part)))
        },
        "put": .one { call in
            let (x, index, values) = (try call.tensor(), try call.tensor("index"), try call.tensor("source"))
            let (flat, places, parts) = (x.flattened(), index.flattened(), values.flattened())
            let result =
                try call.bool("accumulate")
                ? flat.indexAdd(dim: 0, index: places, from: parts) : flat.indexCopy(dim: 0, index: places, from: parts)
            return result.reshaped(Array(x.shape))
        },
        "index_put": .one { call in
            let (x, lists, values) = (try call.tensor(), try call.listed("indices"), try call.tensor("values"))
            guard lists.count == 1 else { throw Unsupported("several lists of positions") }
            let index = lists[0].dtype == .bool ? lists[0].nonzero().flattened() : lists[0]
            let parts = values.expanded(to: Shape([index.elementCount] + x.shape.dropFirst()))
            return try call.bool("accumulate")
                ? x.indexAdd(dim: 0, index: index, from: parts) : x.indexCopy(dim: 0, index: index, from: parts)
        },
        "scatter": .one { call in
            let (x, dim, index) = (try call.tensor(), try call.int("dim"), try call.tensor("index"))
            let values = try call.element("src", x.dtype)
            return x.scatter(dim: dim, index: index, from: values.rank == 0 ? values.expanded(to: index.shape) : values)
        },
        "scatter_add": .one { call in
            let (x, dim, index) = (try call.tensor(), try call.int("dim"), try call.tensor("index"))
            return x.scatterAdd(dim: dim, index: index, from: try call.tensor("src"))
        },
        "masked_scatter": .one { call in
            let (x, mask) = (try call.tensor(), try call.tensor("mask"))
            return x.maskedScatter(mask, from: try call.tensor("source"))
        },
        "argwhere": .unary { $0.nonzero() },
        "nonzero": .many { call in
            let places = try call.tensor().nonzero()
            guard try call.bool("as_tuple") else { return [places] }
            // Of a single element PyTorch makes a vector first.
            let columns = places.shape[1] == 0 ? Tensor.zeros([places.shape[0], 1], dtype: .int64) : places
            return (0..<columns.shape[1]).map { columns[.all, $0] }
        },
    ]
}

extension Call {
    /// A list of tensors.
    fileprivate func listed(_ name: String) throws -> [Tensor] {
        guard case .list(let values) = value(name) else { throw Unsupported("\(name) other than a list") }
        return try values.map { value in
            guard case .tensor(let tensor) = value else { throw Unsupported("\(name) other than tensors") }
            return tensor
        }
    }

    /// A tensor, or a number as a tensor of one element.
    func element(_ name: String, _ dtype: DType) throws -> Tensor {
        switch value(name) {
        case .tensor(let tensor): return tensor
        case let number?:
            let plain = try number.number(name, in: dtype)
            return Self.full(plain, dtype)
        case nil: throw Unsupported("a call without \(name)")
        }
    }

    private static func full(_ value: any PlainNumber, _ dtype: DType) -> Tensor { .full([], value, dtype: dtype) }
}

extension Tensor {
    /// gather, with the shapes broadcast in all dimensions but one.
    fileprivate func along(_ index: Tensor, _ dim: Int) throws -> Tensor {
        var (own, other) = (shape, index.shape)
        (own[dim], other[dim]) = (1, 1)
        let common = try Shape.broadcast(own, other, for: "take_along_dim")
        (own, other) = (common, common)
        (own[dim], other[dim]) = (shape[dim], index.shape[dim])
        return expanded(to: own).gather(dim: dim, index: index.expanded(to: other))
    }
}
