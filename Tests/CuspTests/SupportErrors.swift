import Cusp
import Foundation

/// What `body` throws, as text; nil where it throws nothing.
func message(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return "\(error)" }
    return nil
}

/// The first mistake of a tensor operation in `body`.
func mistake(_ body: () -> Tensor) -> String? {
    message { _ = try Tensor.checked(body) }
}

/// A value behind a lock, for closures that run on other threads.
final class Shared<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var stored: Value

    init(_ value: Value) { stored = value }

    var value: Value { lock.withLock { stored } }
    func change(_ body: (inout Value) -> Void) { lock.withLock { body(&stored) } }
}
