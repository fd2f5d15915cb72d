import Cusp

extension Operator {
    static let matrices: Table = [
        "matmul": .one { try matmul($0.tensor(), $0.tensor("other")) },
        "mm": .one { try matmul($0.tensor(), $0.tensor("mat2")) },
        "bmm": .one { try matmul($0.tensor(), $0.tensor("mat2")) },
        "mv": .one { try matmul($0.tensor(), $0.tensor("vec")) },
        "dot": .one { try matmul($0.tensor(), $0.tensor("other")) },
        "vdot": .one { try matmul($0.tensor(), $0.tensor("other")) },
        "__rmatmul__": .one { call in
            let (x, y) = (try call.tensor(), try call.tensor("other"))
            return matmul(y, x)
        },
        "inner": .one { call in
            let (x, y) = (try call.tensor(), try call.tensor("other"))
            return x.rank == 0 || y.rank == 0 ? x * y : matmul(x, y.rank == 1 ? y : y.transposed())
        },
        "outer": .one { try $0.tensor().unsqueezed(dim: 1) * $0.tensor("vec2") },
        "linalg.vecdot": .one { call in
            let (x, y) = (try call.tensor(), try call.tensor("other"))
            return (x * y).sum(dim: try call.int("dim", -1))
        },
        "linalg.multi_dot": .one { call in
            let tensors = try call.tensors()
            return tensors.dropFirst().reduce(tensors[0]) { matmul($0, $1) }
        },
        "addmm": .sum { matmul($0, $1) },
        "addmv": .sum { matmul($0, $1) },
        "addr": .sum { $0.unsqueezed(dim: 1) * $1 },
        "baddbmm": .sum { matmul($0, $1) },
        "addbmm": .sum { matmul($0, $1).sum(dim: 0) },
        "nn.functional.linear": .one { call in
            let (x, weight) = (try call.tensor(), try call.tensor("weight").transposed())
            return try call.optionalTensor("bias").map { matmul(x, weight, plus: $0) } ?? matmul(x, weight)
        },
    ]

    /// beta · x + alpha · product(a, b)
    private static func sum(_ product: @escaping @Sendable (Tensor, Tensor) -> Tensor) -> Operator {
        .one { call in
            let (x, a, b) = (try call.tensor(), try call.tensor("a"), try call.tensor("b"))
            return try call.scaled(x, by: "beta") + call.scaled(product(a, b), by: "alpha")
        }
    }
}
