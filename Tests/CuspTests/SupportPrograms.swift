import Cusp

/// A random elementwise function of one to five operands and one to six results, of steps that each use earlier values, any function
/// of the ``Algebra`` among them.
struct RandomProgram: CustomStringConvertible {
    enum Kind: String {
        /// In float64 throughout, with values and slopes of a moderate size.
        case smooth
        /// The same, but operands lie where functions have no value too, and repeat.
        case wild
        /// Of operands of all types, with casts.
        case mixed
    }

    enum Step {
        case function(Int, [(value: Int, place: Algebra.Place)])
        case number(Int, Int, Double)
        case integer(Int, Int, Int)
        case cast(DType, Int)
        case select(Int, Int, Int, Int)
    }

    let seed: Int
    let kind: Kind
    let types: [DType]
    private(set) var steps: [Step] = []
    private(set) var results: [Int] = []
    var arity: Int { types.count }

    init(seed: Int, _ kind: Kind, arity: Int? = nil) {
        (self.seed, self.kind) = (seed, kind)
        var random = SeededGenerator(seed: seed)
        let arity = arity ?? 1 + random.below(5)
        types = kind == .mixed ? random.types(arity) : Array(repeating: .float64, count: arity)
        // Tried on a few values: a step whose values are too large, or not numbers, is left out again.
        var values = types.map { Tensor(Domain.range(-3, 3).samples(16, &random), [16], $0) }
        for _ in 0..<(1 + random.below(14)) {
            let step = step(values.count, &random)
            let value = Self.run(step, values)
            guard kind == .wild || value.elements.allSatisfy({ $0.magnitude < 100 }) else { continue }
            steps.append(step)
            values.append(value)
        }
        results = (0..<(1 + random.below(6))).map { _ in late(values.count, &random) }
        results[0] = values.count - 1
    }

    /// Late values more often, so that most of them have a part in the results.
    private func late(_ count: Int, _ random: inout SeededGenerator) -> Int {
        max(random.below(count), random.below(count))
    }

    private func step(_ count: Int, _ random: inout SeededGenerator) -> Step {
        let pick = { (random: inout SeededGenerator) in late(count, &random) }
        switch random.below(kind == .mixed ? 12 : 10) {
        case 0: return .number(random.below(3), pick(&random), Double(random.below(9)) / 4 - 1)
        case 1: return .integer(random.below(3), pick(&random), random.below(5) - 1)
        case 2: return .select(pick(&random), pick(&random), pick(&random), pick(&random))
        case 3..<10:
            let index = random.below(Algebra.entries.count)
            let operands = Algebra.entries[index].places.map { place in
                (pick(&random), kind == .wild ? .anywhere : place)
            }
            return .function(index, operands)
        default: return .cast(AlgebraTests.types[random.below(AlgebraTests.types.count)], pick(&random))
        }
    }

    func callAsFunction<E: Elementwise>(_ operands: [E]) -> [E] {
        var values = operands
        for step in steps { values.append(Self.run(step, values)) }
        return results.map { values[$0] }
    }

    private static func run<E: Elementwise>(_ step: Step, _ values: [E]) -> E {
        switch step {
        case .function(let index, let operands):
            Algebra.apply(index, operands.map { moved(values[$0.value], $0.place) })
        case .number(0, let a, let number): values[a] * number
        case .number(1, let a, let number): number - values[a]
        case .number(_, let a, let number): maximum(values[a], number)
        case .integer(0, let a, let number): values[a] * number
        case .integer(1, let a, let number): number - values[a]
        case .integer(_, let a, let number): values[a] .> number
        case .cast(let type, let a): values[a].asType(type)
        case .select(let a, let b, let c, let d): `where`(values[a] .> values[b], values[c], values[d])
        }
    }

    private static func moved<E: Elementwise>(_ x: E, _ place: Algebra.Place) -> E {
        switch place {
        case .anywhere: x
        case .positive: 0.25 + abs(x)
        case .unit: 0.9 * tanh(x)
        case .aboveOne: 1.25 + abs(x)
        case .nonzero: x + copySign(0.5, x)
        }
    }

    /// Operands that lie in memory in any way; the first one, if need be, not stretched.
    func operands(_ rows: Int, _ columns: Int, firstIsFull: Bool = false) -> [Tensor] {
        var random = SeededGenerator(seed: seed + 1)
        return types.enumerated().map { i, type in
            let choice = firstIsFull && i == 0 ? Arrangement.full : Arrangement.allCases
            let domain = kind == .smooth ? Domain.range(-2, 2) : random.below(2) == 0 ? .small : .range(-3, 3)
            return choice.randomElement(using: &random)!.tensor(rows, columns, type, domain, &random)
        }
    }

    var description: String {
        let lines = steps.enumerated().map { i, step in
            let text =
                if case .function(let index, let operands) = step {
                    "\(Algebra.entries[index].name) of \(operands.map { "\($0.value) \($0.place)" })"
                } else {
                    "\(step)"
                }
            return "    \(i + arity) = \(text)\n"
        }
        return "seed \(seed), \(kind.rawValue), operands \(types), results \(results)\n" + lines.joined()
    }
}
