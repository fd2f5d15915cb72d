import CKernels

/// An operation that the kernels have a row function for.
typealias Primitive = ck_operation

/// A pointwise function in static single assignment form: values that depend on earlier values only.
struct Program: Sendable {
    enum Value: Hashable, Sendable {
        case input(Int)
        /// A number in the text of the function; it adapts to what it is computed with.
        case constant(Number)
        /// Operands are positions of earlier values; those past the primitive's arity are -1.
        case operation(Primitive, Int, Int, Int)
        /// The same number, as an element of a type.
        case cast(DType, Int)
        /// The same as `value`, but with a derivative by decree with respect to `operands`.
        case decreed(Decree, value: Int, operands: [Int])
    }

    var inputCount: Int
    var values: [Value]
    /// The positions of the results.
    var outputs: [Int]
}

/// A derivative that the author of a function has given: for each operand the slope, or nil for none.
final class Decree: Sendable, Hashable {
    /// Of the operands, and the function's own result.
    let slopes: @Sendable ([Expression], Expression) -> [Expression?]

    init(_ slopes: @escaping @Sendable ([Expression], Expression) -> [Expression?]) {
        self.slopes = slopes
    }

    static func == (a: Decree, b: Decree) -> Bool { a === b }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension Program.Value {
    /// The positions of the values that this one is computed from.
    var sources: [Int] {
        switch self {
        case .input, .constant: []
        case .operation(_, let a, let b, let c): [a, b, c].filter { $0 >= 0 }
        case .cast(_, let value), .decreed(_, let value, _): [value]
        }
    }

    /// The same, and those that its derivative is given by.
    var operands: [Int] {
        switch self {
        case .input, .constant, .operation, .cast: sources
        case .decreed(_, let value, let operands): [value] + operands
        }
    }

    /// With other positions of its operands.
    func moved(_ at: (Int) -> Int) -> Self {
        switch self {
        case .input, .constant: self
        case .operation(let primitive, let a, let b, let c):
            .operation(primitive, at(a), b < 0 ? b : at(b), c < 0 ? c : at(c))
        case .cast(let type, let value): .cast(type, at(value))
        case .decreed(let decree, let value, let operands):
            .decreed(decree, value: at(value), operands: operands.map(at))
        }
    }
}

extension Program {
    /// What computes a value: a decreed one is its body, and in a pass of one type a cast changes nothing.
    func source(_ id: Int) -> Int {
        var id = id
        while true {
            switch values[id] {
            case .decreed(_, let value, _), .cast(_, let value): id = value
            case .input, .constant, .operation: return id
            }
        }
    }

    /// The values that the results need, by position.
    var live: [Bool] {
        var live = [Bool](repeating: false, count: values.count)
        for output in outputs { live[output] = true }
        for id in values.indices.reversed() where live[id] {
            for operand in values[id].operands { live[operand] = true }
        }
        return live
    }
}

extension Program {
    /// The values that depend on one of these inputs.
    func dependents(on inputs: [Int]) -> [Bool] {
        var depends = [Bool](repeating: false, count: values.count)
        for (id, value) in values.enumerated() {
            switch value {
            case .input(let i): depends[id] = inputs.contains(i)
            case .cast(let type, let source): depends[id] = type.isFloatingPoint && depends[source]
            case .decreed(_, _, let operands): depends[id] = operands.contains { depends[$0] }
            case .constant, .operation: depends[id] = value.operands.contains { depends[$0] }
            }
        }
        return depends
    }

    /// Without values that no result needs, and without inputs that none does, but for the first `kept` ones; and which
    /// inputs are left.
    func pruned(keeping kept: Int) -> (Program, inputs: [Int]) {
        let live = self.live
        var inputs = Array(0..<kept)
        for (id, value) in values.enumerated() where live[id] {
            if case .input(let i) = value, i >= kept { inputs.append(i) }
        }
        inputs.sort()
        var result = Program(inputCount: inputs.count, values: [], outputs: [])
        var position = [Int](repeating: -1, count: values.count)
        for (id, value) in values.enumerated() where live[id] {
            position[id] = result.values.count
            if case .input(let i) = value {
                result.values.append(.input(inputs.firstIndex(of: i)!))
            } else {
                result.values.append(value.moved { position[$0] })
            }
        }
        result.outputs = outputs.map { position[$0] }
        return (result, inputs)
    }
}

extension Primitive {
    var name: String { String(cString: ck_describe(self).name) }
    var arity: Int { Int(ck_describe(self).arity) }

    /// Whether the result is 1 or 0, and of type bool.
    var givesTruth: Bool {
        switch self {
        case CK_eq, CK_ne, CK_lt, CK_le, CK_gt, CK_ge, CK_signbit, CK_isnan: true
        default: false
        }
    }

    static var all: [Primitive] { (0..<UInt32(CK_OPERATION_COUNT.rawValue)).map { Primitive(rawValue: $0) } }
}
