import CKernels
import Foundation

/// A pointwise function as the library keeps it: its program, what the kernels run, and its derivatives, each made when it is
/// first asked for.
public final class PointwiseFunction: Sendable {
    let name: String
    let program: Program
    let compiled: CompiledProgram
    let derivatives = Memo<DerivativeKey, Derivative>()
    let typings = Memo<TypingKey, Typing>()
    let staged = Memo<[OperandType], Stages>()
    let companions = Memo<Companion, PointwiseFunction>()
    let seed = Seed()
    /// Whether it is there until the process ends, and its derivatives with it: then nodes need not hold them.
    let isPermanent: Bool

    init(_ name: String, _ program: Program, isPermanent: Bool = false) {
        self.name = name
        self.program = program
        self.isPermanent = isPermanent
        compiled = CompiledProgram(program)
        if isPermanent { _ = Unmanaged.passRetained(self) }
    }

    /// Traces `body` over `arity` parameters.
    convenience init(_ name: String, arity: Int, _ body: ([Expression]) -> Expression) {
        let tracer = Tracer()
        let parameters = (0..<arity).map { _ in tracer.input() }
        self.init(name, tracer.program([tracer.trace { body(parameters) }]))
    }

    /// Traces `body`, and gives the result a derivative by decree: the slope for each parameter, nil for none.
    convenience init(
        _ name: String, arity: Int, _ body: ([Expression]) -> Expression,
        derivative: @escaping @Sendable ([Expression], Expression) -> [Expression?]
    ) {
        let tracer = Tracer()
        let parameters = (0..<arity).map { _ in tracer.input() }
        let value = tracer.position(of: tracer.trace { body(parameters) })
        let underived = PointwiseFunction(name, tracer.program([Expression(tracer, value)]))
        let derivative: @Sendable ([Expression], Expression) -> [Expression?] = { x, y in
            var slopes = derivative(x, y)
            for i in slopes.indices where slopes[i]?.isDerived == true { slopes[i] = underived.slope(at: i, x) }
            return slopes
        }
        let result = tracer.place(
            .decreed(Decree(derivative), value: value, operands: parameters.map(tracer.position(of:))))
        self.init(name, tracer.program([result]))
    }

    /// The slope for one operand, inside a derivative that is being written down.
    private func slope(at operand: Int, _ x: [Expression]) -> Expression {
        // An ending's derivative asks for operands only.
        let key = DerivativeKey(wanted: 1 << UInt64(operand), policy: .current, ending: .sum)
        let derivative = derivative(key).takeUnretainedValue()
        let saved = derivative.saved.map { what in
            guard case .operand(let i) = what else { fatalError("a sum saves no results") }
            return x[i]
        }
        return Tracer.current!.inline(derivative.function.program, [1] + saved)[0]
    }

    /// A single primitive, which is there for good.
    convenience init(_ primitive: Primitive) {
        let tracer = Tracer()
        let parameters = (0..<primitive.arity).map { _ in tracer.input() }
        let result = tracer.trace { tracer.operation(primitive, parameters) }
        self.init(primitive.name, tracer.program([result]), isPermanent: true)
    }
}

/// A value behind a lock that is only open inside a closure.
final class Guarded<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    init(_ value: Value) { self.value = value }

    func with<T>(_ body: (inout Value) throws -> T) rethrows -> T {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}
