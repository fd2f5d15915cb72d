import Foundation
import Synchronization

/// Runs the plan on several threads, if enough of its work can be taken off the calling one; else does nothing.
///
/// - Returns: the wanted gradients, each in its slot; `nil` iff the plan is for one thread.
@usableFromInline
func runInParallel<Value>(_ plan: Plan, _ roots: [Engine<Value>.Root], retainGraph: Bool) throws -> Slots<Value>? {
    // First what costs nothing: most plans are too small even to ask whether they branch.
    guard plan.branches, plan.work > Costs.parallelPass else { return nil }
    guard Value.threads > 1 else { return nil }
    // Where most of the work is for the team: team and helpers would take each other's cores all the time.
    let teamWork = Value.teamWork
    let narrowWork = plan.narrowWork(teamWork: teamWork)
    guard 2 * narrowWork > plan.work else { return nil }
    // What could be taken off the calling thread at best has to be worth what it costs to hand it over.
    let least = Costs.parallelPass + Double(plan.steps.count) * Costs.node
    guard narrowWork > least else { return nil }
    let schedule = Schedule(plan, teamWork: teamWork)
    guard schedule.workBesidePath(of: plan) > least else { return nil }
    return try ParallelPass(plan, schedule, roots, retainGraph: retainGraph).run()
}

/// A pass on the calling thread and helpers.
///
/// What is ready is in one queue under one lock. The caller takes from it until everything has run; helpers are
/// Dispatch workers that are called when the queue holds enough for them, and that leave as soon as it holds nothing:
/// they never wait, because Dispatch starts another thread for each that does. Two kinds of node are told apart by
/// their work:
/// - *side by side*: run serially, each on its thread;
/// - *wide*: worth the client's whole team, which only the caller has. Nobody else runs meanwhile. A team is better even
///   where there are as many nodes to run as threads: each thread has the same part of every value in its core's cache,
///   while nodes side by side find what another core has made.
///
/// Not specialised in the client, unlike the serial pass: what runs here is worth a thread's wake-up for each node.
final class ParallelPass<Value: Cotangent>: @unchecked Sendable {
    let plan: Plan
    let schedule: Schedule
    let retainGraph: Bool
    let scope: @Sendable (() -> Void) -> Bool

    /// Guards everything below. Never held while a rule, a hook or a value's deinit runs.
    let condition = NSCondition()
    /// Contributions that have arrived and are not yet added, each in its place of the schedule.
    var contributions: Slots<Value>
    /// The wanted gradients that are complete, each in its slot of the plan.
    var results: Slots<Value>
    var waiting: [Int32]
    var ready = ReadyQueue()
    var stepsLeft: Int
    /// Helpers that are asked for and have not begun. Nobody waits for them: if Dispatch is slow the caller does their
    /// work.
    var helpersCalled = 0
    var helpersRunning = 0
    /// True iff the caller runs a node with the whole team.
    var teamIsBusy = false
    var callerSleeps = false
    /// The error of the first step in the plan's order, of those that failed.
    var failure: (step: Int, error: any Error)?

    /// Changes whenever the caller might find something to do. Outside the lock, so that looking costs the others
    /// nothing.
    let news = Atomic<Int>(0)

    init(_ plan: Plan, _ schedule: Schedule, _ roots: [Engine<Value>.Root], retainGraph: Bool) {
        self.plan = plan
        self.schedule = schedule
        self.retainGraph = retainGraph
        scope = Value.helperScope()
        waiting = schedule.waiting
        stepsLeft = plan.steps.count
        contributions = Slots(count: schedule.placeCount)
        results = Slots(count: plan.slotCount)
        for (root, place) in zip(roots, schedule.rootPlaces) where place >= 0 {
            contributions.add(root.gradient, to: place)
        }
        for step in waiting.indices where waiting[step] == 0 { makeReady(step) }
    }

    /// Runs the plan, on the calling thread and as many helpers as are worth calling.
    ///
    /// - Returns: the wanted gradients, each in its slot.
    func run() throws -> Slots<Value> {
        let bench = Bench<Value>(capacity: plan.mostInputs, retainGraph: retainGraph)
        while let job = nextForCaller() {
            callHelpers(job.helpersToCall)
            if job.hasTeam { perform(job, bench) } else { Value.serially { perform(job, bench) } }
        }
        // Nobody else runs any more. A helper that is still to come finds nothing, and keeps nothing of the pass alive.
        var finished = Slots<Value>(count: 0)
        swap(&finished, &results)
        var dropped = Slots<Value>(count: 0)
        condition.withLock { swap(&dropped, &contributions) }
        if let failure { throw failure.error }
        return finished
    }

    /// Runs one step, with no lock, and hands in what came of it.
    func perform(_ job: consuming Job, _ bench: borrowing Bench<Value>) {
        let index = job.step
        let step = plan.steps[index]
        var kept: [(slot: Int32, gradient: Value)] = []
        do {
            try step.node._withUnsafeGuaranteedRef { node in
                try bench.process(
                    step, unsafeDowncast(node, to: Node<Value>.self), job.sums(outputCount: node.outputCount),
                    targets: plan.targets.baseAddress! + Int(step.target)
                ) { kept.append(($0, $1)) }
            }
            finish(index, bench, kept)
        } catch {
            fail(index, error)
        }
    }

    private func callHelpers(_ count: Int) {
        for _ in 0..<count {
            DispatchQueue.global(qos: .userInitiated).async { ThreadBudget.asHelper(self.help) }
        }
    }

    /// A helper's whole life.
    private func help() {
        let came = scope {
            let bench = Bench<Value>(capacity: self.plan.mostInputs, retainGraph: self.retainGraph)
            var next = self.firstForHelper()
            while let job = next {
                self.callHelpers(job.helpersToCall)
                self.perform(job, bench)
                next = self.nextForHelper()
            }
        }
        // Only now, when the scope has given up its core, so that the client's team finds it free.
        leave(havingCome: came)
    }
}
