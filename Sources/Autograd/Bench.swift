/// Where one thread runs rules: a place for each input's gradient, used again for every node.
@usableFromInline
struct Bench<Value: Cotangent>: ~Copyable {
    /// Pairs of arrays rather than optionals, so that a gradient is moved as it is, once, to where it goes.
    @usableFromInline let places: UnsafeMutablePointer<Value>
    /// All false between nodes.
    @usableFromInline let isGiven: UnsafeMutablePointer<Bool>
    @usableFromInline let capacity: Int
    @usableFromInline let retainGraph: Bool

    @inlinable
    init(capacity: Int, retainGraph: Bool) {
        self.capacity = capacity
        self.retainGraph = retainGraph
        let memory = Memory.take(capacity * (MemoryLayout<Value>.stride + 1))
        places = memory.bindMemory(to: Value.self, capacity: capacity)
        isGiven = UnsafeMutableRawPointer(places + capacity).bindMemory(to: Bool.self, capacity: capacity)
        isGiven.initialize(repeating: false, count: capacity)
    }

    @inlinable
    deinit {
        // Something is left only if a rule or a hook after it threw.
        for input in 0..<capacity where isGiven[input] { (places + input).deinitialize(count: 1) }
        Memory.give(places)
    }

    /// All that a pass does at one node: its hooks, and its rule if any output has a gradient and some input wants one.
    ///
    /// - Parameters:
    ///   - gradients: the sums, one for each output.
    ///   - keep: gets the slot and the gradient of each output, after the hooks, iff the step is wanted.
    @inlinable
    func process(
        _ step: Plan.Step, _ node: Node<Value>, _ gradients: consuming [Value?], targets: UnsafePointer<Int32>,
        keep: (Int32, Value) -> Void
    ) throws {
        for output in 0..<node.outputCount where gradients[output] != nil {
            if node.isHooked { try node.hooks.condition(&gradients[output]!, output: output) }
            if step.isWanted { keep(step.slot + Int32(truncatingIfNeeded: output), gradients[output]!) }
        }
        guard step.runs, gradients.contains(where: { $0 != nil }) else { return }
        if node.outputCount > 1 {
            try run(node, outputs: gradients, targets: targets)
        } else {
            try run(node, gradients[0].take()!, targets: targets)
        }
    }

    /// Moves what the rule gave to where it goes.
    @inlinable
    func deliver(count: Int, _ targets: UnsafePointer<Int32>, to slots: inout Slots<Value>) {
        for input in 0..<count {
            guard isGiven[input] else { continue }
            isGiven[input] = false
            slots.add(moving: places + input, to: targets[input])
        }
    }

    /// Runs the rule of a node with one output; what it gives is in `places` then.
    @inlinable
    func run(_ node: Node<Value>, _ gradient: consuming Value, targets: UnsafePointer<Int32>) throws {
        var inputs = try begin(node, targets)
        do { try node.backward(gradient, into: &inputs) } catch { throw abandoned(node, error) }
        try end(node, &inputs)
    }

    /// Runs the rule of a node with several outputs.
    @inlinable
    func run(_ node: Node<Value>, outputs gradients: consuming [Value?], targets: UnsafePointer<Int32>) throws {
        var inputs = try begin(node, targets)
        do { try node.backward(outputs: gradients, into: &inputs) } catch { throw abandoned(node, error) }
        try end(node, &inputs)
    }

    @inlinable
    func begin(_ node: Node<Value>, _ targets: UnsafePointer<Int32>) throws -> Contributions<Value> {
        if node.savesValues { try node.enter() }
        return Contributions(
            places: places, isGiven: isGiven, targets: targets, count: node.inputCount, retainsGraph: retainGraph)
    }

    @inlinable
    func abandoned(_ node: Node<Value>, _ error: any Error) -> any Error {
        if node.savesValues { node.leave(releasing: false) }
        return error
    }

    @inlinable
    func end(_ node: Node<Value>, _ inputs: inout Contributions<Value>) throws {
        if node.savesValues { node.leave(releasing: !retainGraph) }
        if node.isHooked { try node.hooks.condition(&inputs, of: node) }
    }
}
