import Autograd

/// Observes a gradient and returns nil, or returns what takes its place, of the same shape and type.
public typealias GradientHook = @Sendable (Tensor) throws -> Tensor?

/// Removes a hook again: `handle.remove()`. Dropping the handle leaves the hook in place.
public typealias HookHandle = Autograd.HookHandle

/// What can go wrong in a backward pass, besides what hooks and custom functions throw themselves.
public typealias GraphError = Autograd.GraphError

extension Tensor {
    /// Calls `hook` with this tensor's gradient in every backward pass, when it is complete and before it goes on:
    /// before the rule of the operation that made this tensor, or before accumulation into this leaf. What the hook
    /// returns takes its place, nil leaves it.
    ///
    ///     let y = sigmoid(x)
    ///     y.addGradientHook { clamp($0, min: -1, max: 1) }
    ///
    /// Hooks run in the order in which they were added, each on what the one before it left, perhaps on another thread,
    /// never under a lock. A hook that throws ends the pass. A hook that captures this tensor keeps it alive for good:
    /// let it capture what it needs instead. Traps where this tensor requires no gradient.
    ///
    /// In a pass there run, for each operation from the results back to the leaves, the gradient hooks on its results,
    /// its rule, its operation hooks; for a leaf its gradient hooks. When all has succeeded: accumulation into the
    /// leaves, their accumulation hooks, and the hooks on several tensors.
    ///
    /// - Returns: what removes the hook again.
    @discardableResult
    public func addGradientHook(
        file: StaticString = #fileID, line: UInt = #line, _ hook: @escaping GradientHook
    ) -> HookHandle? {
        guard let source = sourceForHook("addGradientHook", file, line) else { return nil }
        let form = Form(self)
        let id = ObjectIdentifier(source.node)
        return source.node.addHook(output: source.output) { gradient in
            guard !SilentLeaves.current.contains(id), let replacement = try hook(gradient) else { return nil }
            guard Form(replacement) == form else {
                throw TensorError(
                    .gradient, "a gradient hook returned \(Form(replacement)) for a tensor of \(form)")
            }
            return replacement
        }
    }

    /// Calls `hook` after the rule of the operation that made this tensor, in every backward pass, with the gradients
    /// of the operation's operands; what it returns takes their place, nil leaves them.
    ///
    ///     let y = matmul(x, w)
    ///     y.addOperationHook { gradients in print(gradients.map { $0?.shape }); return nil }
    ///
    /// A gradient is nil where it is zero or nobody wants it. To be called before the rule, see
    /// ``addGradientHook(file:line:_:)``. Traps where this tensor is not the result of a recorded operation.
    ///
    /// - Returns: what removes the hook again.
    @discardableResult
    public func addOperationHook(
        file: StaticString = #fileID, line: UInt = #line,
        _ hook: @escaping @Sendable (_ operands: [Tensor?]) throws -> [Tensor?]?
    ) -> HookHandle? {
        guard let source = sourceForHook("addOperationHook", file, line) else { return nil }
        guard !isLeaf else {
            report(TensorError(.gradient, "addOperationHook: a leaf is no operation; use addGradientHook"), file, line)
            return nil
        }
        let name = source.node.name
        return source.node.addRuleHook { gradients in
            guard let replacements = try hook(gradients) else { return nil }
            for (i, (gradient, replacement)) in zip(gradients, replacements).enumerated() {
                guard let gradient, let replacement, Form(gradient) != Form(replacement) else { continue }
                throw TensorError(
                    .gradient,
                    "a hook after \(name) returned \(Form(replacement)) for operand \(i), whose gradient is \(Form(gradient))"
                )
            }
            return replacements
        }
    }

    /// Calls `hook` with this leaf's ``grad`` after each pass that added to it, when all leaves of the pass have
    /// theirs, on the thread that called the pass.
    ///
    ///     weights.addAccumulationHook { gradient in norms.append(gradient) }
    ///
    /// Traps where this tensor is not a leaf.
    ///
    /// - Returns: what removes the hook again.
    @discardableResult
    public func addAccumulationHook(
        file: StaticString = #fileID, line: UInt = #line, _ hook: @escaping @Sendable (_ gradient: Tensor) -> Void
    ) -> HookHandle? {
        guard let leaf = source?.node as? Leaf<Tensor> else {
            report(
                TensorError(
                    .gradient,
                    "addAccumulationHook: gradients add up in leaves only, and a tensor of shape \(shape) is none; use addGradientHook"
                ), file, line)
            return nil
        }
        return leaf.addAccumulationHook { leaf in leaf.gradient.map(hook) }
    }

    private func sourceForHook(_ operation: String, _ file: StaticString, _ line: UInt) -> Edge<Tensor>? {
        if source == nil {
            report(
                TensorError(
                    .gradient,
                    "\(operation): a tensor of shape \(shape) requires no gradient; set requiresGrad, or compute it from one that does"
                ), file, line)
        }
        return source
    }
}
