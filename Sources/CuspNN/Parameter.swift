import Cusp

/// A tensor that training changes: a leaf of every graph that it is used in, shared by the module that computes with it and the
/// optimizer that updates it.
///
///     let slope = Parameter(Tensor([3]))
///     try (slope.value * slope.value).sum().backward()
///     print(slope.grad!)                    // [6.]
///     slope.update { $0 -= 1 }
///     print(slope.value)                    // [2.]
///
/// It is a reference, and so not `Sendable`: one task at a time holds a model that is being trained. The tensor in ``value`` is a
/// value, and may go anywhere.
public final class Parameter {
    /// The elements as they are now; what is computed from them leads gradients here. A copy does not follow later updates.
    public private(set) var value: Tensor

    /// A parameter that begins with these elements, without what they were computed from. Traps for integers and booleans,
    /// which have no gradients.
    public init(_ initial: Tensor) {
        value = initial.detached()
        value.requiresGrad = true
    }

    /// The gradients that backward passes have added up; nil before the first and after `zeroGradients()`.
    public var grad: Tensor? {
        get { value.grad }
        set { value.grad = newValue }
    }

    /// Changes the elements without recording: in place, unless somebody else still sees them, such as a graph whose backward
    /// pass is to come.
    ///
    ///     parameter.update { $0 -= 0.1 * gradient }
    ///
    /// `body` works on the argument; it must not use this parameter otherwise. Traps where it changes shape or type.
    public func update(
        file: StaticString = #fileID, line: UInt = #line, _ body: (inout Tensor) throws -> Void
    ) rethrows {
        let (shape, dtype, leaf) = (value.shape, value.dtype, value.source)
        // Whatever the body assigned, the parameter stays the leaf that graphs and gradients know.
        defer { value.source = leaf }
        try withoutGradients { try body(&value) }
        guard value.shape == shape, value.dtype == dtype else {
            return report(
                TensorError(
                    .shape,
                    "Parameter: an update made \(value.dtype) of shape \(value.shape) from \(dtype) of shape \(shape)"),
                file, line)
        }
    }
}
