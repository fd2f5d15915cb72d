import Foundation

/// Removes a hook. Dropping the handle leaves the hook in place; the handle keeps nothing alive.
public struct HookHandle: Sendable {
    fileprivate let detach: @Sendable () -> Void

    /// Takes the hook away. A pass that is already calling this node's hooks may still call it. Again is harmless.
    public func remove() { detach() }
}

/// Functions in order of registration. They are called from a copy of the list, so never under its lock.
final class HookList<Body: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var entries: [(id: Int, body: Body)] = []
    private var lastID = 0

    func add(_ body: Body) -> HookHandle {
        let id = lock.withLock {
            lastID += 1
            entries.append((lastID, body))
            return lastID
        }
        return HookHandle { [weak self] in self?.remove(id) }
    }

    func each(_ call: (Body) throws -> Void) rethrows {
        let bodies = lock.withLock { entries }
        for entry in bodies { try call(entry.body) }
    }

    private func remove(_ id: Int) {
        // The removed body leaves the lock before it is dropped: a closure's deinit is foreign code.
        _ = lock.withLock { entries.firstIndex { $0.id == id }.map { entries.remove(at: $0) } }
    }
}
