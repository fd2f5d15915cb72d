import CKernels

/// Up to 32 numbers of four bits: types and kinds of operands, compared and copied as plain words.
struct Codes: Equatable, Sendable {
    static let most = 32
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private(set) var count: UInt64 = 0

    @inline(__always) mutating func append(_ code: UInt8) {
        if count < 16 { low |= UInt64(code) << (4 * count) } else { high |= UInt64(code) << (4 * (count - 16)) }
        count += 1
    }

    subscript(index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: (index < 16 ? low >> (4 * UInt64(index)) : high >> (4 * UInt64(index - 16))) & 15)
    }
}

/// The kinds of a function's operands.
struct TypingKey: Equatable, Sendable {
    private var codes = Codes()

    /// More operands than this cannot be told apart.
    static var most: Int { Codes.most }

    @inline(__always) mutating func append(_ type: DType) { codes.append(type.rawValue) }

    @inline(__always) mutating func append(_ number: Number) {
        switch number {
        case .bool: codes.append(8)
        case .int: codes.append(9)
        case .float: codes.append(10)
        }
    }

    var types: [OperandType] {
        (0..<Int(codes.count)).map { i in
            switch codes[i] {
            case 8: .number(.bool)
            case 9: .number(.int)
            case 10: .number(.float)
            case let code: .elements(DType(rawValue: code)!)
            }
        }
    }
}

extension Span<Operand<Tensor>> {
    var types: [OperandType] {
        indices.map { i in
            switch self[i] {
            case .value(let tensor): .elements(tensor.dtype)
            case .number(let number): OperandType(number)
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

    var isElements: Bool {
        if case .elements = self { true } else { false }
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

/// The types of a program's results, and the one that it computes in. Plain words, because every call looks one up.
struct Typing: Sendable {
    let compute: DType
    /// Whether one pass, in one type, does for all that is computed; else see ``Stages``.
    let isUniform: Bool
    let results: Results
    /// Whether something is wrong with these operands, see ``Program/problem(_:)``; then nothing may run.
    let isWrong: Bool

    /// A list of types without memory of its own.
    struct Results: RandomAccessCollection, Sendable {
        private var codes = Codes()
        var startIndex: Int { 0 }
        var endIndex: Int { Int(codes.count) }
        subscript(index: Int) -> DType { DType(rawValue: codes[index])! }
        fileprivate mutating func append(_ type: DType) { codes.append(type.rawValue) }
    }

    init(_ program: Program, _ inputs: [OperandType], fits: Bool) {
        let types = program.types(inputs)
        var results = Results()
        for output in program.outputs.prefix(Codes.most) { results.append(types[output].settled) }
        self.results = results
        let single = Computation(program, inputs).single
        isUniform = single != nil && fits
        compute = single ?? .float32
        isWrong = program.problem(inputs) != nil
    }
}

extension Program {
    /// What is wrong with operands of these types, if anything is.
    func problem(_ inputs: [OperandType]) -> String? {
        let types = types(inputs)
        for (value, live) in zip(values, live) where live {
            guard case .operation(let primitive, _, _, _) = value else { continue }
            if let problem = primitive.problem(of: value.sources.map { types[$0] }) { return problem }
        }
        return nil
    }

    /// The types of its values for inputs of these types.
    func types(_ inputs: [OperandType]) -> [OperandType] {
        var types: [OperandType] = []
        for value in values {
            switch value {
            case .input(let i): types.append(inputs[i])
            case .constant(let number): types.append(OperandType(number))
            case .operation(let primitive, _, _, _):
                types.append(Self.result(primitive, value.sources.map { types[$0] }))
            case .cast(let type, _): types.append(.elements(type))
            case .decreed(_, let value, let operands):
                // With a slope it is a function of its operands' kind: a comparison, say, gives 0 and 1 as floats then.
                let slope = operands.map { types[$0] }.reduce(types[value], OperandType.promoted)
                types.append(slope.settled.isFloatingPoint ? slope : types[value])
            }
        }
        return types
    }

    private static func result(_ primitive: Primitive, _ operands: [OperandType]) -> OperandType {
        if primitive.givesTruth { return .elements(.bool) }
        switch primitive {
        case CK_where: return .promoted(operands[1], operands[2])
        default:
            let common = operands.dropFirst().reduce(operands[0], OperandType.promoted)
            return primitive == CK_div || ck_describe(primitive).real ? common.floating : common
        }
    }
}

extension Primitive {
    /// What is wrong with these operands, where the operation is for integers.
    fileprivate func problem(of operands: [OperandType]) -> String? {
        guard ck_describe(self).whole else { return nil }
        let takesTruth = [CK_bit_and, CK_bit_or, CK_bit_xor].contains(self)
        let given = operands.map { $0.isElements ? "\($0.settled)" : "a number" }.joined(separator: " and ")
        let isWrong = operands.contains { $0.settled.isFloatingPoint || ($0 == .elements(.bool) && !takesTruth) }
        guard isWrong || !operands.contains(where: \.isElements) else { return nil }
        return "\(name) of \(given): expected tensors of integers\(takesTruth ? " or booleans" : "")"
    }
}
