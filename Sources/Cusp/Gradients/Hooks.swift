import Autograd

extension Tensor {
    /// Calls `hook` with this tensor's gradient in every backward pass, when it is complete and before it goes on; what the
    /// hook returns takes its place, nil leaves it.
    ///
    ///     let y = sigmoid(x)
    ///     y.addGradientHook { clamp($0, min: -1, max: 1) }
    ///
    /// Hooks run in the order in which they were added, perhaps on another thread, never under a lock. A hook that throws ends
    /// the pass. Traps where this tensor requires no gradient.
    ///
    /// - Returns: what removes the hook again.
    @discardableResult
    public func addGradientHook(
        file: StaticString = #fileID, line: UInt = #line, _ hook: @escaping @Sendable (Tensor) throws -> Tensor?
    ) -> HookHandle? {
        guard let source else {
            report(
                TensorError(.gradient, "addGradientHook: a tensor of shape \(shape) requires no gradient"), file, line)
            return nil
        }
        let (shape, dtype) = (shape, dtype)
        return source.node.addHook(output: source.output) { gradient in
            guard let replacement = try hook(gradient) else { return nil }
            guard replacement.shape == shape, replacement.dtype == dtype else {
                throw TensorError(
                    .gradient,
                    "a gradient hook returned \(replacement.dtype) of shape \(replacement.shape) for a tensor of \(dtype) of shape \(shape)"
                )
            }
            return replacement
        }
    }
}

/// Removes a hook again.
public typealias HookHandle = Autograd.HookHandle

/// What can go wrong in a backward pass, besides what hooks and custom functions throw themselves.
public typealias GraphError = Autograd.GraphError
