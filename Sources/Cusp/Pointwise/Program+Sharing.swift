import CKernels

// A sigmoid is made of e^-|z|: ((z < 0) ? e : 1) / (1 + e). Where a program has several of z and of -z, or that exponential
// itself, as a smooth maximum and its derivative have, they share it. Not so of float64, whose sigmoids take the exponential in two
// parts: nothing but the kernels has both.

extension Program {
    /// The same results of float32, to the bit, with exponentials that several values need computed once; nil where none do.
    var withSharedExponentials: Program? {
        var sizes = Sizes(self)
        var exponentials: [Int: Int] = [:]
        var arguments: [Int: Set<Int>] = [:]
        var withSlopes: Set<Int> = []
        for (id, value) in values.enumerated() {
            switch value {
            case .operation(CK_exp, let u, _, _) where sizes.isNegative(u): exponentials[sizes.size(of: u)] = id
            case .operation(CK_sigmoid, let z, _, _): arguments[sizes.size(of: z), default: []].insert(source(z))
            // With its slope a sigmoid has a kernel of its own.
            case .operation(CK_sigmoid_slope, let z, _, _): withSlopes.insert(sizes.size(of: z))
            default: break
            }
        }
        let shared = arguments.filter { $0.value.count > 1 || exponentials[$0.key] != nil }
        let chosen = Set(shared.keys).subtracting(withSlopes)
        guard !chosen.isEmpty else { return nil }
        var sharing = Sharing(self, sizes, chosen, exponentials)
        return sharing.program()
    }
}

/// Which values are the same but for their sign.
private struct Sizes {
    private enum Form: Hashable {
        case value(Int)
        case constant(Double)
        case difference(Int, Int)
        case product(Int, Int)
        case quotient(Int, Int)
    }
    let program: Program
    private var known: [Int: Int] = [:]
    private var forms: [Form: Int] = [:]

    init(_ program: Program) { self.program = program }

    /// A number that values of one size have in common.
    mutating func size(of id: Int) -> Int {
        let id = program.source(id)
        if let size = known[id] { return size }
        let form: Form
        switch program.values[id] {
        case .constant(let number): form = .constant(number.double.magnitude)
        case .operation(CK_abs, let a, _, _), .operation(CK_neg, let a, _, _):
            let size = size(of: a)
            known[id] = size
            return size
        case .operation(CK_sub, let a, let b, _):
            form = .difference(min(program.source(a), program.source(b)), max(program.source(a), program.source(b)))
        case .operation(CK_mul, let a, let b, _):
            let (a, b) = (size(of: a), size(of: b))
            form = .product(min(a, b), max(a, b))
        case .operation(CK_div, let a, let b, _): form = .quotient(size(of: a), size(of: b))
        default: form = .value(id)
        }
        let size = forms[form] ?? forms.count
        forms[form] = size
        known[id] = size
        return size
    }

    /// Whether it is known to be 0 or less, or NaN.
    func isNegative(_ id: Int) -> Bool { sign(id) == -1 }

    /// 1 for 0 and more, -1 for 0 and less, nil where it is not known.
    private func sign(_ id: Int) -> Int? {
        switch program.values[program.source(id)] {
        case .constant(let number): number.double > 0 ? 1 : number.double < 0 ? -1 : nil
        case .operation(CK_abs, _, _, _), .operation(CK_square, _, _, _): 1
        case .operation(CK_neg, let a, _, _): sign(a).map { -$0 }
        case .operation(CK_mul, let a, let b, _), .operation(CK_div, let a, let b, _):
            if let a = sign(a), let b = sign(b) { a * b } else { nil }
        default: nil
        }
    }
}

/// Writes a program down again, from its results on.
private struct Sharing {
    let old: Program
    var sizes: Sizes
    /// Those whose exponential is shared, and where there already is one.
    let chosen: Set<Int>
    let exponentials: [Int: Int]
    private let tracer = Tracer()
    private var places: [Int: Int] = [:]

    init(_ old: Program, _ sizes: Sizes, _ chosen: Set<Int>, _ exponentials: [Int: Int]) {
        self.old = old
        self.sizes = sizes
        self.chosen = chosen
        self.exponentials = exponentials
    }

    mutating func program() -> Program {
        let outputs = old.outputs.map { write($0) }
        return Program(inputCount: old.inputCount, values: tracer.values, outputs: outputs)
    }

    private mutating func write(_ id: Int) -> Int {
        if let place = places[id] { return place }
        let place: Int
        if case .operation(CK_sigmoid, let z, _, _) = old.values[id], chosen.contains(sizes.size(of: z)) {
            place = sigmoid(z)
        } else {
            var at: [Int: Int] = [:]
            for operand in old.values[id].operands { at[operand] = write(operand) }
            place = put(old.values[id].moved { at[$0]! })
        }
        places[id] = place
        return place
    }

    private func put(_ value: Program.Value) -> Int { tracer.place(value).position! }

    private func put(_ primitive: Primitive, _ a: Int, _ b: Int = -1, _ c: Int = -1) -> Int {
        put(.operation(primitive, a, b, c))
    }

    private mutating func sigmoid(_ z: Int) -> Int {
        let exponential: Int
        if let known = exponentials[sizes.size(of: z)] {
            exponential = write(known)
        } else {
            let size = put(CK_abs, write(z))
            exponential = put(CK_exp, put(CK_neg, size))
        }
        let one = put(.constant(.float(1)))
        let zero = put(.constant(.float(0)))
        let (base, isTurned) = signed(z)
        let isNegative = put(isTurned ? CK_gt : CK_lt, write(base), zero)
        return put(CK_div, put(CK_where, isNegative, exponential, one), put(CK_add, exponential, one))
    }

    /// What has the sign of z, or the other one. Where a quotient has lost it, being 0, the exponential is 1 like the other choice.
    private func signed(_ z: Int) -> (Int, isTurned: Bool) {
        let z = old.source(z)
        switch old.values[z] {
        case .operation(CK_mul, let a, let b, _), .operation(CK_div, let a, let b, _):
            guard case .constant(let number) = old.values[old.source(b)], number.double.isFinite, number.double != 0
            else {
                return (z, false)
            }
            let (base, isTurned) = signed(a)
            return (base, isTurned != (number.double < 0))
        default: return (z, false)
        }
    }
}
