import CKernels
import Foundation
import Synchronization
import Testing

/// How often each index of a loop was called.
private final class Calls: Sendable {
    private let counts: [Atomic<Int>.Box]

    init(_ count: Int) { counts = (0..<count).map { _ in .init() } }

    /// Runs a loop over all indices; with `inner`, each of them runs another loop.
    func run(_ inner: Calls? = nil) {
        let context = Context(calls: self, inner: inner)
        withExtendedLifetime(context) {
            ck_parallel(
                Int64(counts.count), 1e9,
                { context, i in
                    let context = Unmanaged<Context>.fromOpaque(context!).takeUnretainedValue()
                    context.calls.counts[Int(i)].value.add(1, ordering: .relaxed)
                    context.inner?.run()
                }, Unmanaged.passUnretained(context).toOpaque())
        }
    }

    var all: Set<Int> { Set(counts.map { $0.value.load(ordering: .relaxed) }) }

    private final class Context: Sendable {
        let calls: Calls
        let inner: Calls?
        init(calls: Calls, inner: Calls?) { (self.calls, self.inner) = (calls, inner) }
    }
}

extension Atomic where Value == Int {
    fileprivate final class Box: Sendable {
        let value = Atomic<Int>(0)
    }
}

/// In processes of their own, since the thread budget belongs to the process.
@Suite struct ParallelTests {
    @Test func everyIndexIsCalledOnceWhateverTheBudget() async {
        await #expect(processExitsWith: .success) {
            for round in 0..<2000 {
                if round.isMultiple(of: 50) { ck_set_threads(Int32(round / 50 % 9 + 1)) }
                let calls = Calls(round % 131)
                calls.run()
                #expect(calls.all.subtracting([1]).isEmpty, "round \(round)")
            }
        }
    }

    @Test func aLoopInALoopRunsOnItsThread() async {
        await #expect(processExitsWith: .success) {
            ck_set_threads(4)
            let outer = Calls(64)
            let inner = Calls(10)
            outer.run(inner)
            #expect(outer.all == [1] && inner.all == [64])
        }
    }

    @Test func callersAtOnceEachGetTheirLoop() async {
        await #expect(processExitsWith: .success) {
            ck_set_threads(4)
            DispatchQueue.concurrentPerform(iterations: 16) { _ in
                for round in 0..<500 {
                    let calls = Calls(round % 70 + 1)
                    calls.run()
                    if calls.all != [1] { fatalError("round \(round)") }
                }
            }
        }
    }

    /// Two threads that are busy, or were a moment ago, leave two of four to the third one's team.
    @Test func busyThreadsKeepTheirCores() async {
        await #expect(processExitsWith: .success) {
            ck_set_threads(4)
            let (here, over) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            for lingers in [false, true] {
                Thread.detachNewThread {
                    ck_occupy_begin()
                    if lingers { ck_occupy_end(true) }
                    here.signal()
                    over.wait()
                }
            }
            here.wait()
            here.wait()
            let begin = DispatchTime.now()
            let calls = Calls(1000)
            calls.run()
            #expect(calls.all == [1])
            let milliseconds = Double(DispatchTime.now().uptimeNanoseconds - begin.uptimeNanoseconds) * 1e-6
            #expect(ck_widest_team() <= 2 || milliseconds > 1)
            over.signal()
            over.signal()
        }
    }

    /// Helpers have the cores that callers leave; a caller waits for one of theirs, but not for ever: a helper that waits for
    /// that caller holds it up for a moment, and once.
    @Test func helpersHaveWhatCallersLeave() async {
        await #expect(processExitsWith: .success) {
            ck_set_threads(2)
            let (here, over) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            ck_occupy_begin()
            Thread.detachNewThread {
                guard ck_help_begin() else { fatalError("no core of two beside one caller") }
                if ck_help_begin() { fatalError("a third core of two") }
                here.signal()
                over.wait()
                ck_help_end()
                here.signal()
            }
            here.wait()
            var times: [Double] = []
            for _ in 0..<2 {
                let begin = DispatchTime.now()
                Thread.detachNewThread {
                    ck_occupy_begin()
                    ck_occupy_end(false)
                    here.signal()
                }
                here.wait()
                times.append(Double(DispatchTime.now().uptimeNanoseconds - begin.uptimeNanoseconds) * 1e-6)
            }
            #expect(times[0] > 40 && times[1] < 40, "milliseconds: \(times)")
            over.signal()
            here.wait()
            #expect(ck_help_begin())
            ck_help_end()
            ck_occupy_end(false)
        }
    }

    @Test func aTeamThatSleepsIsCalledAgain() async {
        await #expect(processExitsWith: .success) {
            ck_set_threads(3)
            for _ in 0..<20 {
                let calls = Calls(1000)
                calls.run()
                ck_rest()
                // Past the millisecond after which the team sleeps by itself.
                try await Task.sleep(for: .milliseconds(2))
                #expect(calls.all == [1])
            }
        }
    }

    @Test func moreThreadsThanCoresHelp() async {
        await #expect(processExitsWith: .success) {
            ck_set_threads(64)
            let calls = Calls(100_000)
            for _ in 0..<10 { calls.run() }
            #expect(calls.all == [10])
            #expect(ck_widest_team() <= 64)
        }
    }
}
