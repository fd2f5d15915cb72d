/// A change of a gradient, ready made: to be hooked to a tensor, composed, or applied by itself.
///
///     y.addGradientHook(.finite(.zero).then(.clip(norm: 1)))
///     try Conditioning.clip(norm: 1)(Tensor([3, 4]))     // [0.6 0.8]
public struct Conditioning: Sendable {
    private let body: @Sendable (Tensor) throws -> Tensor

    /// A change of the caller's own; it keeps the shape and the type.
    public init(_ body: @escaping @Sendable (Tensor) throws -> Tensor) { self.body = body }

    /// The changed gradient.
    public func callAsFunction(_ gradient: Tensor) throws -> Tensor { try body(gradient) }

    /// This, and then `next`.
    public func then(_ next: Conditioning) -> Conditioning {
        Conditioning { try next(try self($0)) }
    }

    /// Every element between -`limit` and `limit`. NaN stays.
    public static func clip(value limit: Double) -> Conditioning {
        Conditioning { clamp($0, min: -limit, max: limit) }
    }

    /// Scaled down to the Euclidean norm `limit` where it is longer: g · min(1, limit / ‖g‖).
    ///
    /// A gradient whose norm is not finite stays as it is; see ``finite(_:)``.
    public static func clip(norm limit: Double) -> Conditioning {
        Conditioning { gradient in
            let norm = norm(of: [gradient])
            return norm > limit && norm.isFinite ? gradient * (limit / norm) : gradient
        }
    }

    /// Multiplied by `factor`.
    public static func scale(_ factor: Double) -> Conditioning { Conditioning { $0 * factor } }

    /// With the sign reversed: what comes before the tensor is driven the other way, as in adversarial training.
    public static let reverse = Conditioning { -$0 }

    /// Plus normally distributed noise, of the next stream of `random` in each pass.
    public static func noise(deviation: Double, _ random: RandomStream) -> Conditioning {
        let stream = Guarded(random)
        return Conditioning { gradient in
            gradient + stream.with { $0.normal(gradient.shape, deviation: deviation, dtype: gradient.dtype) }
        }
    }

    /// What becomes of NaN and infinity.
    public enum NonFinite: Sendable, Hashable {
        /// The pass ends with a ``TensorError``.
        case fail
        /// Such elements become 0.
        case zero
        /// The whole gradient becomes 0: this pass does not count here.
        case skip
    }

    /// Without NaN and infinity.
    public static func finite(_ policy: NonFinite) -> Conditioning {
        Conditioning { gradient in
            // x - x is 0 for every number, and NaN for NaN and infinity.
            let isFinite = (gradient - gradient) .== 0
            let bad = gradient.elementCount - isFinite.asType(.int64).sum().item(as: Int.self)
            guard bad > 0 else { return gradient }
            switch policy {
            case .fail:
                throw TensorError(
                    .gradient,
                    "a gradient of shape \(gradient.shape) is NaN or infinite in \(bad) of \(gradient.elementCount) elements; detectAnomaly { } finds where that comes from"
                )
            case .zero: return `where`(isFinite, gradient, 0)
            case .skip: return .zeros(gradient.shape, dtype: gradient.dtype)
            }
        }
    }
}

extension Tensor {
    /// Changes this tensor's gradient in every backward pass.
    ///
    ///     features.addGradientHook(.scale(0.1))
    ///
    /// As ``addGradientHook(file:line:_:)-(_,_,GradientHook)``.
    @discardableResult
    public func addGradientHook(
        _ conditioning: Conditioning, file: StaticString = #fileID, line: UInt = #line
    ) -> HookHandle? {
        addGradientHook(file: file, line: line) { try conditioning($0) }
    }
}

/// Scales the ``Tensor/grad`` of these leaves down together, so that all of them as one vector have at most the
/// Euclidean norm `limit`.
///
///     try loss.backward()
///     let norm = clipGradients(of: parameters, norm: 1)
///
/// Leaves without a gradient do not count. Where the norm is not finite, nothing changes: look at what is returned.
///
/// - Returns: the norm before.
@discardableResult
public func clipGradients(of leaves: [Tensor], norm limit: Double) -> Double {
    let norm = norm(of: leaves.compactMap(\.grad))
    guard norm > limit, norm.isFinite else { return norm }
    withoutGradients {
        for leaf in leaves {
            if let gradient = leaf.grad { leaf.grad = gradient * (limit / norm) }
        }
    }
    return norm
}

/// The Euclidean norm of all elements together, added up in float64, where no square overflows.
private func norm(of tensors: [Tensor]) -> Double {
    let squares = withoutGradients {
        tensors.map { tensor in
            let wide = tensor.asType(.float64)
            return (wide * wide).sum().item(as: Double.self)
        }
    }
    return squares.reduce(0, +).squareRoot()
}
