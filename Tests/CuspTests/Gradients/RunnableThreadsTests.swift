#if os(Linux)
    import Cusp
    import Foundation
    import Testing

    /// How many threads of the process are runnable while passes, hooks and checkpoints run: counted from /proc, in a
    /// process of its own.
    ///
    /// Threads that wait for a core are runnable too, so beside other tests the count says more of them than of this process:
    /// it is asked for on a quiet machine, `CUSP_QUIET=1 swift test --filter RunnableThreadsTests`.
    @Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["CUSP_QUIET"] != nil))
    struct RunnableThreadsTests {
        /// Callers are threads of the user's: there are as many runnable threads as they, or as the budget, and no more.
        ///
        /// With one caller that holds in every sample. With several, a thread that goes to sleep is more for a moment: it is
        /// runnable until the system lets it do so, which on busy cores takes long. So the mean may be above by a twentieth;
        /// with a team beside each other caller it would be by three quarters.
        @Test(arguments: [(1, 1), (2, 1), (4, 1), (2, 2), (4, 4)])
        func neverMoreThanTheBudget(budget: Int, callers: Int) async {
            let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
                [budget, callers] in
                Cusp.threads = budget
                usleep(100_000)  // for the threads that begin with the process
                let threads = (0..<callers).map { _ in
                    let thread = Thread { for _ in 0..<30 { try! Self.work() } }
                    thread.start()
                    return thread
                }
                var census = Census()
                while !threads.allSatisfy(\.isFinished) { census.count() }
                FileHandle.standardError.write(Data("CENSUS \(census)\n".utf8))
            }
            let counts =
                String(decoding: result?.standardErrorContent ?? [], as: UTF8.self).split(separator: "\n")
                .first { $0.hasPrefix("CENSUS ") }?.split(separator: " ").dropFirst().compactMap { Int($0) } ?? []
            #expect(callers > 1 || counts.count <= budget + 1, "0, 1, 2 ... runnable: \(counts)")
            let samples = counts.reduce(0, +)
            let mean = Double(counts.enumerated().reduce(0) { $0 + $1.offset * $1.element }) / Double(samples)
            #expect(samples > 50 && mean < 1.05 * Double(max(budget, callers)), "0, 1, 2 ... runnable: \(counts)")
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

    /// How often there were how many runnable threads.
    private struct Census: CustomStringConvertible {
        private var counts: [Int: Int] = [:]
        private let sampler = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self"))
            .map { String($0.split(separator: "/").last!) }

        /// Counts the threads in state R, without the one that asks, and waits a moment.
        mutating func count() {
            let ids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
            let runnable = ids.count { id in
                guard id != sampler,
                    let stat = try? String(contentsOfFile: "/proc/self/task/\(id)/stat", encoding: .utf8),
                    let name = stat.lastIndex(of: ")")
                else { return false }
                return stat[name...].dropFirst(2).first == "R"
            }
            counts[runnable, default: 0] += 1
            usleep(300)
        }

        /// For 0, 1, 2 ... runnable threads.
        var description: String {
            (0...(counts.keys.max() ?? 0)).map { "\(counts[$0] ?? 0)" }.joined(separator: " ")
        }
    }
#endif
