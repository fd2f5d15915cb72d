import CKernels

/// Writes down a program while a closure runs over ``Expression``s: equal values are written once.
///
/// Confined to the thread that traces.
final class Tracer: @unchecked Sendable {
    /// The tracer of the closure that is running.
    @TaskLocal static var current: Tracer?
    /// That tracer; traps where there is none.
    static var running: Tracer {
        guard let tracer = current else {
            fatalError("Pointwise: an expression was used outside of the closure that it is a parameter of")
        }
        return tracer
    }
    /// Where ``Expression/derived`` is from.
    static let ofNobody = Tracer()

    private(set) var values: [Program.Value] = []
    private var positions: [Program.Value: Int] = [:]
    private(set) var inputCount = 0
    /// Whether factors and terms that change nothing are left out.
    enum Simplification: Comparable {
        /// Not in a user's function: there they take part in type promotion.
        case none
        /// In a derivative, which is of a float type throughout.
        case sameBits
        /// Where all results are stored as the type that is computed in, too: a truth value is its 1 or 0.
        case ofOneType
    }
    private let simplifies: Simplification

    init(simplifies: Simplification = .none) {
        self.simplifies = simplifies
    }

    func input() -> Expression {
        inputCount += 1
        return place(.input(inputCount - 1))
    }

    /// What `body` gives while expressions are written down here.
    func trace<T>(_ body: () throws -> T) rethrows -> T {
        try Self.$current.withValue(self, operation: body)
    }

    func place(_ value: Program.Value) -> Expression {
        if let position = positions[value] { return Expression(self, position) }
        values.append(value)
        positions[value] = values.count - 1
        return Expression(self, values.count - 1)
    }

    /// The position of `expression`, which may be a constant that is not written down yet.
    func position(of expression: Expression) -> Int {
        switch expression.kind {
        case .number(.int(let number)) where Int(exactly: Double(number)) != number:
            // The kernels' constants are of type float64.
            let (high, low) = (Expression(.int(number & ~0xffff_ffff)), Expression(.int(number & 0xffff_ffff)))
            return operation(CK_add, [high, low]).position!
        case .number(let number): return place(.constant(number)).position!
        case .value(let tracer, let position):
            if expression.isDerived {
                fatalError("Pointwise: .derived stands for a whole slope of a given derivative, not for a part of one")
            }
            guard tracer === self else {
                fatalError("Pointwise: an expression of another function was captured; pass it as an operand instead")
            }
            return position
        }
    }

    /// The number that the expression is, if it is one.
    func number(_ expression: Expression) -> Double? {
        if case .constant(let number)? = value(expression) { return number.double }
        return expression.number?.double
    }

    func operation(_ primitive: Primitive, _ operands: [Expression]) -> Expression {
        if simplifies > .none, let simple = simplified(primitive, operands) { return simple }
        let at = operands.map(position(of:)) + [-1, -1]
        return place(.operation(primitive, at[0], at[1], at[2]))
    }

    func program(_ outputs: [Expression]) -> Program {
        let outputs = outputs.map(position(of:))
        return Program(inputCount: inputCount, values: values, outputs: outputs)
    }

    /// Writes `program` down once more over these operands, and gives its results.
    func inline(_ program: Program, _ operands: [Expression]) -> [Expression] {
        var copies: [Expression] = []
        for value in program.values {
            switch value {
            case .input(let i): copies.append(operands[i])
            case .constant(let number): copies.append(Expression(number))
            case .operation(let primitive, let a, let b, let c):
                copies.append(operation(primitive, [a, b, c].prefix(primitive.arity).map { copies[$0] }))
            case .cast, .decreed: copies.append(place(value.moved { position(of: copies[$0]) }))
            }
        }
        return program.outputs.map { copies[$0] }
    }
}

// MARK: - What changes nothing

extension Tracer {
    /// A shorter form of the operation that has the same bits in every lane. Zero times anything is not among them: the other
    /// factor may be infinite or NaN.
    private func simplified(_ primitive: Primitive, _ x: [Expression]) -> Expression? {
        switch primitive {
        case CK_copy: return x[0]
        case CK_neg:
            if let number = x[0].number { return Expression(.float(-number.double)) }
            if case .operation(CK_neg, let inner, _, _)? = value(x[0]) { return Expression(self, inner) }
        case CK_mul, CK_chain:
            if x[1].number?.double == 1 { return x[0] }
            if x[0].number?.double == 1 { return x[1] }
            // A slope that is finite and not 0 needs no guard.
            if primitive == CK_chain, let slope = x[1].number?.double, slope.isFinite, slope != 0 {
                return operation(slope == -1 ? CK_neg : CK_mul, slope == -1 ? [x[0]] : x)
            }
        case CK_div:
            if x[1].number?.double == 1 { return x[0] }
        case CK_where:
            if let mask = x[0].number?.double { return mask != 0 ? x[1] : x[2] }
            if position(of: x[1]) == position(of: x[2]) { return x[1] }
            if simplifies == .ofOneType, x[1].number?.double == 1, x[2].number?.double == 0,
                case .operation(let kind, _, _, _)? = value(x[0]), kind.givesTruth
            {
                return x[0]
            }
        default: break
        }
        return nil
    }

    private func value(_ expression: Expression) -> Program.Value? {
        expression.position.map { values[$0] }
    }
}
