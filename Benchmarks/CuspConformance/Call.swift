import Cusp

/// The arguments of a case with its tensors in place, and the tensors that gradients are taken at.
struct Arguments {
    var positional: [Value<Tensor>] = []
    var named: [String: Value<Tensor>] = [:]
    /// In the order input, args, kwargs.
    var leaves: [Tensor] = []

    init(_ test: Case, _ folder: CaseFolder) throws {
        for value in [test.input] + test.args { positional.append(try place(value, folder)) }
        // PyTorch's order of keywords is the order in which their tensors were written; a dictionary has none.
        let keywords = test.kwargs.sorted { $0.value.firstPlace < $1.value.firstPlace }
        for (name, value) in keywords { named[name] = try place(value, folder) }
    }

    private mutating func place(_ value: Value<StoredTensor>, _ folder: CaseFolder) throws -> Value<Tensor> {
        try value.map { stored in
            var tensor = try folder.tensor(stored)
            if stored.grad {
                tensor.requiresGrad = true
                leaves.append(tensor)
            }
            return tensor
        }
    }
}

extension Value<StoredTensor> {
    fileprivate var firstPlace: (Int, Int) { elements.first.map { ($0.offset, $0.bytes) } ?? (0, 0) }
}

/// A call of an operator: its arguments, to be read one after the other in the order of PyTorch's signature. Each is taken
/// from the positional ones while there are any, then by name. What nobody has read at the end is not supported.
final class Call {
    private var positional: ArraySlice<Value<Tensor>>
    private var named: [String: Value<Tensor>]

    init(_ arguments: Arguments) {
        positional = arguments.positional[...]
        named = arguments.named
    }

    /// The next argument; nil if it is not given, or None.
    func value(_ name: String) -> Value<Tensor>? {
        guard let value = positional.popFirst() ?? named.removeValue(forKey: name) else { return nil }
        if case .none = value { return nil }
        return value
    }

    /// The positional arguments that are left.
    func rest() -> [Value<Tensor>] {
        defer { positional = [] }
        return Array(positional)
    }

    /// That all arguments were read, but for those that say where and how a tensor lies.
    func finish() throws {
        let ignored: Set = ["device", "requires_grad", "memory_format", "layout", "pin_memory"]
        let left = named.filter { name, value in
            switch value {
            case .none, .skipped: false
            default: !ignored.contains(name)
            }
        }
        if let name = left.keys.min() { throw Unsupported("the argument \(name)") }
        let many = positional.contains { if case .skipped = $0 { false } else { true } }
        if many { throw Unsupported("a call with more arguments") }
    }
}

// MARK: - Arguments by type

/// A number, as it can stand beside a tensor.
typealias PlainNumber = Scalar & TensorOperand

extension Call {
    func tensor(_ name: String = "input") throws -> Tensor {
        guard let tensor = try optionalTensor(name) else { throw Unsupported("a call without \(name)") }
        return tensor
    }

    func optionalTensor(_ name: String) throws -> Tensor? {
        switch value(name) {
        case nil: nil
        case .tensor(let tensor): tensor
        default: throw Unsupported("\(name) other than a tensor")
        }
    }

    /// A list of tensors, or all positional arguments that are left.
    func tensors(_ name: String = "tensors") throws -> [Tensor] {
        var values = rest()
        if values.count >= 1, case .list(let list) = values[0] {
            positional = values[1...]
            values = list
        }
        return try values.map { value in
            guard case .tensor(let tensor) = value else { throw Unsupported("\(name) other than tensors") }
            return tensor
        }
    }

    /// - Parameter type: the type that the number is converted to, as PyTorch does where it stands for an element.
    func number(
        _ name: String, _ otherwise: (any PlainNumber)? = nil, in type: DType? = nil
    ) throws -> any PlainNumber {
        let given = try value(name)?.number(name, in: type)
        guard let number = given ?? otherwise else { throw Unsupported("a call without \(name)") }
        return number
    }

    func int(_ name: String, _ otherwise: Int? = nil) throws -> Int {
        switch value(name) {
        case .int(let value): value
        case nil where otherwise != nil: otherwise!
        default: throw Unsupported("\(name) other than an integer")
        }
    }

    func bool(_ name: String, _ otherwise: Bool = false) throws -> Bool {
        switch value(name) {
        case .bool(let value): value
        case nil: otherwise
        default: throw Unsupported("\(name) other than true and false")
        }
    }

    func string(_ name: String, _ otherwise: String) throws -> String {
        switch value(name) {
        case .string(let value): value
        case nil: otherwise
        default: throw Unsupported("\(name) other than a text")
        }
    }

    func dtype(_ name: String = "dtype") throws -> DType? {
        switch value(name) {
        case .dtype(let type): try DType(named: type)
        case nil: nil
        default: throw Unsupported("\(name) other than a type")
        }
    }

    /// A list of integers, or one integer; nil if not given.
    func ints(_ name: String) throws -> [Int]? {
        switch value(name) {
        case nil: nil
        case .int(let value): [value]
        case .list(let values): try values.map { try $0.integer(name) }
        default: throw Unsupported("\(name) other than integers")
        }
    }

    /// The dimensions to reduce over, where an empty list means all.
    func dims(_ name: String = "dim") throws -> [Int]? {
        let dims = try ints(name)
        return dims == [] ? nil : dims
    }

    /// A shape: a list, or all positional integers that are left.
    func sizes(_ name: String = "size") throws -> [Int] {
        if let first = positional.first, case .int = first { return try rest().map { try $0.integer(name) } }
        return try ints(name) ?? []
    }
}

extension Value {
    func number(_ name: String, in type: DType? = nil) throws -> any PlainNumber {
        let number: any PlainNumber =
            switch self {
            case .int(let value): value
            case .float(let value): value
            case .bool(let value): value
            default: throw Unsupported("\(name) other than a number")
            }
        guard let type, !type.isFloatingPoint else { return number }
        return type == .bool ? number.number.double != 0 : Int(number.number.double)
    }

    func integer(_ name: String) throws -> Int {
        guard case .int(let value) = self else { throw Unsupported("\(name) other than integers") }
        return value
    }
}
