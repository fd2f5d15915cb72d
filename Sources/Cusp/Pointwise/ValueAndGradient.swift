import Synchronization

// A sum and the gradients of its operands in one pass. The gradient that will arrive at a sum is one number for all values, and
// nearly always the same one each time: 1, or one over the size of a batch. So the forward pass computes with the number of the
// last time; where another one arrives, the backward pass computes again.

/// Functions made of one function, each once.
enum Companion: Equatable, Sendable {
    case shares(Reduction)
    /// The value, then the gradients of these operands; for a seed of 1, or of one more operand.
    case valueAndGradient(DerivativeKey, hasSeed: Bool)
}

/// A pass that gives the gradients along with the sum.
struct PreparedPass {
    let function: PointwiseFunction
    let operands: [Operand<Tensor>]
    /// The gradient of the sum that `gradients` are for.
    let seed: Double
    /// Of the operands that want one, in order.
    let gradients: [Tensor]
}

/// The gradient that arrived last at a function's sums.
final class Seed: Sendable {
    private let bits = Atomic<UInt64>(1.0.bitPattern)

    /// nil if it was not one number for all values.
    var value: Double? {
        get {
            let value = Double(bitPattern: bits.load(ordering: .relaxed))
            return value.isNaN ? nil : value
        }
        set { bits.store((newValue ?? .nan).bitPattern, ordering: .relaxed) }
    }
}

extension PointwiseFunction {
    /// What runs a sum together with its gradients; nil where the operands differ in shape or type, as then gradients are summed
    /// or converted, and where the seed is not known.
    func prepared(_ operands: Span<Operand<Tensor>>, _ call: Call) throws(TensorError) -> PreparedPass? {
        // Hooks decide what becomes of saved tensors: then nothing more is kept.
        guard let seed = seed.value, SavedTensorHooks.current == nil else { return nil }
        // The two programs together have to fit into the kernels' limits.
        guard program.values.count <= 24 else { return nil }
        var wanted: UInt64 = 0
        var count = 0
        for i in operands.indices {
            guard case .value(let tensor) = operands[i], tensor.source != nil else { continue }
            guard tensor.shape == call.shape, tensor.dtype == call.typing.compute else { return nil }
            wanted |= 1 << UInt64(i)
            count += 1
        }
        let key = DerivativeKey(wanted: wanted, policy: .current, ending: .sum)
        guard let function = valueAndGradient(key, hasSeed: seed != 1) else { return nil }
        var gradients: [Tensor] = []
        for _ in 0..<count {
            gradients.append(Tensor(try Buffer(uninitialized: call.shape, call.typing.compute)))
        }
        var all = operands.indices.map { operands[$0] }
        if seed != 1 { all.append(.number(.float(seed))) }
        guard try Call(function, all.span).typing.isUniform else { return nil }
        return PreparedPass(function: function, operands: all, seed: seed, gradients: gradients)
    }

    /// nil where a gradient is an operand or a number, which need no pass, or the kernels have no room for all of it.
    private func valueAndGradient(_ key: DerivativeKey, hasSeed: Bool) -> PointwiseFunction? {
        let function = companions.value(for: .valueAndGradient(key, hasSeed: hasSeed)) {
            let derivative = derivative(key).takeUnretainedValue()
            let tracer = Tracer(simplifies: .ofOneType)
            let x = (0..<program.inputCount).map { _ in tracer.input() }
            let seed = hasSeed ? tracer.input() : 1
            let results = tracer.trace {
                let saved = derivative.saved.map { what in
                    guard case .operand(let i) = what else { fatalError("a sum saves no results") }
                    return x[i]
                }
                return tracer.inline(program, x) + tracer.inline(derivative.function.program, [seed] + saved)
            }
            return PointwiseFunction("value and gradient of \(name)", tracer.program(results))
        }
        let isComputed = function.compiled.results.enumerated().allSatisfy { i, result in
            if case .computed(i) = result { true } else { false }
        }
        return isComputed ? function : nil
    }
}
