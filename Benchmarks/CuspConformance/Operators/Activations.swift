import Cusp
import CuspNN

// Each is a pointwise function of one line, as a user writes it: so that fused passes are judged too.
extension Operator {
    static let activations: Table = [
        "nn.functional.relu": .unary { relu($0) },
        "nn.functional.relu6": .pointwise(Pointwise { x in `where`(x .<= 0, 0, `where`(x .>= 6, 6, x)) }),
        "nn.functional.leaky_relu": .with("negative_slope", 0.01, Pointwise { x, k in `where`(x .> 0, x, k * x) }),
        "nn.functional.elu": .with("alpha", 1, Pointwise { x, a in `where`(x .> 0, x, a * expm1(x)) }),
        "nn.functional.celu": .with("alpha", 1, Pointwise { x, a in `where`(x .> 0, x, a * expm1(x / a)) }),
        "nn.functional.selu": .pointwise(
            Pointwise { x in
                1.0507009873554804934 * `where`(x .> 0, x, 1.6732632423543772848 * expm1(x))
            }),
        "nn.functional.silu": .unary { silu($0) },
        "nn.functional.gelu": .one { call in
            let x = try call.tensor()
            return try call.string("approximate", "none") == "tanh" ? geluTanh(x) : gelu(x)
        },
        "nn.functional.mish": .pointwise(Pointwise { x in x * tanh(softplus(x)) }),
        "nn.functional.softsign": .pointwise(Pointwise { x in x / (1 + abs(x)) }),
        "nn.functional.tanhshrink": .pointwise(Pointwise { x in x - tanh(x) }),
        "nn.functional.logsigmoid": .pointwise(Pointwise { x in minimum(x, 0) - log1p(exp(-abs(x))) }),
        "nn.functional.hardsigmoid": .pointwise(
            Pointwise { x in `where`(x .<= -3, 0, `where`(x .>= 3, 1, x / 6 + 0.5)) }),
        "nn.functional.hardswish": .pointwise(
            Pointwise { x in `where`(x .<= -3, 0, `where`(x .>= 3, x, x * (x + 3) / 6)) }),
        "nn.functional.hardshrink": .with("lambd", 0.5, Pointwise { x, l in `where`(abs(x) .<= l, 0, x) }),
        "nn.functional.softshrink": .with(
            "lambd", 0.5, Pointwise { x, l in `where`(abs(x) .<= l, 0, x - l * sign(x)) }),
        "nn.functional.hardtanh": .with(
            "min_val", -1, "max_val", 1, Pointwise { x, a, b in `where`(x .<= a, a, `where`(x .>= b, b, x)) }),
        "nn.functional.threshold": .with(
            "threshold", 0, "value", 0, Pointwise { x, t, v in `where`(x .<= t, v, x) }),
        "nn.functional.softplus": .with(
            "beta", 1, "threshold", 20,
            Pointwise { x, b, t in `where`(b * x .> t, x, log1p(exp(b * x)) / b) }),
        "nn.functional.prelu": .one { call in
            let (x, weight) = (try call.tensor(), try call.tensor("weight"))
            let channels = weight.elementCount == 1 ? weight.reshaped([]) : weight.alongChannels(of: x)
            return prelu(x, channels)
        },
        "nn.functional.glu": .one { call in
            let x = try call.tensor()
            let halves = try x.cut(into: 2, dim: call.int("dim", -1))
            return halves[0] * sigmoid(halves[1])
        },
    ]

    private static let prelu = Pointwise { x, weight in `where`(x .> 0, x, weight * x) }

    private static func with(_ name: String, _ value: any PlainNumber, _ function: Pointwise<2>) -> Operator {
        .one { call in
            let x = try call.tensor()
            return function(x, try call.number(name, value, in: x.dtype))
        }
    }

    private static func with(
        _ first: String, _ a: any PlainNumber, _ second: String, _ b: any PlainNumber, _ function: Pointwise<3>
    ) -> Operator {
        .one { call in
            let x = try call.tensor()
            return function(x, try call.number(first, a, in: x.dtype), try call.number(second, b, in: x.dtype))
        }
    }

    static let losses: Table = [
        "nn.functional.cross_entropy": .one { call in
            let (logits, labels) = (try call.tensor(), try call.tensor("target"))
            guard logits.rank == 2, labels.dtype == .int64, try call.string("reduction", "mean") == "mean" else {
                throw Unsupported("a form of cross entropy other than the mean of labels over rows")
            }
            return crossEntropy(logits: logits, labels: labels)
        },
        "nn.functional.mse_loss": .loss { ($0 - $1) * ($0 - $1) },
        "nn.functional.l1_loss": .loss { abs($0 - $1) },
    ]

    /// Of a prediction and a target, reduced as the call says.
    private static func loss(_ body: @escaping @Sendable (Tensor, Tensor) -> Tensor) -> Operator {
        .one { call in
            let each = body(try call.tensor(), try call.tensor("target"))
            return switch try call.string("reduction", "mean") {
            case "mean": each.mean()
            case "sum": each.sum()
            case "none": each
            case let other: throw Unsupported("the reduction \(other)")
            }
        }
    }
}

extension Tensor {
    /// A vector along dimension 1 of `x`.
    fileprivate func alongChannels(of x: Tensor) -> Tensor {
        reshaped([1, elementCount] + Array(repeating: 1, count: Swift.max(x.rank - 2, 0)))
    }
}
