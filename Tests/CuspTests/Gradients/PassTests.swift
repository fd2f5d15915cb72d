import Cusp
import Foundation
import Testing

/// Passes that are stopped, fail, or run inside one another, over tensors large enough for helpers.
@Suite struct PassTests {
    private static func branches(_ leaves: [Tensor]) -> [Tensor] {
        leaves.map { x in
            var y = x
            for _ in 0..<4 { y = tanh(y) * 1.5 }
            return y
        }
    }

    private static func leaves() -> [Tensor] {
        (0..<8).map { i in
            let leaf = Tensor.full([1 << 15], 0.1 * Double(i + 1)).leaf
            leaf.grad = Tensor.full([1 << 15], Double(i))
            return leaf
        }
    }

    private func isUntouched(_ leaves: [Tensor]) -> Bool {
        leaves.enumerated().allSatisfy { $1.grad!.floats == Array(repeating: Float($0), count: 1 << 15) }
    }

    @Test func cancellation() async {
        let leaves = Self.leaves()
        let ran = Shared(0)
        let running = Shared<Task<Void, any Error>?>(nil)
        let task = Task {
            let branches = Self.branches(leaves)
            for branch in branches {
                branch.addGradientHook { _ in
                    ran.change { $0 += 1 }
                    // On a helper's thread, perhaps, which is not in the task.
                    while running.value == nil { usleep(100) }
                    running.value!.cancel()
                    return nil
                }
            }
            try stack(branches.map { $0.sum() }).sum().backward()
        }
        running.change { $0 = task }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(ran.value > 0 && isUntouched(leaves))

        // Cancelled before it begins.
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try Tensor([1]).leaf.sum().backward()
        }
        await #expect(throws: CancellationError.self) { try await late.value }
    }

    struct Failure: Error, Equatable { var branch: Int }

    @Test(arguments: 0..<8)
    func anErrorLeavesEveryGradientAsItWas(failing: Int) {
        let leaves = Self.leaves()
        let branches = Self.branches(leaves)
        branches[failing].addGradientHook { _ in throw Failure(branch: failing) }
        #expect(throws: Failure(branch: failing)) { try stack(branches.map { $0.sum() }).sum().backward() }
        #expect(isUntouched(leaves))
    }

    /// A function whose derivative runs a pass, in whose hook another one runs, and so on.
    @Test(arguments: [1, 2, 40])
    func insideOneAnother(depth: Int) throws {
        @Sendable func slope(_ depth: Int) throws -> Tensor {
            let x = Tensor([2], dtype: .float64).leaf
            // Hooks run without recording.
            let y = withGradients { x * x }
            y.addGradientHook { g in depth > 1 ? g * (try slope(depth - 1)) : g }
            try withGradients { y.sum() }.backward()
            return x.grad! / 2
        }
        // Each pass gives 2x / 2 = 2 times what is inside it.
        #expect(try slope(depth).elements == [pow(2, Double(depth))])
    }
}
