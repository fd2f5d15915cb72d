import Cusp

extension Operator {
    /// What is masked out counts as the number that changes nothing: one for floats, and one for integers.
    static let masked: Table = [
        "masked.sum": .masked(0, 0) { $0.sum(dims: $1, keepDim: $2) },
        "masked.amax": .masked(-Double.infinity, Int.min) { $0.max(dims: $1, keepDim: $2) },
        "masked.amin": .masked(Double.infinity, Int.max) { $0.min(dims: $1, keepDim: $2) },
        // Of integers PyTorch gives an integer.
        "masked.logsumexp": .masked(-Double.infinity, nil) { $0.logSumExp(dims: $1, keepDim: $2) },
        "masked.softmax": .along { $0.softmax(dim: $1) },
        "masked.log_softmax": .along { $0.logSoftmax(dim: $1) },
        "masked.mean": .one { call in
            let (x, dims, keepDim) = (try call.tensor(), try call.dims(), try call.bool("keepdim"))
            let mask = try call.optionalTensor("mask") ?? .full([], true, dtype: .bool)
            let count = mask.expanded(to: x.shape).sum(dims: dims, keepDim: keepDim)
            return `where`(mask, x, 0).sum(dims: dims, keepDim: keepDim) / count
        },
    ]

    private static func masked(
        _ neutral: Double, _ integral: Int?, _ body: @escaping @Sendable (Tensor, [Int]?, Bool) -> Tensor
    ) -> Operator {
        .one { call in
            let (x, dims, keepDim) = (try call.tensor(), try call.dims(), try call.bool("keepdim"))
            let mask = try call.optionalTensor("mask")
            if x.dtype.isFloatingPoint {
                return body(mask.map { `where`($0, x, neutral) } ?? x, dims, keepDim)
            }
            guard let integral else { throw Unsupported("this operator on \(x.dtype)") }
            return body(mask.map { `where`($0, x, integral) } ?? x, dims, keepDim)
        }
    }

    private static func along(_ body: @escaping @Sendable (Tensor, Int) -> Tensor) -> Operator {
        .one { call in
            let (x, dim) = (try call.tensor(), try call.int("dim"))
            return body(try call.optionalTensor("mask").map { `where`($0, x, -Double.infinity) } ?? x, dim)
        }
    }
}
