import Autograd

/// Computes `body` without keeping what its derivative needs, and computes it once more when the backward pass comes
/// by: memory for time.
///
///     var h = x
///     for w in weights { h = checkpoint(h) { h in tanh(matmul(h, w)) } }
///
/// Gradients are those of `body` itself, of every order. Leaves, such as the weights here, may be captured; any other
/// tensor that requires gradients is passed as an input. Checkpoints may stand inside one another.
///
/// `body` gives the same whenever it is called. Random numbers do by themselves, as a ``RandomStream`` is a value: copy
/// it inside (`var random = random`). The ``KinkPolicy`` in force is in force again.
///
/// Traps where `body` captures a tensor that was computed from leaves; the backward pass throws where `body` gives
/// other shapes than before.
public func checkpoint(
    _ x: Tensor, file: StaticString = #fileID, line: UInt = #line, _ body: @escaping @Sendable (Tensor) -> Tensor
) -> Tensor {
    checkpoint([x], file: file, line: line) { [body($0[0])] }[0]
}

/// The same for a function of several tensors that gives several.
///
///     let results = checkpoint([x, mask]) { p in [attention(p[0], p[1]), p[0].mean()] }
public func checkpoint(
    _ inputs: [Tensor], file: StaticString = #fileID, line: UInt = #line,
    _ body: @escaping @Sendable ([Tensor]) -> [Tensor]
) -> [Tensor] {
    guard Recording.isOn else { return body(inputs) }
    let tape = CheckpointTape()
    let results = tape.during { body(inputs.map { $0.detached() }) }
    let (leaves, other) = tape.captured(by: results)
    if let other {
        report(
            TensorError(
                .gradient,
                "checkpoint: the closure captures the result of \(other.name), which requires gradients; pass it as an input"
            ), file, line)
    }
    guard !leaves.isEmpty || inputs.contains(where: { $0.requiresGrad }) else { return results }
    let node = CheckpointNode(inputs, leaves, results, body)
    let attached = results.enumerated().map { i, result in
        Tensor(result.buffer, source: result.dtype.isFloatingPoint ? Edge(node, output: i) : nil)
    }
    if Watch.isOn { Watch.note(node.name, inputs, attached, node) }
    return attached
}
