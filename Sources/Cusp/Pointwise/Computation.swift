import CKernels

/// The type that each operation of a program is computed in: the one that the promotion rules give it, as if it stood alone, or a
/// wider one that its readers are computed in, where not a bit depends on that.
struct Computation {
    let program: Program
    let types: [OperandType]
    /// nil where a value is a number, which adapts to each of its readers.
    private(set) var compute: [DType?]
    /// How many times at least a value that it depends on has to be stored before it can be computed.
    private(set) var level: [Int]
    /// Whether the value is needed, and an operation.
    private(set) var isComputed: [Bool]

    /// - Parameter separately: whether each operation is to have a level of its own.
    init(_ original: Program, _ inputs: [OperandType], separately: Bool = false) {
        program = original.readingTruth(inputs)
        types = program.types(inputs)
        compute = Array(repeating: nil, count: program.values.count)
        level = Array(repeating: 0, count: program.values.count)
        isComputed = Array(repeating: false, count: program.values.count)
        settle()
        for (id, value) in program.values.enumerated() where isComputed[id] {
            level[id] = separately ? id : value.sources.map { level[$0] + (isCut($0, id) ? 1 : 0) }.max() ?? 0
        }
    }

    /// The type that everything is computed in; nil iff that is not one.
    var single: DType? {
        var found: DType?
        for id in program.values.indices where isComputed[id] {
            guard level[id] == 0, found == nil || compute[id] == nil || compute[id] == found else { return nil }
            found = compute[id] ?? found
        }
        return found ?? .float32
    }

    /// From the results down, so that the readers of a value are settled before it.
    private mutating func settle() {
        var readers: [[DType]] = Array(repeating: [], count: types.count)
        var needed = Array(repeating: false, count: types.count)
        for output in program.outputs { needed[output] = true }
        for (id, value) in program.values.enumerated().reversed() where needed[id] {
            for source in value.sources { needed[source] = true }
            switch value {
            case .input, .constant: continue
            case .operation, .cast, .decreed: isComputed[id] = true
            }
            let wish = Set(readers[id]).count == 1 ? readers[id][0] : nil
            switch (own(id), wish) {
            case (let own?, let wish?): compute[id] = wish == own || isExact(id, in: wish) ? wish : own
            case (let own?, nil): compute[id] = own
            case (nil, let wish): compute[id] = wish ?? (readers[id].isEmpty ? types[id].settled.compute : nil)
            }
            guard let compute = compute[id] else { continue }
            for source in value.sources { readers[source].append(compute) }
        }
    }

    /// Whether value `id` cannot read `source` in the pass that computes that.
    private func isCut(_ source: Int, _ id: Int) -> Bool {
        isComputed[source] && compute[source] != nil && (isRounded(source) || compute[source] != compute[id])
    }

    /// The type that the operation would be computed in alone; nil if it is one of numbers.
    private func own(_ id: Int) -> DType? {
        let operands = program.values[id].sources.map { types[$0] }
        let type =
            switch program.values[id] {
            case .operation(let primitive, _, _, _) where primitive.givesTruth:
                operands.dropFirst().reduce(operands[0], OperandType.promoted)
            case .cast(let type, _) where !operands[0].isElements: OperandType.elements(type)
            case .cast, .decreed: operands[0]
            case .operation, .input, .constant: types[id]
            }
        return type.isElements ? type.settled.compute : nil
    }

    /// Whether the operation has the same bits where it is computed in `type`: it chooses among its operands or compares them,
    /// and each of them is a number of that type too.
    private func isExact(_ id: Int, in type: DType) -> Bool {
        let value = program.values[id]
        let comparesInteger: Bool
        switch value {
        case .operation(let primitive, _, _, _):
            guard primitive.chooses || primitive == CK_mul && types[id] == .elements(.bool) else { return false }
            comparesInteger = primitive.givesTruth && type.isFloatingPoint
        case .cast, .decreed: comparesInteger = false
        case .input, .constant: return true
        }
        guard !isRounded(id) else { return false }
        let sources = value.sources
        let hasSmall = sources.contains(where: isSmall)
        return sources.allSatisfy { source in
            switch types[source] {
            // A rounded integer is on the same side of a small one.
            case .elements(let own): own.fits(in: type) || comparesInteger && hasSmall && !own.isFloatingPoint
            case .number: isSmall(source) && (type.isFloatingPoint || isWhole(source))
            }
        }
    }

    /// Whether the value is a constant that is the same number in every type of its kind.
    private func isSmall(_ id: Int) -> Bool {
        guard case .constant(let number) = program.values[id] else { return false }
        return number.double.magnitude < 0x1p24 && number.double == Double(Float(number.double))
    }

    private func isWhole(_ id: Int) -> Bool {
        guard case .constant(let number) = program.values[id] else { return false }
        return number.double == number.double.rounded()
    }

    /// Whether the value is what its type makes of the number that was computed, so that it has to be stored first.
    private func isRounded(_ id: Int) -> Bool {
        let value = program.values[id]
        switch value {
        case .input, .constant: return false
        case .cast(let type, let source):
            return types[source].isElements
                ? !types[source].settled.fits(in: type) : !(type.isFloatingPoint && isSmall(source))
        case .decreed(_, let source, _):
            return types[source].isElements && !types[source].settled.fits(in: types[id].settled)
        case .operation(let primitive, _, _, _):
            guard types[id] == .elements(.uint8) || types[id] == .elements(.bool), !primitive.givesTruth else {
                return false
            }
            if primitive == CK_mul { return types[id] != .elements(.bool) }
            return !primitive.chooses || value.sources.contains { !types[$0].isElements }
        }
    }
}

extension Program {
    /// With a comparison where a mask is of a type in which not every element that is not 0 can be converted to one that is not 0
    /// of the type that is selected from.
    fileprivate func readingTruth(_ inputs: [OperandType]) -> Program {
        let types = types(inputs)
        let loses = values.map { value in
            guard case .operation(CK_where, let mask, let a, let b) = value,
                case .elements(let type) = types[mask]
            else { return false }
            let chosen = OperandType.promoted(types[a], types[b]).settled.compute
            return !type.fits(in: chosen) && (type.isFloatingPoint || !chosen.isFloatingPoint)
        }
        guard loses.contains(true) else { return self }
        var result = Program(inputCount: inputCount, values: [.constant(.int(0))], outputs: [])
        var at: [Int] = []
        for (value, loses) in zip(values, loses) {
            var value = value.moved { at[$0] }
            if loses, case .operation(_, let mask, let a, let b) = value {
                result.values.append(.operation(CK_ne, mask, 0, -1))
                value = .operation(CK_where, result.values.count - 1, a, b)
            }
            at.append(result.values.count)
            result.values.append(value)
        }
        result.outputs = outputs.map { at[$0] }
        return result
    }
}

extension Primitive {
    /// Whether the result is one of its operands or a small whole number, in whatever type it is computed.
    fileprivate var chooses: Bool {
        switch self {
        case CK_copy, CK_maximum, CK_minimum, CK_where, CK_clamp, CK_sign, CK_floor, CK_ceil, CK_trunc, CK_round: true
        default: givesTruth
        }
    }
}
