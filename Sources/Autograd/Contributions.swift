/// What one rule hands back: a gradient for each of its node's inputs, or nothing.
///
/// ```swift
/// override func backward(_ gradient: consuming Tensor, into inputs: inout Contributions<Tensor>) throws {
///     inputs.give(0) { gradient * y }     // evaluated only if input 0 leads somewhere
///     inputs.give(1) { gradient * x }
/// }
/// ```
/// Not copyable, because it writes into the engine's own memory and must not outlive the call.
public struct Contributions<Value: Cotangent>: ~Copyable {
    /// One place for each input. The engine moves the gradients out after the rule.
    @usableFromInline let places: UnsafeMutablePointer<Value>
    /// True iff the input's place holds a gradient; all false before the rule runs.
    @usableFromInline let isGiven: UnsafeMutablePointer<Bool>
    /// Where each contribution goes; negative iff nobody asked for it.
    @usableFromInline let targets: UnsafePointer<Int32>
    /// The number of inputs of the node, those included that need no gradient.
    public let count: Int
    /// Whether the pass keeps what nodes have saved.
    public let retainsGraph: Bool

    @inlinable
    init(
        places: UnsafeMutablePointer<Value>, isGiven: UnsafeMutablePointer<Bool>, targets: UnsafePointer<Int32>,
        count: Int, retainsGraph: Bool
    ) {
        self.places = places
        self.isGiven = isGiven
        self.targets = targets
        self.count = count
        self.retainsGraph = retainsGraph
    }

    /// True iff the gradient of input `index` leads to a leaf or to a gradient that somebody asked for.
    @inlinable
    public func wants(_ index: Int) -> Bool {
        precondition(index >= 0 && index < count, "a rule has no input \(index): its node has \(count)")
        return targets[index] >= 0
    }

    /// Evaluates `gradient` and gives it to input `index` iff that input wants one.
    @inlinable
    public func give(_ index: Int, _ gradient: () throws -> Value) rethrows {
        if wants(index) { place(try gradient(), at: index) }
    }

    /// The gradient of input `index`; `nil` is "no gradient", an exact zero that costs nothing. One that nobody wants
    /// is dropped.
    @inlinable
    public subscript(index: Int) -> Value? {
        get { wants(index) && isGiven[index] ? places[index] : nil }
        nonmutating set {
            guard wants(index) else { return }
            if let newValue {
                place(newValue, at: index)
            } else if isGiven[index] {
                isGiven[index] = false
                (places + index).deinitialize(count: 1)
            }
        }
    }

    /// Gives a list with one entry for each input.
    ///
    /// - Throws: `GraphError.gradientCount`, with the name of the function, when the list has another length.
    @inlinable
    public func give(all gradients: [Value?], from name: @autoclosure () -> String) throws {
        guard gradients.count == count else {
            throw GraphError.gradientCount(name(), expected: count, got: gradients.count)
        }
        for (index, gradient) in gradients.enumerated() { self[index] = gradient }
    }

    @inlinable
    func place(_ gradient: consuming Value, at index: Int) {
        if isGiven[index] { (places + index).deinitialize(count: 1) }
        isGiven[index] = true
        (places + index).initialize(to: gradient)
    }
}
