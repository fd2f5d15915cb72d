import Cusp

extension Operator {
    /// Moments, norms, and what divides by them.
    static let normalizations: Table = [
        "var": .one { try moments($0)[0] },
        "std": .one { try moments($0, deviation: true)[0] },
        "var_mean": .many { try moments($0) },
        "std_mean": .many { try moments($0, deviation: true) },
        "prod": .one { call in
            let x = try call.tensor()
            let dims = try call.dims()
            let keepDim = try call.bool("keepdim")
            return (try call.dtype().map { x.asType($0) } ?? x).product(dims: dims, keepDim: keepDim)
        },
        "masked.prod": .one { call in
            let (x, dims, keepDim) = (try call.tensor(), try call.dims(), try call.bool("keepdim"))
            let mask = try call.optionalTensor("mask")
            return (mask.map { `where`($0, x, 1) } ?? x).product(dims: dims, keepDim: keepDim)
        },
        "norm": .one { call in
            let x = try call.tensor()
            let p: Double =
                switch call.value("p") {
                case .string("fro"), nil: 2
                case .string: throw Unsupported("a norm of matrices")
                case let p?: try p.number("p").number.double
                }
            return try x.norm(p, dims: call.dims(), keepDim: call.bool("keepdim"))
        },
        "linalg.vector_norm": .one { call in
            let (x, p) = (try call.tensor(), try call.number("ord", 2).number.double)
            return try x.norm(p, dims: call.dims(), keepDim: call.bool("keepdim"))
        },
        "dist": .one { call in
            let (x, y) = (try call.tensor(), try call.tensor("other"))
            return try (x - y).norm(call.number("p", 2).number.double)
        },
        "nn.functional.pairwise_distance": .one { call in
            let (x, y) = (try call.tensor(), try call.tensor("x2"))
            let (p, eps) = (try call.number("p", 2).number.double, try call.number("eps", 1e-6).number.double)
            return try (x - y + eps).norm(p, dims: [-1], keepDim: call.bool("keepdim"))
        },
        "nn.functional.normalize": .one { call in
            let (x, p) = (try call.tensor(), try call.number("p", 2).number.double)
            let (dim, eps) = (try call.int("dim", 1), try call.number("eps", 1e-12).number.double)
            return x / clamp(x.norm(p, dims: [dim], keepDim: true), min: eps)
        },
        "nn.functional.cosine_similarity": .one { call in
            let (x, y) = (try call.tensor(), try call.tensor("x2"))
            let (dim, eps) = (try call.int("dim", 1), try call.number("eps", 1e-8).number.double)
            let shape = try Shape.broadcast(x.shape, y.shape, for: "cosine_similarity")
            let (a, b) = (x.expanded(to: shape), y.expanded(to: shape))
            func unit(_ x: Tensor) -> Tensor { x / clamp(x.norm(dims: [dim], keepDim: true), min: eps) }
            return (unit(a) * unit(b)).sum(dim: dim)
        },
        "nn.functional.layer_norm": .one { call in
            let (x, sizes) = (try call.tensor(), try call.sizes("normalized_shape"))
            let (weight, bias) = (try call.optionalTensor("weight"), try call.optionalTensor("bias"))
            let eps = try call.number("eps", 1e-5).number.double
            return x.layerNorm(weight: weight, bias: bias, overLast: sizes.count, epsilon: eps)
        },
        "nn.functional.rms_norm": .one { call in
            let (x, sizes) = (try call.tensor(), try call.sizes("normalized_shape"))
            let weight = try call.optionalTensor("weight")
            let eps = try call.number("eps", x.dtype == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne)).number
                .double
            let dims = Array((x.rank - sizes.count)..<x.rank)
            let y = x / sqrt((x * x).mean(dims: dims, keepDim: true) + eps)
            return weight.map { y * $0 } ?? y
        },
        "nn.functional.group_norm": .one { call in
            let (x, groups) = (try call.tensor(), try call.int("num_groups"))
            let (weight, bias) = (try call.optionalTensor("weight"), try call.optionalTensor("bias"))
            let eps = try call.number("eps", 1e-5).number.double
            if x.elementCount == 0 { return x.scaled(weight, bias) }
            let rows = x.reshaped([x.shape[0] * groups, -1]).layerNorm(epsilon: eps).reshaped(Array(x.shape))
            return rows.scaled(weight, bias)
        },
        "nn.functional.instance_norm": .one { call in
            let x = try call.tensor()
            let (mean, variance) = (try call.optionalTensor("running_mean"), try call.optionalTensor("running_var"))
            let (weight, bias) = (try call.optionalTensor("weight"), try call.optionalTensor("bias"))
            let fresh = try call.bool("use_input_stats", true)
            _ = try call.number("momentum", 0.1)
            let eps = try call.number("eps", 1e-5).number.double
            if fresh {
                let rows = x.reshaped([x.shape[0] * x.shape[1], -1]).layerNorm(epsilon: eps)
                return rows.reshaped(Array(x.shape)).scaled(weight, bias)
            }
            guard let mean, let variance else { throw Unsupported("a call without statistics") }
            return ((x - mean.channels(x)) / sqrt(variance.channels(x) + eps)).scaled(weight, bias)
        },
        "nn.functional.batch_norm": .one { call in
            let x = try call.tensor()
            let (mean, variance) = (try call.optionalTensor("running_mean"), try call.optionalTensor("running_var"))
            let (weight, bias) = (try call.optionalTensor("weight"), try call.optionalTensor("bias"))
            let training = try call.bool("training")
            _ = try call.number("momentum", 0.1)
            let eps = try call.number("eps", 1e-5).number.double
            if x.elementCount == 0 { return x }
            if training {
                let dims = x.shape.indices.filter { $0 != 1 }
                let centred = x - x.mean(dims: dims, keepDim: true)
                let scale = sqrt(x.variance(dims: dims, correction: 0, keepDim: true) + eps)
                return (centred / scale).scaled(weight, bias)
            }
            guard let mean, let variance else { throw Unsupported("a call without statistics") }
            return ((x - mean.channels(x)) / sqrt(variance.channels(x) + eps)).scaled(weight, bias)
        },
        "nn.functional.bilinear": .one { call in
            let (x, y) = (try call.tensor(), try call.tensor("input2"))
            let (weight, bias) = (try call.tensor("weight"), try call.optionalTensor("bias"))
            // [..., 1, 1, i] · [o, i, j] -> [..., o, 1, j], times y, summed over j
            let left = matmul(x.unsqueezed(dim: -2).unsqueezed(dim: -2), weight).squeezed(dim: -2)
            let product = (left * y.unsqueezed(dim: -2)).sum(dim: -1)
            return bias.map { product + $0 } ?? product
        },
    ]

    /// The variance, or the standard deviation, and the mean.
    private static func moments(_ call: Call, deviation: Bool = false) throws -> [Tensor] {
        let x = try call.tensor()
        let dims: [Int]?
        var correction = 1.0
        // The overload with `unbiased` alone in first place.
        switch call.value("dim") {
        case .bool(let unbiased): (dims, correction) = (nil, unbiased ? 1 : 0)
        case .int(let dim): dims = [dim]
        case .list(let list): dims = list.isEmpty ? nil : try list.map { try $0.integer("dim") }
        case nil: dims = nil
        default: throw Unsupported("dimensions other than integers")
        }
        if let unbiased = call.value("unbiased") {
            guard case .bool(let unbiased) = unbiased else { throw Unsupported("unbiased other than true and false") }
            correction = unbiased ? 1 : 0
        }
        if let given = call.value("correction") { correction = try given.number("correction").number.double }
        let keepDim = try call.bool("keepdim")
        let mean = x.mean(dims: dims, keepDim: keepDim)
        return [
            deviation
                ? x.standardDeviation(dims: dims, correction: correction, keepDim: keepDim)
                : x.variance(dims: dims, correction: correction, keepDim: keepDim), mean,
        ]
    }
}

extension Tensor {
    /// A vector along dimension 1 of `x`.
    fileprivate func channels(_ x: Tensor) -> Tensor {
        reshaped([1, elementCount] + Array(repeating: 1, count: Swift.max(x.rank - 2, 0)))
    }

    fileprivate func scaled(_ weight: Tensor?, _ bias: Tensor?) -> Tensor {
        let product = weight.map { self * $0.channels(self) } ?? self
        return bias.map { product + $0.channels(self) } ?? product
    }
}
