/// A pass on the calling thread alone: no lock, no Dispatch, no dictionary; specialised in the client.
@usableFromInline
enum SerialPass<Value: Cotangent> {
    /// Runs the plan.
    ///
    /// - Returns: the wanted gradients, each in its slot.
    @inlinable
    static func run(_ plan: Plan, _ roots: [Engine<Value>.Root], retainGraph: Bool) throws -> Slots<Value> {
        var slots = Slots<Value>(count: plan.slotCount)
        for (root, slot) in zip(roots, plan.rootSlots) where slot >= 0 { slots.add(root.gradient, to: slot) }
        let bench = Bench<Value>(capacity: plan.mostInputs, retainGraph: retainGraph)
        let (steps, targets) = (plan.steps, plan.targets.baseAddress!)
        // To find out whether there is a task takes as long as ten times asking whether it is cancelled.
        let isTask = steps.count < 16 || withUnsafeCurrentTask { $0 != nil }
        var index = steps.count
        while index > 0 {
            index -= 1
            if isTask, Task.isCancelled { throw CancellationError() }
            let step = steps[index]
            try step.node._withUnsafeGuaranteedRef {
                let node = unsafeDowncast($0, to: Node<Value>.self)
                let targets = targets + Int(step.target)
                if node.outputCount == 1 {
                    try run(step, node, targets, &slots, bench)
                } else {
                    try runWithSeveralOutputs(step, node, targets, &slots, bench)
                }
            }
        }
        // The steps are the plan's.
        withExtendedLifetime(plan) {}
        return slots
    }

    @inlinable
    static func run(
        _ step: Plan.Step, _ node: Node<Value>, _ targets: UnsafePointer<Int32>, _ slots: inout Slots<Value>,
        _ bench: borrowing Bench<Value>
    ) throws {
        // What is only wanted stays where it is.
        guard let place = slots.place(of: step.slot) else { return }
        if node.isHooked { try node.hooks.condition(&place.pointee, output: 0) }
        guard step.runs else { return }
        if step.isWanted {
            try bench.run(node, place.pointee, targets: targets)
        } else {
            try bench.run(node, slots.vacate(step.slot).move(), targets: targets)
        }
        bench.deliver(count: node.inputCount, targets, to: &slots)
    }

    @inlinable
    static func runWithSeveralOutputs(
        _ step: Plan.Step, _ node: Node<Value>, _ targets: UnsafePointer<Int32>, _ slots: inout Slots<Value>,
        _ bench: borrowing Bench<Value>
    ) throws {
        var gradients: [Value?] = []
        for slot in step.slot..<step.slot + Int32(truncatingIfNeeded: node.outputCount) {
            gradients.append(slots.take(slot))
        }
        try bench.process(step, node, gradients, targets: targets) { slots.add($1, to: $0) }
        bench.deliver(count: node.inputCount, targets, to: &slots)
    }
}
