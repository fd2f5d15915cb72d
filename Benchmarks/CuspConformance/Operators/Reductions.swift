import Cusp

extension Operator {
    static let reductions: Table = [
        "sum": .reduction { $0.sum(dims: $1, keepDim: $2) },
        "mean": .reduction { $0.mean(dims: $1, keepDim: $2) },
        "amax": .reduction { $0.max(dims: $1, keepDim: $2) },
        "amin": .reduction { $0.min(dims: $1, keepDim: $2) },
        "any": .reduction { ($0 .!= 0).sum(dims: $1, keepDim: $2) .> 0 },
        "all": .reduction { ($0 .== 0).sum(dims: $1, keepDim: $2) .== 0 },
        "count_nonzero": .reduction { ($0 .!= 0).sum(dims: $1, keepDim: $2) },
        "nansum": .reduction { `where`(isNaN($0), 0, $0).sum(dims: $1, keepDim: $2) },
        "nanmean": .reduction { x, dims, keepDim in
            `where`(isNaN(x), 0, x).sum(dims: dims, keepDim: keepDim) / (.!isNaN(x)).sum(dims: dims, keepDim: keepDim)
        },
        "aminmax": .many { call in
            let (x, dims, keepDim) = (try call.tensor(), try call.dims(), try call.bool("keepdim"))
            return [x.min(dims: dims, keepDim: keepDim), x.max(dims: dims, keepDim: keepDim)]
        },
        "argmax": .position { $0.argmax(dim: $1, keepDim: $2) },
        "argmin": .position { $0.argmin(dim: $1, keepDim: $2) },
        "cumsum": .one { call in
            let (x, dim) = (try call.tensor(), try call.int("dim"))
            return (try call.dtype().map { x.asType($0) } ?? x).cumulativeSum(dim: dim)
        },
    ]

    private static func reduction(_ body: @escaping @Sendable (Tensor, [Int]?, Bool) -> Tensor) -> Operator {
        .one { call in
            let (x, dims, keepDim) = (try call.tensor(), try call.dims(), try call.bool("keepdim"))
            return body(try call.dtype().map { x.asType($0) } ?? x, dims, keepDim)
        }
    }

    private static func position(_ body: @escaping @Sendable (Tensor, Int, Bool) -> Tensor) -> Operator {
        .one { call in
            let (x, dim, keepDim) = (try call.tensor(), call.value("dim"), try call.bool("keepdim"))
            guard let dim else { return body(x.flattened(), 0, keepDim) }
            return body(x, try dim.integer("dim"), keepDim)
        }
    }

    static let softmaxes: Table = [
        "softmax": .along { $0.softmax(dim: $1) },
        "log_softmax": .along { $0.logSoftmax(dim: $1) },
        "nn.functional.softmin": .along { (-$0).softmax(dim: $1) },
        "logsumexp": .reduction { $0.logSumExp(dims: $1, keepDim: $2) },
    ]

    /// Along one dimension, in a type that the call may give.
    private static func along(_ body: @escaping @Sendable (Tensor, Int) -> Tensor) -> Operator {
        .one { call in
            let (x, dim) = (try call.tensor(), try call.int("dim"))
            return body(try call.dtype().map { x.asType($0) } ?? x, dim)
        }
    }
}
