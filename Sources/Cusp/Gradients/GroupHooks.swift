import Synchronization

/// Calls `hook` once in each backward pass that reaches any of these tensors, with all their gradients: nil for those
/// that the pass did not reach.
///
///     addGradientHook(to: [a, b]) { gradients in
///         print(gradients.map { $0?.shape })
///     }
///
/// It observes, after the tensors' own hooks, when the pass has succeeded, on the thread that called it; in the order
/// in which hooks were added. A pass inside a hook or a custom function counts for itself. Traps where a tensor
/// requires no gradient.
///
/// - Returns: what removes the hook again.
@discardableResult
public func addGradientHook(
    to tensors: [Tensor], file: StaticString = #fileID, line: UInt = #line,
    _ hook: @escaping @Sendable (_ gradients: [Tensor?]) -> Void
) -> HookHandles {
    let group = HookGroup(count: tensors.count, hook)
    let handles = tensors.enumerated().map { i, tensor in
        tensor.addGradientHook(file: file, line: line) { gradient in
            Pass.current?.note(gradient, i, group)
            return nil
        }
    }
    return HookHandles(handles: handles.compactMap { $0 })
}

/// Removes a hook on several tensors again: `handles.remove()`.
public struct HookHandles: Sendable {
    let handles: [HookHandle]

    /// Takes the hook away. Again is harmless.
    public func remove() {
        for handle in handles { handle.remove() }
    }
}

/// A hook on several tensors. Alive as long as it is on one of them.
final class HookGroup: Sendable {
    /// How many there are: without any a pass does nothing about them.
    static let live = Atomic<Int>(0)
    private static let latest = Atomic<Int>(0)

    let id: Int
    let count: Int
    let hook: @Sendable ([Tensor?]) -> Void

    init(count: Int, _ hook: @escaping @Sendable ([Tensor?]) -> Void) {
        id = Self.latest.add(1, ordering: .relaxed).newValue
        self.count = count
        self.hook = hook
        Self.live.add(1, ordering: .relaxed)
    }

    deinit { Self.live.subtract(1, ordering: .relaxed) }
}
