import Cusp

/// A random elementwise function of three operands, of steps that each use earlier values. Smooth enough that its gradient can
/// be compared, with selections and ties as they come.
struct RandomProgram: CustomStringConvertible {
    enum Step {
        case unary(Int, Int)
        case binary(Int, Int, Int)
        case scaled(Int, Int, Double)
        case select(Int, Int, Int, Int)
    }

    static let arity = 3
    var steps: [Step] = []

    init(seed: Int) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<(2 + random.below(11)) {
            let known = Self.arity + steps.count
            // Late values more often, so that most of them have a part in the result.
            let pick = { (random: inout SeededGenerator) in max(random.below(known), random.below(known)) }
            let (a, b, c, d) = (pick(&random), pick(&random), pick(&random), pick(&random))
            switch random.below(8) {
            case 0, 1, 2: steps.append(.unary(random.below(Self.unaryCount), a))
            case 3, 4, 5: steps.append(.binary(random.below(Self.binaryCount), a, b))
            case 6: steps.append(.scaled(random.below(3), a, Double(random.below(9)) / 4 - 1))
            default: steps.append(.select(a, b, c, d))
            }
        }
    }

    func callAsFunction<E: Elementwise>(_ operands: [E]) -> E {
        var values = operands
        for step in steps {
            switch step {
            case .unary(let which, let a): values.append(Self.unary(which, values[a]))
            case .binary(let which, let a, let b): values.append(Self.binary(which, values[a], values[b]))
            case .scaled(0, let a, let number): values.append(values[a] * number)
            case .scaled(1, let a, let number): values.append(number - values[a])
            case .scaled(_, let a, let number): values.append(maximum(values[a], number))
            case .select(let a, let b, let c, let d):
                values.append(`where`(values[a] .> values[b], values[c], values[d]))
            }
        }
        // Bounded, and every operand has a part.
        return operands.reduce(tanh(values.last!)) { $0 + 0.25 * $1 * $1 }
    }

    static let unaryCount = 8
    private static func unary<E: Elementwise>(_ which: Int, _ x: E) -> E {
        switch which {
        case 0: tanh(x)
        case 1: sigmoid(x)
        case 2: exp(tanh(x))
        case 3: abs(x)
        case 4: sqrt(1 + x * x)
        case 5: log1p(abs(x))
        case 6: -x
        default: clamp(x, min: -0.9, max: 1.1)
        }
    }

    static let binaryCount = 6
    private static func binary<E: Elementwise>(_ which: Int, _ a: E, _ b: E) -> E {
        switch which {
        case 0: a + b
        case 1: a - b
        case 2: tanh(a) * b
        case 3: a / (1.5 + tanh(b))
        case 4: maximum(a, b)
        default: minimum(a, b)
        }
    }

    var description: String { steps.enumerated().map { "v\($0 + Self.arity) = \($1)" }.joined(separator: "; ") }
}
