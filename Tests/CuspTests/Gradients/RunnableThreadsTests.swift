#if os(Linux)
    import Cusp
    import Foundation
    import Synchronization
    import Testing

    /// How many threads of the process work, and how many are runnable, while passes, hooks and checkpoints run: never more
    /// than the budget has, or than there are callers, which are threads of the user's. Each in a process of its own.
    @Suite(.serialized) struct RunnableThreadsTests {
        /// Counted where they work: exactly.
        @Test(arguments: [(1, 1), (2, 1), (4, 1), (2, 2), (3, 2), (4, 2), (4, 4)])
        func noMoreWorkThanTheBudget(budget: Int, callers: Int) async throws {
            let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
                [budget, callers] in Stress.run(budget: budget, callers: callers, pausing: true)
            }
            let counts = try Counts(result)
            #expect(counts.working <= max(budget, callers) && counts.working >= min(budget, 2), "\(counts)")
        }

        /// Counted from /proc. Threads that wait for a core are runnable too, so beside other tests the count says more of them
        /// than of this process: it is asked for on a quiet machine, `CUSP_QUIET=1 swift test --filter RunnableThreadsTests`.
        ///
        /// With one caller that holds in every sample. With several, which do not pause, a thread that has given its core to a
        /// caller is runnable until the system has it asleep, mostly before a millisecond is over.
        @Test(
            .enabled(if: ProcessInfo.processInfo.environment["CUSP_QUIET"] != nil),
            arguments: [(1, 1), (2, 1), (4, 1), (2, 2), (3, 2), (3, 3), (4, 4)])
        func noMoreAreRunnable(budget: Int, callers: Int) async throws {
            let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
                [budget, callers] in Stress.run(budget: budget, callers: callers)
            }
            let counts = try Counts(result)
            #expect(counts.samples > 50 && counts.lasting == 0, "\(counts)")
            #expect(callers > 1 || counts.above == 0, "\(counts)")
        }

        /// Where there are more, both counts see it: here the budget is four, and what is looked for is more than two.
        @Test func moreAreSeen() async throws {
            let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
                Stress.run(budget: 4, callers: 1, most: 2)
            }
            let counts = try Counts(result)
            #expect(counts.working > 2 && counts.above > 0, "\(counts)")
        }
    }

    private enum Stress {
        /// How many callers have run their first round.
        private static let begun = Atomic<Int>(0)

        /// Has so many threads run passes, and writes what was counted to the standard error.
        ///
        /// - Parameters:
        ///   - most: from how many runnable threads on a sample is above; as many as the budget or the callers if nil.
        ///   - pausing: whether callers pause now and then, for long enough to be forgotten: the others take their cores, and
        ///     they come back in the middle of a loop or a pass.
        static func run(budget: Int, callers: Int, most: Int? = nil, pausing: Bool = false) {
            Cusp.threads = budget
            countThreadsAtWork()
            // Threads that begin with the process, the team's among them, are there and asleep before anything is counted.
            _ = Tensor.full([1 << 20], 0.5) + 1
            usleep(100_000)
            let threads = (0..<callers).map { caller in
                let thread = Thread {
                    for round in 0..<30 {
                        try! work()
                        if round == 0 { begun.add(1, ordering: .relaxed) }
                        if pausing, round % 3 == caller % 3 { usleep(UInt32(2500 + 700 * (round % 4))) }
                    }
                }
                thread.start()
                return thread
            }
            // Before its first loop nobody knows of a caller.
            while begun.load(ordering: .relaxed) < callers { usleep(100) }
            var census = Census()
            var counts = Counts()
            while !threads.allSatisfy(\.isFinished) { counts.add(&census, most: most ?? max(budget, callers)) }
            counts.working = mostThreadsAtWork
            FileHandle.standardError.write(Data("COUNTS \(counts)\n".utf8))
        }

        private static func work() throws {
            let leaves = (0..<6).map { Tensor.full([1 << 16], 0.1 * Double($0 + 1)).leaf }
            let shared = Tensor.full([1 << 16], 0.5).leaf
            let branches = leaves.map { x in
                var y = x
                for _ in 0..<4 { y = tanh(y * shared) * 1.5 }
                y.addGradientHook { $0 * 2 }
                return checkpoint(y) { h in sigmoid(h * shared) }.sum()
            }
            // Helpers for the branches, the team for the large ones.
            try stack(branches).sum().backward()
            let large = Tensor.full([1 << 20], 0.5).leaf
            try exp(sigmoid(large) * large).sum().backward()
        }
    }

    /// What was counted during a stress.
    private struct Counts: CustomStringConvertible {
        /// The most threads that worked at once.
        var working = 0
        /// Samples of /proc; those with too many runnable threads; and those of them where soon after there still were.
        var (samples, above, lasting) = (0, 0, 0)

        init() {}

        /// Those that a process has written.
        init(_ result: ExitTest.Result?) throws {
            let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("COUNTS ") })
            let numbers = line.split { !$0.isNumber }.compactMap { Int($0) }
            (working, samples, above, lasting) = (numbers[0], numbers[1], numbers[2], numbers[3])
        }

        mutating func add(_ census: inout Census, most: Int) {
            samples += 1
            if census.runnable() > most {
                above += 1
                // Several looks, since with as many callers as cores the one that asks takes one of theirs.
                lasting +=
                    (0..<5).allSatisfy { _ in
                        usleep(1000)
                        return census.runnable() > most
                    } ? 1 : 0
            }
            usleep(300)
        }

        var description: String {
            "\(working) working; \(samples) samples, \(above) above, \(lasting) lasting"
        }
    }

    /// Looks at the process's threads, through files that stay open: all of them within some microseconds.
    private struct Census {
        private let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self"))
            .flatMap { Int32($0.split(separator: "/").last!) }
        private let folder = opendir("/proc/self/task")!
        private var files: [Int32: Int32] = [:]

        /// How many threads are in state R, without the one that asks.
        mutating func runnable() -> Int {
            rewinddir(folder)
            while let entry = readdir(folder) {
                let id = withUnsafePointer(to: &entry.pointee.d_name) {
                    atoi(UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
                }
                if id > 0, id != own, files[id] == nil {
                    files[id] = open("/proc/self/task/\(id)/stat", O_RDONLY | O_CLOEXEC)
                }
            }
            return files.values.count { file in
                var text = [UInt8](repeating: 0, count: 512)
                let length = pread(file, &text, text.count, 0)
                guard length > 0 else { return false }  // it has ended
                let end = text[..<length].lastIndex(of: UInt8(ascii: ")"))!
                return text[end + 2] == UInt8(ascii: "R")
            }
        }
    }
#endif
