import Foundation

/// Calls `body` with two functions between the graph and what it keeps: `pack` gets every tensor that a derivative
/// names when the operation is recorded, and what it returns is kept in the tensor's place; `unpack` turns that back
/// when a backward pass needs it, during `body` or after.
///
///     let loss = try withSavedTensorHooks { $0.asType(.bfloat16) } unpack: { $0.asType(.float32) } _: {
///         cost(model(x), y)
///     }
///     try loss.backward()
///
/// A tensor that several operations name is packed for each. Of hooks inside one another the inner ones count.
/// Both functions run without recording and without hooks, never under a lock, and perhaps on several threads at once:
/// what `body` starts as a task has these hooks, a thread of its own has not. What a ``checkpoint(_:file:line:_:)-(Tensor,_,_,_)``
/// does not keep is not packed.
///
/// - Returns: what `body` returns.
/// - Throws: the first error of `pack`, after `body` has ended (tensors that could not be packed are kept as they are),
///   or what `body` throws. The backward pass throws what `unpack` throws, and ``TensorError`` where it gives another
///   shape or type; all leaves' gradients are then as before.
public func withSavedTensorHooks<Packed: Sendable, T>(
    pack: @escaping @Sendable (Tensor) throws -> Packed, unpack: @escaping @Sendable (Packed) throws -> Tensor,
    _ body: () throws -> T
) throws -> T {
    let hooks = SavedTensorHooks { tensor in
        let packed = try pack(tensor.detached())
        return PackedTensor(tensor) { try unpack(packed) }
    }
    let result = Result { try Watch.during { try SavedTensorHooks.$current.withValue(hooks, operation: body) } }
    if let error = hooks.failure { throw error }
    return try result.get()
}

/// Calls `body` and keeps what derivatives name in files instead of memory, until backward passes have used it.
///
///     let loss = try withSavedTensors(onDisk: directory) { cost(model(x), y) }
///
/// As ``withSavedTensorHooks(pack:unpack:_:)``. A file goes with the last graph that needs it; those of a process that
/// ends before that stay.
///
/// - Parameters:
///   - directory: exists, and has room.
///   - minimum: the size in bytes from which on a tensor is worth a file.
public func withSavedTensors<T>(
    onDisk directory: URL, ofBytes minimum: Int = 1 << 20, _ body: () throws -> T
) throws -> T {
    try withSavedTensorHooks { tensor in
        let isWorthIt = tensor.elementCount * tensor.dtype.size >= minimum
        return isWorthIt ? Stored.file(try TensorFile(tensor, in: directory)) : .memory(tensor)
    } unpack: { (stored: Stored) in
        switch stored {
        case .memory(let tensor): tensor
        case .file(let file): try file.read()
        }
    } _: {
        try body()
    }
}

/// The hooks of one ``withSavedTensorHooks(pack:unpack:_:)``. Bound inside ``Watch/during(_:)`` only.
final class SavedTensorHooks: Sendable {
    @TaskLocal static var current: SavedTensorHooks?

    private let body: @Sendable (Tensor) throws -> PackedTensor
    private let failed = Guarded<(any Error)?>(nil)

    init(_ body: @escaping @Sendable (Tensor) throws -> PackedTensor) { self.body = body }

    /// The first error of a pack.
    var failure: (any Error)? { failed.with { $0 } }

    /// The tensor packed; nil after an error.
    func pack(_ tensor: Tensor) -> PackedTensor? {
        do {
            return try Self.$current.withValue(nil) { try withoutGradients { try body(tensor) } }
        } catch {
            failed.with { if $0 == nil { $0 = error } }
            return nil
        }
    }
}

private enum Stored: Sendable {
    case memory(Tensor)
    case file(TensorFile)
}

/// The bytes of a tensor in a file of its own, which goes with this object.
private final class TensorFile: Sendable {
    private let url: URL
    private let shape: Shape
    private let dtype: DType

    init(_ tensor: Tensor, in directory: URL) throws {
        (shape, dtype) = (tensor.shape, tensor.dtype)
        url = directory.appendingPathComponent("cusp-\(UUID().uuidString)")
        let buffer = try tensor.buffer.contiguous()
        let count = tensor.elementCount * dtype.size
        try withExtendedLifetime(buffer) {
            try Data(bytesNoCopy: buffer.start, count: count, deallocator: .none).write(to: url)
        }
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func read() throws -> Tensor {
        let bytes = try Data(contentsOf: url)
        let count = shape.elementCount * dtype.size
        guard bytes.count == count else {
            throw TensorError(
                .gradient, "withSavedTensors: the file \(url.path) has \(bytes.count) bytes instead of \(count)")
        }
        let buffer = try Buffer(uninitialized: shape, dtype)
        bytes.copyBytes(to: buffer.start.assumingMemoryBound(to: UInt8.self), count: count)
        return Tensor(buffer)
    }
}
