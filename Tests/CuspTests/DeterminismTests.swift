import Cusp
import Foundation
import Testing

/// The number of threads and the instruction set, which other suites change, are the process's: each of these runs in one of
/// its own.
@Suite struct DeterminismTests {
    /// Eight branches that only meet at the ends, each with enough work to be worth a thread.
    static func branches(_ x: Tensor) -> Tensor {
        let parts = (0..<8).map { i in
            let y = tanh(x * (0.1 + 0.37 * Double(i)))
            return (exp(y) / (1.5 + sigmoid(y * x))).sum() / Double(i + 3)
        }
        return stack(parts).logSumExp()
    }

    static func gradient(_ count: Int) throws -> [UInt32] {
        var random = RandomStream(seed: 3)
        let x = random.normal([count]).leaf
        try branches(x).backward()
        return x.grad!.floats.map(\.bitPattern)
    }

    @Test func eightBranches() async {
        await #expect(processExitsWith: .success) {
            for count in [50, 20_000] {
                Cusp.threads = 1
                let expected = try Self.gradient(count)
                for threads in [2, 3, 4] {
                    Cusp.threads = threads
                    #expect(try Self.gradient(count) == expected, "\(count) elements, \(threads) threads")
                }
            }
        }
    }

    @Test func aThousandRepeats() async {
        await #expect(processExitsWith: .success) {
            Cusp.threads = 4
            let expected = try Self.gradient(3000)
            for i in 0..<1000 where try Self.gradient(3000) != expected {
                Issue.record("repeat \(i) has other bits")
                return
            }
        }
    }

    @Test func reductionsAndProducts() async {
        await #expect(processExitsWith: .success) {
            func results() -> [[UInt32]] {
                var random = RandomStream(seed: 4)
                let (x, m) = (random.normal([300, 700]), random.normal([200, 150]))
                let tensors = [
                    x.sum(), x.sum(dim: 0), x.sum(dim: 1), x.logSumExp(dim: 0), x.softmax(dim: 1),
                    x.cumulativeSum(dim: 1),
                    matmul(m, m.transposed()), matmul(m.transposed(), m), exp(x) * x + 1, x.mean(),
                    x.transposed().sum(dim: 0),
                ]
                return tensors.map { $0.floats.map(\.bitPattern) }
            }
            Cusp.threads = 1
            let expected = results()
            for threads in 2...4 {
                Cusp.threads = threads
                #expect(results() == expected, "\(threads) threads")
            }
        }
    }

    @Test func concurrentPasses() async {
        await #expect(processExitsWith: .success) {
            let x = Tensor([1, 2, 3]).leaf
            let expected = try Self.gradient(2000)
            let failures = Shared<[String]>([])
            DispatchQueue.concurrentPerform(iterations: 8) { thread in
                for _ in 0..<25 {
                    do {
                        if try Self.gradient(2000) != expected {
                            failures.change { $0.append("thread \(thread): other bits") }
                        }
                        try (x * x).sum().backward()
                    } catch {
                        failures.change { $0.append("thread \(thread): \(error)") }
                    }
                }
            }
            #expect(failures.value == [])
            #expect(x.grad?.floats == [400, 800, 1200])
        }
    }

    /// One graph, walked by eight threads at once.
    @Test func oneGraphFromManyThreads() async {
        await #expect(processExitsWith: .success) {
            let x = Tensor([0.5, 1]).leaf
            let y = Self.branches(x)
            let expected = try gradients(of: [y], at: [x], retainGraph: true)[0]!.bits
            let wrong = Shared(0)
            DispatchQueue.concurrentPerform(iterations: 8) { _ in
                for _ in 0..<20 where (try? gradients(of: [y], at: [x], retainGraph: true)[0]?.bits) != expected {
                    wrong.change { $0 += 1 }
                }
            }
            #expect(wrong.value == 0)
        }
    }
}
