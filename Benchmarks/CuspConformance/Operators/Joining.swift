import Cusp

extension Operator {
    static let joining: Table = [
        "cat": .one { try cat($0.tensors().withoutPlaceholders, dim: $0.int("dim", 0)) },
        "stack": .one { try stack($0.tensors(), dim: $0.int("dim", 0)) },
        "hstack": .one { call in
            let tensors = try call.tensors().map { $0.rank == 0 ? $0.reshaped([1]) : $0 }
            return cat(tensors, dim: tensors.first?.rank == 1 ? 0 : 1)
        },
        "vstack": .one { try cat($0.tensors().map { $0.atLeast2D() }) },
        "dstack": .one { call in
            cat(try call.tensors().map { $0.rank < 3 ? $0.atLeast2D().unsqueezed(dim: -1) : $0 }, dim: 2)
        },
        "column_stack": .one { call in
            cat(try call.tensors().map { $0.rank < 2 ? $0.reshaped([-1, 1]) : $0 }, dim: 1)
        },
    ]
}

extension [Tensor] {
    /// Without the vectors of no elements that PyTorch's cat lets stand beside any shape.
    fileprivate var withoutPlaceholders: [Tensor] {
        let rest = filter { $0.shape != [0] }
        return rest.isEmpty ? self : rest
    }
}
