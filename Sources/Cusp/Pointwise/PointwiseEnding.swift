import Autograd

/// How a pointwise function's values were reduced in the pass that computed them. An object of its own, because what nearly no
/// node has should take no room in each.
final class PointwiseEnding: @unchecked Sendable {
    let function: PointwiseFunction
    let kind: Reduction
    let part: Reduced
    /// The gradients that were computed along with the result. Written by `release()`, which never meets a rule.
    var prepared: PreparedPass?

    init(_ function: PointwiseFunction, _ kind: Reduction, _ part: Reduced, _ prepared: PreparedPass?) {
        self.function = function
        self.kind = kind
        self.part = part
        self.prepared = prepared
    }
}

extension PointwiseNode {
    func backward(
        _ gradient: Tensor, through ending: PointwiseEnding, _ inputs: inout Contributions<Tensor>
    ) throws {
        if ending.kind == .sum && givePrepared(gradient, ending, &inputs) { return }
        var gradient = ending.part.restored(gradient)
        if ending.kind != .sum, let y = derivative.saved.firstIndex(of: .result(0)) {
            let saved = try unpacked
            let operands = values(saved, ending)
            let shares = try ending.function.shares(ending.kind, operands, saved[y].tensor!, ending.part)
            gradient = gradient / shares
        }
        // It repeats over what was reduced.
        try propagate([.value(gradient.expanded(to: ending.part.shape))], &inputs)
    }

    /// Where the gradient of a sum is the one that its pass has already computed with, and nobody differentiates it.
    private func givePrepared(
        _ gradient: Tensor, _ ending: PointwiseEnding, _ inputs: inout Contributions<Tensor>
    ) -> Bool {
        let seed = ending.function.seed
        seed.value = gradient.repeated
        guard let prepared = ending.prepared, prepared.seed == seed.value, !Recording.isOn else { return false }
        for (k, operand) in derivative.operands.enumerated() where inputs.wants(operand) {
            inputs[operand] = prepared.gradients[k]
        }
        return true
    }

    /// The function's operands in its shape, as far as they are saved: values do not depend on the others.
    private func values(_ saved: [Operand<Tensor>], _ ending: PointwiseEnding) -> [Operand<Tensor>] {
        (0..<ending.function.program.inputCount).map { i in
            guard let k = derivative.saved.firstIndex(of: .operand(i)) else { return .number(.float(0)) }
            return saved[k].tensor.map { .value($0.detached().expanded(to: ending.part.shape)) } ?? saved[k]
        }
    }
}

extension Tensor {
    /// The number that all elements are, where one element of memory stands for all of them.
    fileprivate var repeated: Double? {
        guard elementCount > 0, body.isRepeated else { return nil }
        if dtype == .float32 { return Double(body.start.load(as: Float.self)) }
        var one = body.layout
        one.shape = Shape()
        return Tensor(buffer.viewed(one)).item(as: Double.self)
    }
}
