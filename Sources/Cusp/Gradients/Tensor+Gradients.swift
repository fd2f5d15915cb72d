import Autograd

extension Tensor {
    /// Whether gradients are computed for this tensor. Setting it to true makes the tensor a leaf, at which gradients end and
    /// add up in ``grad``; to false, a tensor that has nothing to do with what it was computed from.
    ///
    ///     var x = Tensor([1, 2, 3])
    ///     x.requiresGrad = true
    ///     try (x * x).sum().backward()
    ///     x.grad!                                // [2. 4. 6.]
    ///
    /// Traps for integers and booleans, which have no gradients.
    public var requiresGrad: Bool {
        get { source != nil }
        set {
            guard newValue else {
                source = nil
                return
            }
            guard source == nil else { return }
            guard dtype.isFloatingPoint else {
                return report(
                    TensorError(
                        .gradient,
                        "requiresGrad: elements of type \(dtype) have no gradient; use asType(.float32) first"),
                    #fileID, #line)
            }
            source = Edge(Leaf())
        }
    }

    /// Whether this tensor requires gradients and was not computed from others.
    public var isLeaf: Bool { source?.node.isLeaf ?? false }

    /// The gradients that backward passes have added up in this leaf; nil before the first, and for what is not a leaf.
    /// Copies of a leaf share it.
    ///
    ///     w.grad = nil                                // what the next pass adds to
    ///
    /// Traps where anything but nil is given to a tensor that is not a leaf, or what has another shape or type.
    public var grad: Tensor? {
        get { leaf?.gradient }
        nonmutating set {
            let leaf = leaf
            if let newValue, leaf == nil || Form(newValue) != Form(self) {
                let problem =
                    leaf == nil
                    ? "a tensor of shape \(shape) is no leaf, and only leaves keep gradients"
                    : "\(Form(newValue)) is no gradient of a leaf that is \(Form(self))"
                return report(TensorError(.gradient, "grad: \(problem)"), #fileID, #line)
            }
            leaf?.gradient = newValue
        }
    }

    // A cast that asks would take longer than all the rest.
    private var leaf: Leaf<Tensor>? {
        guard let node = source?.node, node.isLeaf else { return nil }
        return unsafeDowncast(node, to: Leaf<Tensor>.self)
    }

    /// The same elements, with no connection to what they were computed from.
    public func detached() -> Tensor { source == nil && cut == nil ? self : Tensor(buffer) }

    /// Runs backward from this tensor and adds the gradients to the ``grad`` of the leaves that it was computed from.
    ///
    /// - Parameters:
    ///   - gradient: where to start from, of this tensor's shape; 1 for a tensor of one element if it is not given.
    ///   - inputs: the leaves whose gradients are wanted; all if nil.
    ///   - retainGraph: whether saved values stay, so that backward can run once more; they do if `createGraph` is true.
    ///   - createGraph: whether the gradients are recorded, so that they can be differentiated again.
    /// - Throws: ``TensorError`` if there is no gradient to start from, ``GraphError``, or what a hook or custom function threw.
    ///   All leaves' gradients are then as before.
    public func backward(
        gradient: Tensor? = nil, inputs: [Tensor]? = nil, retainGraph: Bool = false, createGraph: Bool = false
    ) throws {
        let root = try root(gradient, for: "backward")
        let ends = try inputs?.map { try $0.edge(for: "backward") }
        try Pass.run(createGraph: createGraph, from: [self], to: ends) {
            try Engine.backward(from: [root], inputs: ends, retainGraph: retainGraph || createGraph)
        }
    }

    /// This tensor as the start of a backward pass.
    func root(_ gradient: Tensor?, for operation: String) throws -> (edge: Edge<Tensor>, gradient: Tensor) {
        let edge = try edge(for: operation)
        guard let gradient else {
            guard elementCount == 1 else {
                throw TensorError(
                    .gradient,
                    "\(operation): the tensor has the shape \(shape), and a gradient starts from one number: call sum() first, or pass a gradient of that shape"
                )
            }
            return (edge, .full(shape, 1, dtype: dtype))
        }
        guard gradient.shape == shape else {
            throw TensorError(
                .gradient, "\(operation): the gradient has the shape \(gradient.shape), the tensor \(shape)")
        }
        return (edge, gradient.asType(dtype))
    }

    func edge(for operation: String) throws -> Edge<Tensor> {
        guard let source else {
            throw TensorError(
                .gradient,
                "\(operation): a tensor of shape \(shape) does not require gradients: \(cut.map { "\($0.place) cut the way" } ?? "nothing that it was computed from does, or a comparison, a cast, detached() or withoutGradients cut the way"); set requiresGrad on what it is computed from, and give a comparison a slope with Pointwise { } derivative: { }"
            )
        }
        return source
    }
}

/// The gradients of `outputs`, summed, at `inputs`; nothing is added to any ``Tensor/grad``.
///
///     let dx = try gradients(of: [loss], at: [x], createGraph: true)[0]
///
/// - Parameters:
///   - gradients: where to start from, one for each output; 1 for outputs of one element if they are not given.
///   - createGraph: whether the gradients are recorded, so that they can be differentiated again.
///   - allowUnused: whether an input that the outputs do not depend on gets nil, instead of an error.
/// - Returns: one gradient for each input.
/// - Throws: as ``Tensor/backward(gradient:inputs:retainGraph:createGraph:)``.
public func gradients(
    of outputs: [Tensor], at inputs: [Tensor], with gradients: [Tensor?]? = nil, retainGraph: Bool = false,
    createGraph: Bool = false, allowUnused: Bool = false
) throws -> [Tensor?] {
    if let gradients, gradients.count != outputs.count {
        throw TensorError(.gradient, "gradients: \(gradients.count) gradients for \(outputs.count) outputs")
    }
    let roots = try outputs.enumerated().map { try $1.root(gradients?[$0], for: "gradients") }
    let ends = try inputs.map { try $0.edge(for: "gradients") }
    // What gets no gradient is an error below, or allowed.
    let result = try Pass.run(createGraph: createGraph, from: outputs, to: []) {
        try Engine.gradients(of: roots, at: ends, retainGraph: retainGraph || createGraph)
    }
    if !allowUnused, let unused = result.firstIndex(where: { $0 == nil }) {
        throw TensorError(
            .gradient,
            "gradients: input \(unused), of shape \(inputs[unused].shape), has no part in the outputs; pass allowUnused: true to get nil for it"
        )
    }
    return result
}
