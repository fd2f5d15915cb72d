/// A value inside a pointwise function: what the parameters of the closure given to ``Pointwise`` are.
///
/// It has the same operators and functions as ``Tensor``, but nothing is computed: they are written down, and run later, for
/// each element, in one pass. Number literals are expressions too.
public struct Expression: Elementwise, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral
{
    enum Kind {
        case number(Number)
        case value(Tracer, Int)
    }
    let kind: Kind

    init(_ number: Number) { kind = .number(number) }
    init(_ tracer: Tracer, _ position: Int) { kind = .value(tracer, position) }

    /// In a given derivative: the slope that the rules derive.
    ///
    ///     let f = Pointwise { x, y in x * floor(y) } derivative: { x, y in (.derived, x) }
    public static var derived: Expression { Expression(.ofNobody, 0) }

    public init(floatLiteral value: Double) { self.init(.float(value)) }
    public init(integerLiteral value: Int) { self.init(.int(value)) }
    public init(booleanLiteral value: Bool) { self.init(.bool(value)) }

    /// The same number for every element.
    public init(_ value: some Scalar) { self.init(value.number) }

    var isDerived: Bool {
        if case .value(let tracer, _) = kind { tracer === Tracer.ofNobody } else { false }
    }

    var number: Number? {
        if case .number(let number) = kind { number } else { nil }
    }

    var position: Int? {
        if case .value(_, let position) = kind { position } else { nil }
    }

    public static func apply(_ function: PointwiseFunction, to operands: Span<Operand<Expression>>) -> Expression {
        let operands = operands.indices.map { i in
            switch operands[i] {
            case .value(let expression): expression
            case .number(let number): Expression(number)
            }
        }
        return Tracer.running.inline(function.program, operands)[0]
    }

    /// The value as an element of another type, converted as ``Tensor/asType(_:file:line:)`` does.
    ///
    ///     let whole = Pointwise { x in x.asType(.int32).asType(.float32) }
    ///     whole(Tensor([-1.5, 0.5, 2.75]))     // [-1.  0.  2.]
    ///
    /// The gradient goes through a cast to a float type, and ends at the others. What follows is computed in the new type, by the
    /// same rules as for tensors; where values of different types cannot be computed in one pass, in several.
    public func asType(_ dtype: DType, file: StaticString = #fileID, line: UInt = #line) -> Expression {
        let tracer = Tracer.running
        return tracer.place(.cast(dtype, tracer.position(of: self)))
    }
}
