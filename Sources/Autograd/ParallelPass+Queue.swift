import Foundation

// What happens under the lock: who gets which step next, and what a finished step makes ready.

extension ParallelPass {
    /// A step to run, with the contributions to its outputs.
    struct Job {
        let step: Int
        /// In the reverse of the order in which they are added, so that each can be moved out of the end of the list.
        var contributions: [(output: Int, value: Value)]
        /// True iff the client's kernels may use every thread.
        let hasTeam: Bool
        let helpersToCall: Int

        /// The complete gradient of each output.
        mutating func sums(outputCount: Int) -> [Value?] {
            var sums = [Value?](repeating: nil, count: outputCount)
            while let (output, value) = contributions.popLast() {
                // Taken out before the sum, so that a sum in place finds its operand unique.
                if let sum = sums[output].take() {
                    sums[output] = Value.accumulate(sum, value)
                } else {
                    sums[output] = value
                }
            }
            return sums
        }
    }

    /// The caller's next step; `nil` when the pass is over and no helper runs. Waits if others have yet to finish.
    func nextForCaller() -> Job? {
        let isTask = withUnsafeCurrentTask { $0 != nil }
        return condition.withLock {
            teamIsBusy = false
            while true {
                if isTask, Task.isCancelled { record(CancellationError(), at: -1) }
                if helpersRunning == 0, stepsLeft == 0 || failure != nil { return nil }
                if failure == nil, !ready.isEmpty {
                    let isLone = ready.firstIsWide || helpersWorthCalling(besides: 1) <= 0
                    if isLone && helpersRunning == 0 { return take(withTeam: isAlone) }
                    if !ready.firstIsWide { return take(withTeam: false) }
                }
                if !newsCameSoon() { sleep(isTask: isTask) }
            }
        }
    }

    /// A helper's first step; `nil` iff there is nothing for it.
    func firstForHelper() -> Job? {
        condition.withLock {
            helpersCalled -= 1
            helpersRunning += 1
            return takeForHelper()
        }
    }

    /// A helper's next step; `nil` when there is nothing more for it.
    func nextForHelper() -> Job? { condition.withLock { takeForHelper() } }

    /// Ends a helper, also one that `firstForHelper` was not called for.
    func leave(havingCome came: Bool) {
        condition.withLock {
            if came { helpersRunning -= 1 } else { helpersCalled -= 1 }
            ThreadBudget.releaseHelper()
            news.add(1, ordering: .relaxed)
            if callerSleeps { condition.signal() }
        }
    }

    /// Hands in what a step gave.
    func finish(_ index: Int, _ bench: borrowing Bench<Value>, _ kept: [(slot: Int32, gradient: Value)]) {
        condition.withLock {
            for (slot, gradient) in kept { results.add(gradient, to: slot) }
            let targets = plan.steps[index].targets
            schedule.places.withUnsafeBufferPointer {
                bench.deliver(count: targets.count, $0.baseAddress! + targets.lowerBound, to: &contributions)
            }
            for target in targets where plan.targets[target] >= 0 {
                let owner = Int(schedule.owners[Int(plan.targets[target])])
                waiting[owner] -= 1
                if waiting[owner] == 0 { makeReady(owner) }
            }
            stepsLeft -= 1
            news.add(1, ordering: .relaxed)
        }
    }

    /// Ends the pass with an error: what runs is let finish, nothing more is begun.
    func fail(_ index: Int, _ error: any Error) { condition.withLock { record(error, at: index) } }

    func makeReady(_ step: Int) {
        ready.push(
            step, priority: schedule.priorities[step], work: plan.steps[step].work,
            isWide: schedule.isWide(step, of: plan))
    }

    private func record(_ error: any Error, at step: Int) {
        // The pass goes from the last step to the first.
        if failure == nil || step > failure!.step { failure = (step, error) }
    }

    /// True iff no other thread is in a pass; if one is, the client's team would make more threads than the budget has.
    private var isAlone: Bool { ThreadBudget.occupied <= 1 + helpersCalled }

    private func takeForHelper() -> Job? {
        let isSupernumerary = ThreadBudget.occupied > Value.threads
        guard failure == nil, !teamIsBusy, !isSupernumerary, !ready.isEmpty, !ready.firstIsWide else { return nil }
        let job = take(withTeam: false)
        if callerSleeps, !ready.isEmpty { condition.signal() }
        return job
    }

    private func take(withTeam: Bool) -> Job {
        let step = ready.pop()
        teamIsBusy = withTeam
        var contributions: [(output: Int, value: Value)] = []
        plan.steps[step].node._withUnsafeGuaranteedRef { node in
            for output in (0..<node.outputCount).reversed() {
                let slot = Int(plan.steps[step].slot) + output
                for place in (schedule.placeStarts[slot]..<schedule.placeStarts[slot + 1]).reversed() {
                    if let value = self.contributions.take(place) { contributions.append((output, value)) }
                }
            }
        }
        var calls = 0
        if !withTeam {
            let most = helpersWorthCalling(besides: 0)
            if most > 0 {
                let budget = Value.threads
                while calls < most, ThreadBudget.reserveHelper(of: budget) { calls += 1 }
            }
            helpersCalled += calls
        }
        return Job(step: step, contributions: contributions, hasTeam: withTeam, helpersToCall: calls)
    }

    /// How many more helpers there is work for in the queue, the first `taken` steps of it not counted (0 or 1).
    private func helpersWorthCalling(besides taken: Int) -> Int {
        let steps = ready.count - taken
        let work = ready.work - (taken > 0 ? ready.firstWork : 0) - Double(steps) * Costs.node
        // The caller, if it sleeps, is woken before anyone else is.
        return min(steps, Int(max(0, work) / Costs.helper)) - helpersCalled - (callerSleeps ? 1 : 0)
    }

    /// Lets go of the lock for a moment.
    ///
    /// - Returns: true iff something happened in it.
    private func newsCameSoon() -> Bool {
        let before = news.load(ordering: .relaxed)
        condition.unlock()
        let end = DispatchTime.now().uptimeNanoseconds + Costs.sleep
        while news.load(ordering: .relaxed) == before, DispatchTime.now().uptimeNanoseconds < end {}
        condition.lock()
        // Asked again under the lock, for what came since the loop's last look: nobody would wake the caller for that.
        return news.load(ordering: .relaxed) != before
    }

    private func sleep(isTask: Bool) {
        callerSleeps = true
        // A cancelled task wakes nobody, so a task looks for itself now and then.
        if isTask { _ = condition.wait(until: Date(timeIntervalSinceNow: 0.005)) } else { condition.wait() }
        callerSleeps = false
    }
}
