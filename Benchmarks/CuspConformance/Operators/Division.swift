import Cusp

extension Operator {
    /// Quotients and remainders.
    static let division: Table = [
        "div": .one { try quotient($0) },
        "true_divide": .pair({ $0 / $1 }, { $0 / $1 }),
        "__rdiv__": .pair({ $1 / $0 }, { $1 / $0 }),
        "floor_divide": .pair({ floorDivide($0, $1) }, { floorDivide($0, $1) }),
        "fmod": .pair({ fmod($0, $1) }, { fmod($0, $1) }),
        "remainder": .pair({ remainder($0, $1) }, { remainder($0, $1) }),
        "__rmod__": .pair({ remainder($1, $0) }, { remainder($1, $0) }),
    ]

    private static func quotient(_ call: Call) throws -> Tensor {
        let x = try call.tensor()
        let y: Operand<Tensor>
        switch call.value("other") {
        case .tensor(let tensor)?: y = .value(tensor)
        case let number?: y = .number(try number.number("other").number)
        case nil: throw Unsupported("a call without other")
        }
        switch try call.string("rounding_mode", "none") {
        case "trunc": return truncated(x, Given(operand: y))
        case "floor": return floored(x, Given(operand: y))
        default: return plain(x, Given(operand: y))
        }
    }

    /// A tensor or a number.
    private struct Given: TensorOperand { let operand: Operand<Tensor> }
    private static let plain = Pointwise { x, y in x / y }
    private static let truncated = Pointwise { x, y in truncDivide(x, y) }
    private static let floored = Pointwise { x, y in floorDivide(x, y) }
}
