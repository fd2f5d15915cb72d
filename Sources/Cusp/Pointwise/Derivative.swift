import CKernels

/// Which derivative of a function is asked for: with respect to which operands, under which policy.
struct DerivativeKey: Equatable, Sendable {
    static let mostOperands = 64

    /// Bit `i`: operand `i` wants a gradient.
    let wanted: UInt64
    let policy: KinkPolicy
    /// What the result is reduced by in the same pass, if it is: then it is not there to be saved.
    var ending: Reduction?
}

/// The gradients of a pointwise function: itself one, of the results' gradients and of what has to be saved.
final class Derivative: Sendable {
    enum Saved: Sendable, Hashable {
        case operand(Int)
        case result(Int)
    }

    /// Its operands are the results' gradients, in order, then what `saved` names.
    let function: PointwiseFunction
    let saved: [Saved]
    /// Bit `i`: operand `i` is saved.
    private let savedOperands: UInt64
    private let savesResults: Bool
    /// How many values its program has.
    let steps: Int
    /// The operands that its results are the gradients of, in order.
    let operands: [Int]
    /// The name of what was differentiated.
    let name: String
    /// The operand that it is the gradient of, if it is one only.
    let onlyOperand: Int?
    /// Whether it is the gradient itself, of one operand, that goes on.
    let isIdentity: Bool

    init(_ function: PointwiseFunction, saved: [Saved], operands: [Int], of name: String) {
        self.function = function
        self.saved = saved
        savedOperands = saved.reduce(0) { bits, what in
            if case .operand(let i) = what { bits | 1 &<< UInt64(i) } else { bits }
        }
        savesResults = saved.contains { if case .result = $0 { true } else { false } }
        steps = function.program.values.count
        self.operands = operands
        self.name = name
        onlyOperand = operands.count == 1 ? operands[0] : nil
        if operands.count == 1, case .input(0) = function.compiled.results[0] {
            isIdentity = true
        } else {
            isIdentity = false
        }
    }

    /// Whether a tensor is saved, where operand `i` is one iff bit `i` is set: a result, or one of them.
    @inline(__always)
    func saves(anyOf tensors: UInt64) -> Bool { savesResults || savedOperands & tensors != 0 }
}

extension PointwiseFunction {
    /// The derivative for `key`; made once, and held by this function.
    @inline(__always)
    func derivative(_ key: DerivativeKey) -> Unmanaged<Derivative> {
        derivatives.unretained(for: key) { derived(key) }
    }

    private func derived(_ key: DerivativeKey) -> Derivative {
        key.policy.use { Deriver(program, key.ending, isPermanent).derivative(of: name, key.wanted) }
    }
}

/// Goes through a program backward and writes down the gradients.
///
/// What is saved: the operands that the rules name, and results that they name. A result is there anyway, and reading it is
/// cheaper than computing it again; every other value is computed again from the operands, inside the same pass.
private final class Deriver {
    private let program: Program
    private let ending: Reduction?
    private let isPermanent: Bool
    private let tracer = Tracer(simplifies: .sameBits)
    private var saved: [Derivative.Saved] = []
    private var rewritten: [Int: Expression] = [:]
    private var gradients: [Int: Expression] = [:]

    init(_ program: Program, _ ending: Reduction?, _ isPermanent: Bool) {
        self.program = program
        self.ending = ending
        self.isPermanent = isPermanent
    }

    func derivative(of name: String, _ wanted: UInt64) -> Derivative {
        let wanted = (0..<program.inputCount).filter { wanted & 1 << UInt64($0) != 0 }
        let results: [Expression] = tracer.trace {
            for output in program.outputs {
                let g = tracer.input()
                add(ending.map { $0.gradient(g, at: value(output)) { save(.result(0)) } } ?? g, to: output)
            }
            let needed = program.dependents(on: wanted)
            for id in program.values.indices.reversed() where needed[id] { propagate(id, needed) }
            return wanted.map { operand in
                let position = program.values.firstIndex(of: .input(operand))
                return position.flatMap { gradients[$0] } ?? 0
            }
        }
        // A rule was handed more than it used: what is not needed is neither computed nor saved.
        let (pruned, inputs) = tracer.program(results).pruned(keeping: program.outputs.count)
        return Derivative(
            PointwiseFunction("gradient of \(name)", pruned, isPermanent: isPermanent),
            saved: inputs.dropFirst(program.outputs.count).map { saved[$0 - program.outputs.count] }, operands: wanted,
            of: name)
    }

    private func propagate(_ id: Int, _ needed: [Bool]) {
        guard let g = gradients[id] else { return }
        switch program.values[id] {
        case .input, .constant: return
        case .operation(let primitive, _, _, _):
            let operands = program.values[id].operands
            let rules = primitive.gradients(operands.map(value), value(id), g)
            for (operand, gradient) in zip(operands, rules) where needed[operand] {
                if let gradient { add(gradient, to: operand) }
            }
        // What arrives is of another type; promotion takes it from there.
        case .cast(let type, let source): if type.isFloatingPoint { add(g, to: source) }
        case .decreed(let decree, _, let operands):
            let slopes = decree.slopes(operands.map(value), value(id))
            for (operand, slope) in zip(operands, slopes) where needed[operand] {
                if let slope { add(chained(g, slope), to: operand) }
            }
        }
    }

    /// chain(g, slope). A slope that selects, a truth or 0 in one of two cases, does so here too: what it does not select is 0
    /// whatever arrives, as forward mode may bring infinities and NaN from there.
    private func chained(_ g: Expression, _ slope: Expression) -> Expression {
        guard let position = slope.position, case .operation(let kind, let a, let b, let c) = tracer.values[position]
        else {
            return chain(g, slope)
        }
        if kind.givesTruth { return `where`(slope, g, 0) }
        let parts = [b, c].map { Expression(tracer, $0) }
        guard kind == CK_where, parts.contains(where: { tracer.number($0) != nil }) else { return chain(g, slope) }
        let products = parts.map { tracer.number($0) == 0 ? 0 : chained(g, $0) }
        return `where`(Expression(tracer, a), products[0], products[1])
    }

    private func add(_ gradient: Expression, to id: Int) {
        gradients[id] = gradients[id].map { $0 + gradient } ?? gradient
    }

    /// Value `id` of the function, inside its derivative.
    private func value(_ id: Int) -> Expression {
        if let known = rewritten[id] { return known }
        let expression: Expression
        switch program.values[id] {
        case .constant(let number): expression = Expression(number)
        case .input(let i): expression = save(.operand(i))
        case .operation, .cast, .decreed:
            if ending == nil, let output = program.outputs.firstIndex(of: id) {
                expression = save(.result(output))
            } else if case .operation(let primitive, _, _, _) = program.values[id] {
                expression = tracer.operation(primitive, program.values[id].operands.map(value))
            } else {
                expression = tracer.place(program.values[id].moved { tracer.position(of: value($0)) })
            }
        }
        rewritten[id] = expression
        return expression
    }

    private func save(_ what: Derivative.Saved) -> Expression {
        saved.append(what)
        return tracer.input()
    }
}
