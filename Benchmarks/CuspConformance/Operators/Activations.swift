import Cusp
import CuspNN

// Those of one tensor run inside a pointwise function, as a user writes it: so that fused passes are judged too.
extension Operator {
    static let activations: Table = [
        "nn.functional.relu": .unary { relu($0) },
        "nn.functional.relu6": .pointwise(Pointwise { relu6($0) }),
        "nn.functional.leaky_relu": .with("negative_slope", 0.01) { leakyRelu($0, negativeSlope: $1) },
        "nn.functional.elu": .with("alpha", 1) { elu($0, alpha: $1) },
        "nn.functional.celu": .with("alpha", 1) { celu($0, alpha: $1) },
        "nn.functional.selu": .pointwise(Pointwise { selu($0) }),
        "nn.functional.silu": .unary { silu($0) },
        "nn.functional.gelu": .one { call in
            let x = try call.tensor()
            return try call.string("approximate", "none") == "tanh" ? geluTanh(x) : gelu(x)
        },
        "nn.functional.mish": .pointwise(Pointwise { mish($0) }),
        "nn.functional.softsign": .pointwise(Pointwise { softsign($0) }),
        "nn.functional.tanhshrink": .pointwise(Pointwise { tanhshrink($0) }),
        "nn.functional.logsigmoid": .pointwise(Pointwise { logSigmoid($0) }),
        "nn.functional.hardsigmoid": .pointwise(Pointwise { hardsigmoid($0) }),
        "nn.functional.hardswish": .pointwise(Pointwise { hardswish($0) }),
        "nn.functional.hardshrink": .with("lambd", 0.5) { hardshrink($0, bound: $1) },
        "nn.functional.softshrink": .with("lambd", 0.5) { softshrink($0, bound: $1) },
        "nn.functional.hardtanh": .with("min_val", -1, "max_val", 1) { x, min, max in
            x.dtype.isFloatingPoint ? hardtanh(x, min: min, max: max) : clamp(x, min: Int(min), max: Int(max))
        },
        "nn.functional.threshold": .with("threshold", 0, "value", 0) { x, bound, value in
            x.dtype.isFloatingPoint
                ? threshold(x, bound: bound, value: value) : `where`(x .<= Int(bound), Int(value), x)
        },
        "nn.functional.softplus": .with("beta", 1, "threshold", 20) { softplus($0, $1, $2) },
        "nn.functional.prelu": .one { call in
            let (x, weight) = (try call.tensor(), try call.tensor("weight"))
            let channels = weight.elementCount == 1 ? weight.reshaped([]) : weight.alongChannels(of: x)
            return prelu(x, slope: channels)
        },
        "nn.functional.glu": .one { call in
            let x = try call.tensor()
            return glu(x, dim: try call.int("dim", -1))
        },
    ]

    private static let softplus = Pointwise { x, b, t in `where`(b * x .> t, x, log1p(exp(b * x)) / b) }

    /// Of a tensor and a number, by name.
    private static func with(
        _ name: String, _ value: Double, _ body: @escaping @Sendable (Tensor, Double) -> Tensor
    ) -> Operator {
        .one { body(try $0.tensor(), try $0.number(name, value).number.double) }
    }

    private static func with(
        _ first: String, _ a: Double, _ second: String, _ b: Double,
        _ body: @escaping @Sendable (Tensor, Double, Double) -> Tensor
    ) -> Operator {
        .one { call in
            let x = try call.tensor()
            return body(x, try call.number(first, a).number.double, try call.number(second, b).number.double)
        }
    }
}

extension Tensor {
    /// A vector along dimension 1 of `x`.
    fileprivate func alongChannels(of x: Tensor) -> Tensor {
        reshaped([1, elementCount] + Array(repeating: 1, count: Swift.max(x.rank - 2, 0)))
    }
}
