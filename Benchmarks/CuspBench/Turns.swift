import CKernels
import Foundation

/// So that a side has the machine to itself when its turn comes: OpenMP threads spin for a while after their work, and would
/// take the cores from the other side.
enum Turns {
    /// Ends ours: sends the team to sleep at once.
    static func end() {
        guard let blockTime else { return }
        blockTime.set(0)
        touch()
        blockTime.set(blockTime.usual)
    }

    /// Begins ours: waits until the other side's threads sleep. Those of libgomp spin for some milliseconds.
    static func begin() { usleep(10_000) }

    /// A loop that every thread has a part in.
    private static func touch() {
        ck_parallel(1 << 10, 1e9, { _, _ in }, nil)
    }

    /// libomp's functions for how long a thread spins, where libomp is what runs our loops.
    private static let blockTime: BlockTime? = BlockTime()

    private struct BlockTime: @unchecked Sendable {
        let usual: Int32
        private let setter: @convention(c) (Int32) -> Void

        init?() {
            guard let get = dlsym(nil, "kmp_get_blocktime"), let set = dlsym(nil, "kmp_set_blocktime") else {
                return nil
            }
            setter = unsafeBitCast(set, to: (@convention(c) (Int32) -> Void).self)
            usual = unsafeBitCast(get, to: (@convention(c) () -> Int32).self)()
        }

        func set(_ milliseconds: Int32) { setter(milliseconds) }
    }
}
