import Synchronization

/// What was made once for each key, found again without a lock: a list that only grows, for few keys that are asked for often.
final class Memo<Key: Equatable & Sendable, Value: Sendable>: Sendable {
    fileprivate final class Entry: Sendable {
        let key: Key
        let value: Value
        let next: Unmanaged<Entry>?

        init(_ key: Key, _ value: Value, next: Unmanaged<Entry>?) {
            self.key = key
            self.value = value
            self.next = next
        }
    }

    fileprivate let first = Atomic<Unmanaged<Entry>?>(nil)

    deinit {
        var entry = first.load(ordering: .acquiring)
        while let this = entry {
            entry = this._withUnsafeGuaranteedRef { $0.next }
            this.release()
        }
    }

    /// The value for `key`, if it was made.
    @inline(__always) subscript(key: Key) -> Value? {
        find(key, from: first.load(ordering: .acquiring))?._withUnsafeGuaranteedRef { $0.value }
    }

    /// The value for `key`, made by `make` if it is new. Threads that ask at the same time may both make it; the first stays.
    func value(for key: Key, make: () throws -> Value) rethrows -> Value {
        if let known = self[key] { return known }
        let made = try make()
        while true {
            let head = first.load(ordering: .acquiring)
            if let known = find(key, from: head) { return known._withUnsafeGuaranteedRef { $0.value } }
            let entry = Unmanaged.passRetained(Entry(key, made, next: head))
            if first.compareExchange(expected: head, desired: entry, ordering: .acquiringAndReleasing).exchanged {
                return made
            }
            entry.release()
        }
    }

    /// Calls `body` for each key that has a value, the latest first.
    func each(_ body: (Key, Value) -> Void) {
        var entry = first.load(ordering: .acquiring)
        while let this = entry {
            this._withUnsafeGuaranteedRef { body($0.key, $0.value) }
            entry = this._withUnsafeGuaranteedRef { $0.next }
        }
    }

    @inline(__always) fileprivate func find(_ key: Key, from head: Unmanaged<Entry>?) -> Unmanaged<Entry>? {
        var entry = head
        while let this = entry {
            if this._withUnsafeGuaranteedRef({ $0.key == key }) { return this }
            entry = this._withUnsafeGuaranteedRef { $0.next }
        }
        return nil
    }
}

extension Memo where Value: AnyObject {
    /// The value for `key`, made by `make` if it is new; not retained, as the memo holds it.
    @inline(__always)
    func unretained(for key: Key, make: () -> Value) -> Unmanaged<Value> {
        if let entry = find(key, from: first.load(ordering: .acquiring)) {
            return entry._withUnsafeGuaranteedRef { .passUnretained($0.value) }
        }
        return .passUnretained(value(for: key, make: make))
    }
}
