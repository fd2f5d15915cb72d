import CKernels

/// The kinds of a function's operands, four bits each.
struct TypingKey: Equatable, Sendable {
    private var code: UInt64 = 0
    private var rest: [UInt8] = []
    private var count: UInt8 = 0

    mutating func append(_ type: OperandType) {
        let bits: UInt8 =
            switch type {
            case .elements(let dtype): dtype.rawValue
            case .number(.bool): 8
            case .number(.int): 9
            case .number(.float): 10
            }
        if count < 16 { code |= UInt64(bits) << (4 * UInt64(count)) } else { rest.append(bits) }
        count += 1
    }

    var types: [OperandType] {
        let codes = (0..<min(count, 16)).map { UInt8(code >> (4 * UInt64($0)) & 15) } + rest
        return codes.map { code in
            switch code {
            case 8: .number(.bool)
            case 9: .number(.int)
            case 10: .number(.float)
            default: .elements(DType(rawValue: code)!)
            }
        }
    }
}

/// What kind of operand a function is given: elements of a type, or a number that adapts.
enum OperandType: Hashable, Sendable {
    case elements(DType)
    case number(Kind)

    enum Kind: Hashable, Sendable { case bool, int, float }

    init(_ number: Number) {
        switch number {
        case .bool: self = .number(.bool)
        case .int: self = .number(.int)
        case .float: self = .number(.float)
        }
    }

    /// The type that a number takes where no tensor decides.
    var settled: DType {
        switch self {
        case .elements(let type): type
        case .number(.bool): .bool
        case .number(.int): .int64
        case .number(.float): .float32
        }
    }

    /// The type of arithmetic between two operands.
    static func promoted(_ a: OperandType, _ b: OperandType) -> OperandType {
        switch (a, b) {
        case (.elements(let a), .elements(let b)): return .elements(DType.promoted(a, b))
        case (.elements(let type), .number(let kind)), (.number(let kind), .elements(let type)):
            switch kind {
            case .bool: return .elements(type)
            case .int: return .elements(type == .bool ? .int64 : type)
            case .float: return .elements(type.floating)
            }
        case (.number(let a), .number(let b)):
            return .number(a == .float || b == .float ? .float : a == .int || b == .int ? .int : .bool)
        }
    }

    /// The float type for a function like `exp`.
    var floating: OperandType {
        switch self {
        case .elements(let type): .elements(type.floating)
        case .number: .number(.float)
        }
    }
}

/// The types of a program's results, and the one that it computes in.
struct Typing: Sendable {
    let compute: DType
    let results: [DType]

    init(_ program: Program, _ inputs: [OperandType]) {
        var types: [OperandType] = []
        for value in program.values {
            switch value {
            case .input(let i): types.append(inputs[i])
            case .constant(let number): types.append(OperandType(number))
            case .operation(let primitive, let a, let b, let c):
                types.append(Self.result(primitive, [a, b, c].prefix(primitive.arity).map { types[$0] }))
            case .decreed(_, let value, let operands):
                // With a slope it is a function of its operands' kind: a comparison, say, gives 0 and 1 as floats then.
                let slope = operands.map { types[$0] }.reduce(types[value], OperandType.promoted)
                types.append(slope.settled.isFloatingPoint ? slope : types[value])
            }
        }
        results = program.outputs.map { types[$0].settled }
        // Truth values are numbers of whatever type the others have.
        var compute = DType.int32
        for (type, live) in zip(types, program.live) where live {
            if case .elements(let type) = type { compute = DType.promoted(compute, type.compute) }
        }
        for result in results { compute = DType.promoted(compute, result.compute) }
        self.compute = compute
    }

    private static func result(_ primitive: Primitive, _ operands: [OperandType]) -> OperandType {
        switch primitive {
        case CK_eq, CK_ne, CK_lt, CK_le, CK_gt, CK_ge, CK_isnan: return .elements(.bool)
        case CK_where: return .promoted(operands[1], operands[2])
        default:
            let common = operands.dropFirst().reduce(operands[0], OperandType.promoted)
            return primitive == CK_div || ck_describe(primitive).real ? common.floating : common
        }
    }
}
