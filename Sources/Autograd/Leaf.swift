import Foundation

/// Where gradients end and add up: the node of a value that the user asked gradients for.
public final class Leaf<Value: Cotangent>: Node<Value>, @unchecked Sendable {
    @usableFromInline let lock = NSLock()
    /// Guarded by `lock`.
    @usableFromInline var total: Value?

    public init() { super.init(leaf: ()) }

    override public var name: String { "a leaf" }

    /// What has been accumulated; `nil` before the first pass. Reading and writing are safe on any thread.
    @inlinable
    public var gradient: Value? {
        get {
            lock.lock()
            defer { lock.unlock() }
            return total
        }
        set {
            var value = newValue
            lock.lock()
            swap(&total, &value)
            lock.unlock()
            // What was there is dropped here, outside the lock: its deinit is foreign code.
        }
    }

    /// Adds `next` to the gradient.
    @inlinable
    func accumulate(_ next: consuming Value) {
        lock.lock()
        defer { lock.unlock() }
        // Taken out before the sum, so that a sum in place finds its operand unique.
        if let before = total.take() { total = Value.accumulate(consume before, next) } else { total = next }
    }
}
