import Cusp

/// A function with parameters: a layer, or a network made of them.
///
///     struct Network: Module {
///         let hidden: Linear
///         let output: Linear
///
///         func callAsFunction(_ x: Tensor) -> Tensor { output(relu(hidden(x))) }
///     }
///
/// ``parameters`` come by themselves: they are found among the stored properties.
public protocol Module {
    /// The result for a batch of inputs, one in each row.
    func callAsFunction(_ input: Tensor) -> Tensor

    /// What training changes, each parameter once.
    ///
    /// Where it is not given: every ``Parameter`` and the parameters of every `Module` among the stored properties, in the order
    /// of their declaration, those inside optionals, arrays, dictionaries and tuples too (dictionaries in no fixed order). A
    /// parameter that only a closure holds is not found; give the list then.
    var parameters: [Parameter] { get }
}

extension Module {
    public var parameters: [Parameter] {
        var found = FoundParameters()
        found.search(Mirror(reflecting: self))
        return found.list
    }
}

/// Parameters in the order in which they were found, each once.
private struct FoundParameters {
    private(set) var list: [Parameter] = []
    private var known: Set<ObjectIdentifier> = []

    mutating func search(_ mirror: Mirror) {
        if let inherited = mirror.superclassMirror { search(inherited) }
        for child in mirror.children { visit(child.value) }
    }

    private mutating func visit(_ value: Any) {
        if let parameter = value as? Parameter {
            if known.insert(ObjectIdentifier(parameter)).inserted { list.append(parameter) }
            return
        }
        if let module = value as? any Module {
            for parameter in module.parameters { visit(parameter) }
            return
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional, .collection, .dictionary, .set, .tuple: search(mirror)
        default: break
        }
    }
}
