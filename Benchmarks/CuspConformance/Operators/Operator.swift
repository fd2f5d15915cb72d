import Cusp

/// How an operator of PyTorch is written with Cusp: it reads its arguments from a call and gives the results.
///
/// To add one, add a line to the table of its family. A new family is a file with one more table, named in ``all``.
struct Operator: Sendable {
    let run: @Sendable (Call) throws -> [Tensor]

    /// Every operator that Cusp has, by PyTorch's name.
    static let all: [String: Operator] = [
        elementwise, binary, division, special, comparisons, ternary, activations, losses, reductions, softmaxes,
        masked, shapes, parts,
        positions, sorting, statistics, rearranging, normalizations, joining, matrices, creation, casts,
    ].reduce(into: [:]) { all, family in
        all.merge(family) { _, _ in preconditionFailure("an operator stands in two tables") }
    }

    typealias Table = [String: Operator]

    /// Several results.
    static func many(_ body: @escaping @Sendable (Call) throws -> [Tensor]) -> Operator { Operator(run: body) }

    /// One result.
    static func one(_ body: @escaping @Sendable (Call) throws -> Tensor) -> Operator {
        Operator { [try body($0)] }
    }

    /// Of one tensor and nothing else.
    static func unary(_ body: @escaping @Sendable (Tensor) throws -> Tensor) -> Operator {
        .one { try body($0.tensor()) }
    }

    /// Of one tensor, in a single pass.
    static func pointwise(_ function: Pointwise<1>) -> Operator {
        .one { function(try $0.tensor()) }
    }

    /// Of two tensors, or a tensor and a number.
    static func pair(
        _ tensors: @escaping @Sendable (Tensor, Tensor) -> Tensor,
        _ number: @escaping @Sendable (Tensor, any PlainNumber) -> Tensor
    ) -> Operator {
        .one { call in
            let x = try call.tensor()
            return switch call.value("other") {
            case .tensor(let y): tensors(x, y)
            case .int(let y): number(x, y)
            case .float(let y): number(x, y)
            case .bool(let y): number(x, y)
            default: throw Unsupported("other than a tensor or a number")
            }
        }
    }
}
