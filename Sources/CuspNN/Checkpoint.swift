import Cusp

/// The result of a layer or network, without keeping what its derivative needs: it is computed once more when the backward
/// pass comes by. Memory for time.
///
///     var h = x
///     for layer in layers { h = checkpoint(h, through: layer) }
///     try loss(h).backward()
///
/// Gradients, of x and of the parameters, are those of `module(x)`, to the bit. As `Cusp.checkpoint`, whose closure cannot
/// hold a module, as others could change it meanwhile. Here that is a mistake which is found: the backward pass traps where a
/// parameter was updated after the call. The passes over a module belong to the task that holds it.
public func checkpoint(
    _ x: Tensor, through module: any Module, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    let parameters = module.parameters
    let before = parameters.map(\.value)
    let name = "\(type(of: module))"
    // Called here and from the threads of a pass that the module's holder waits for; they only read.
    nonisolated(unsafe) let (module, now) = (module, parameters)
    return checkpoint(x, file: file, line: line) { x in
        if let i = now.indices.first(where: { !now[$0].value.hasElements(of: before[$0]) }) {
            report(
                TensorError(
                    .gradient,
                    "checkpoint: parameter \(i) of \(name), of shape \(before[i].shape), was updated between the call and the backward pass; update it after"
                ), file, line)
        }
        return module(x)
    }
}

extension Tensor {
    /// Whether it shows the same elements in memory as `other`, which were not written since.
    fileprivate func hasElements(of other: Tensor) -> Bool {
        buffer.storage === other.buffer.storage && buffer.layout.offset == other.buffer.layout.offset
    }
}
