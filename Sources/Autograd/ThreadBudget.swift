import Synchronization

/// How many threads are in passes now, over all passes: those that called one and the helpers.
///
/// A pass gets helpers only while the count is below the budget, so concurrent passes share the cores rather than
/// multiply threads.
@usableFromInline
enum ThreadBudget {
    private static let count = Atomic<Int>(0)
    /// Not `nil` iff this thread is counted: a pass inside a rule or a hook is no further thread.
    private static let isCounted = ThreadSlot()

    static var occupied: Int { count.load(ordering: .relaxed) }

    /// Counts the calling thread, unless it is counted already.
    ///
    /// - Returns: what to pass to `leave`.
    @usableFromInline
    static func enter() -> Bool {
        guard isCounted.pointer == nil else { return false }
        count.add(1, ordering: .relaxed)
        isCounted.pointer = UnsafeMutableRawPointer(bitPattern: 1)
        return true
    }

    @usableFromInline
    static func leave(_ entered: Bool) {
        guard entered else { return }
        isCounted.pointer = nil
        count.subtract(1, ordering: .relaxed)
    }

    /// Counts one more thread iff the budget allows it.
    static func reserveHelper(of budget: Int) -> Bool {
        var seen = occupied
        while seen < budget {
            let (exchanged, original) = count.weakCompareExchange(expected: seen, desired: seen + 1, ordering: .relaxed)
            if exchanged { return true }
            seen = original
        }
        return false
    }

    /// Gives back what `reserveHelper` counted.
    static func releaseHelper() { count.subtract(1, ordering: .relaxed) }

    /// Runs a helper, whose thread `reserveHelper` has counted.
    static func asHelper(_ body: () -> Void) {
        isCounted.pointer = UnsafeMutableRawPointer(bitPattern: 1)
        body()
        isCounted.pointer = nil
    }
}
