import Foundation

/// A pointer that each thread has for itself.
///
/// POSIX's own, because a task-local is inherited by tasks and `Thread.threadDictionary` costs a dictionary; this is 2
/// ns.
struct ThreadSlot: Sendable {
    private let key: pthread_key_t

    init() {
        var key = pthread_key_t()
        guard pthread_key_create(&key, nil) == 0 else { fatalError("no thread-local key left for Autograd") }
        self.key = key
    }

    /// What this thread stored; `nil` on a thread that stored nothing.
    var pointer: UnsafeMutableRawPointer? {
        get { pthread_getspecific(key) }
        nonmutating set { pthread_setspecific(key, newValue) }
    }
}
