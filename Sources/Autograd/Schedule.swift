/// What a parallel pass needs to know beyond the plan: when a step is ready, how urgent it is, and where each
/// contribution waits.
struct Schedule: Sendable {
    /// For each target of the plan the place of its contribution, negative iff nobody wants it. The places of one slot
    /// follow each other in the order in which a serial pass would add them.
    private(set) var places: [Int32]
    /// For each root the place of its gradient, before all contributions to the same slot.
    private(set) var rootPlaces: [Int32]
    /// The places of slot `s` are `placeStarts[s]..<placeStarts[s + 1]`.
    private(set) var placeStarts: [Int32]
    /// The step of each slot.
    private(set) var owners: [Int32]
    /// How many contributions each step waits for.
    private(set) var waiting: [Int32]
    /// The work on the longest path from each step to the end of the pass, its own included, in nanoseconds.
    private(set) var priorities: [Double]

    private let teamWork: Double

    var placeCount: Int { Int(placeStarts.last!) }

    /// - Parameter teamWork: the least work of a step that is for the client's whole team.
    init(_ plan: Plan, teamWork: Double) {
        self.teamWork = teamWork
        owners = Array(repeating: 0, count: plan.slotCount)
        waiting = Array(repeating: 0, count: plan.steps.count)
        priorities = Array(repeating: 0, count: plan.steps.count)
        placeStarts = Array(repeating: 0, count: plan.slotCount + 1)
        places = Array(plan.targets)
        rootPlaces = Array(plan.rootSlots)

        for (index, step) in plan.steps.enumerated() {
            step.node._withUnsafeGuaranteedRef { node in
                for output in 0..<node.outputCount { owners[Int(step.slot) + output] = Int32(index) }
                var longest = 0.0
                for target in step.targets where plan.targets[target] >= 0 {
                    let owner = Int(owners[Int(plan.targets[target])])
                    waiting[owner] += 1
                    longest = max(longest, priorities[owner])
                }
                priorities[index] = longest + step.work
            }
        }

        for slot in rootPlaces + places where slot >= 0 { placeStarts[Int(slot) + 1] += 1 }
        for slot in 0..<plan.slotCount { placeStarts[slot + 1] += placeStarts[slot] }
        var next = placeStarts
        func assign(_ place: inout Int32, _ slot: Int32) {
            guard slot >= 0 else { return }
            place = next[Int(slot)]
            next[Int(slot)] += 1
        }
        for (root, slot) in plan.rootSlots.enumerated() { assign(&rootPlaces[root], slot) }
        for step in plan.steps.reversed() {
            for target in step.targets { assign(&places[target], plan.targets[target]) }
        }
    }

    /// The work that is not on the longest path, in nanoseconds.
    func workBesidePath(of plan: Plan) -> Double { plan.work - (priorities.max() ?? 0) }

    /// Whether the client's whole team is better used for this step than for others beside it.
    func isWide(_ step: Int, of plan: Plan) -> Bool { plan.steps[step].work >= teamWork }
}

extension Plan {
    /// The work of the steps that can run side by side, in nanoseconds.
    func narrowWork(teamWork: Double) -> Double {
        steps.reduce(0) { sum, step in sum + (step.work < teamWork ? step.work : 0) }
    }
}

extension Plan.Step {
    /// The estimate of what the pass does here, in nanoseconds.
    var work: Double { runs ? node._withUnsafeGuaranteedRef { $0.work } : 0 }

    /// The places of the step's inputs in the plan's `targets`.
    var targets: Range<Int> { node._withUnsafeGuaranteedRef { Int(target)..<Int(target) + $0.inputCount } }
}
