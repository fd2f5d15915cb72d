import Autograd

/// A tensor that a derivative names, kept until the backward pass: as it is, or packed by the hooks in force, see
/// ``withSavedTensorHooks(pack:unpack:_:)``.
///
/// The library keeps every tensor this way. In the context of a ``CustomFunction`` it is for what `backward` needs:
///
///     func forward(_ x: [Tensor]) -> (Tensor, context: SavedTensor) { (sin(x[0]), SavedTensor(x[0])) }
///     func backward(_ g: Tensor, _ x: SavedTensor) throws -> [Tensor?] { [g * cos(try x.tensor)] }
///
/// A context that is itself a tensor or a list of tensors is kept so without being told to.
public struct SavedTensor: Sendable {
    private enum Content {
        case kept(Tensor)
        case packed(PackedTensor)
    }
    private let content: Content

    /// Keeps `tensor`, which shares its memory, or packs it.
    public init(_ tensor: Tensor) {
        if Watch.isOn, let hooks = SavedTensorHooks.current, let packed = hooks.pack(tensor) {
            content = .packed(packed)
        } else {
            content = .kept(tensor)
        }
    }

    /// `tensor` for the gradients of these operands; nil where nobody can ask for one.
    init?(_ tensor: Tensor, for operands: Tensor...) {
        guard Recording.isOn, operands.contains(where: { $0.source != nil }) else { return nil }
        self.init(tensor)
    }

    /// The tensor, unpacked where it was packed: whoever asks twice unpacks twice.
    ///
    /// - Throws: what `unpack` throws, or ``TensorError`` where it gave another shape or type.
    public var tensor: Tensor {
        get throws {
            switch content {
            case .kept(let tensor): tensor
            case .packed(let packed): try packed.tensor()
            }
        }
    }
}

/// What a hook made of a tensor, and what it does not see: where the tensor came from.
final class PackedTensor: Sendable {
    private let form: Form
    private let source: Edge<Tensor>?
    private let unpack: @Sendable () throws -> Tensor

    init(_ tensor: Tensor, unpack: @escaping @Sendable () throws -> Tensor) {
        form = Form(tensor)
        source = tensor.source
        self.unpack = unpack
    }

    func tensor() throws -> Tensor {
        let tensor = try SavedTensorHooks.$current.withValue(nil) { try withoutGradients(unpack) }
        guard Form(tensor) == form else {
            throw TensorError(
                .gradient, "withSavedTensorHooks: unpack gave \(Form(tensor)) for what was packed as \(form)")
        }
        return Tensor(tensor.buffer, source: source)
    }
}
