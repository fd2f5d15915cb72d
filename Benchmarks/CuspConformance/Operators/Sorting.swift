import Cusp

extension Operator {
    static let sorting: Table = [
        "sort": .many { call in
            let x = try call.tensor()
            // PyTorch's second overload has `stable` first, by name only.
            let (dim, descending) = (try call.int("dim", -1), try call.bool("descending"))
            _ = try call.bool("stable")
            let (values, positions) = x.sort(dim: dim, descending: descending)
            return [values, positions]
        },
        "argsort": .one { call in
            let (x, dim, descending) = (try call.tensor(), try call.int("dim", -1), try call.bool("descending"))
            _ = try call.bool("stable")
            return x.argsort(dim: dim, descending: descending)
        },
        "msort": .unary { $0.sorted(dim: 0) },
        "topk": .many { call in
            let (x, count, dim) = (try call.tensor(), try call.int("k"), try call.int("dim", -1))
            let largest = try call.bool("largest", true)
            _ = try call.bool("sorted", true)
            let (values, positions) = x.topK(count, dim: dim, largest: largest)
            try x.requireNoEquals(of: values, dim)
            return [values, positions]
        },
        "kthvalue": .many { call in
            let (x, k, dim) = (try call.tensor(), try call.int("k"), try call.int("dim", -1))
            try x.requireNoEquals(of: x.ranked(k - 1, dim: dim, keepDim: true).values, dim)
            let (values, positions) = x.ranked(k - 1, dim: dim, keepDim: try call.bool("keepdim"))
            return [values, positions]
        },
        "median": .many { call in
            let x = try call.tensor()
            guard let dim = call.value("dim") else { return [x.median()] }
            let (values, positions) = x.median(dim: try dim.integer("dim"), keepDim: try call.bool("keepdim"))
            return [values, positions]
        },
        "cumprod": .one { call in
            let (x, dim) = (try call.tensor(), try call.int("dim"))
            return (try call.dtype().map { x.asType($0) } ?? x).cumulativeProduct(dim: dim)
        },
        "cummax": .many { call in
            let (values, positions) = try call.tensor().cumulativeMax(dim: call.int("dim"))
            return [values, positions]
        },
        "cummin": .many { call in
            let (values, positions) = try call.tensor().cumulativeMin(dim: call.int("dim"))
            return [values, positions]
        },
        "logcumsumexp": .one { try $0.tensor().cumulativeLogSumExp(dim: $0.int("dim")) },
        "searchsorted": .one { call in
            let (edges, x) = (try call.tensor(), try call.tensor("values"))
            let side = try call.string("side", "left")
            let (small, right) = (try call.bool("out_int32"), try call.bool("right"))
            let sorter = try call.optionalTensor("sorter")
            let sorted = sorter.map { edges.gather(dim: -1, index: $0) } ?? edges
            return try x.places(among: sorted, behindEqual: right || side == "right").asType(small ? .int32 : .int64)
        },
        "bucketize": .one { call in
            let (x, edges) = (try call.tensor(), try call.tensor("boundaries"))
            let (small, right) = (try call.bool("out_int32"), try call.bool("right"))
            return try x.places(among: edges, behindEqual: right).asType(small ? .int32 : .int64)
        },
        "isin": .one { call in
            let (x, list) = (try call.tensor(), try call.tensor("test_elements"))
            return (x.unsqueezed(dim: -1) .== list.flattened()).sum(dim: -1) .> 0
        },
    ]
}

extension Tensor {
    /// Of equal elements PyTorch takes whichever its selection meets, which nobody documents; Cusp takes the first.
    fileprivate func requireNoEquals(of values: Tensor, _ dim: Int) throws {
        guard rank > 0, values.elementCount > 0 else { return }
        let all = detached().moved(dim, to: -1).unsqueezed(dim: -2)
        let chosen = values.detached().moved(dim, to: -1).unsqueezed(dim: -1)
        let equals = ((all .== chosen) .| (isNaN(all) .& isNaN(chosen))).sum(dim: -1)
        if equals.max().item(as: Int.self) > 1 {
            throw Unsupported("a choice among equal elements, as PyTorch makes it,")
        }
    }

    /// How many of the sorted edges of each row are smaller, or not larger.
    fileprivate func places(among edges: Tensor, behindEqual: Bool) throws -> Tensor {
        let (x, rows) = (unsqueezed(dim: -1), edges.rank > 1 ? edges.unsqueezed(dim: -2) : edges)
        // NaN is behind all numbers.
        let before = behindEqual ? (rows .<= x) .| isNaN(x) : (rows .< x) .| (isNaN(x) .& .!isNaN(rows))
        return before.sum(dim: -1)
    }
}
