import Cusp

/// Gradients against central differences in a random direction. Each check gives what is wrong, or nil, so that the checks can
/// be checked.
struct GradientCheck {
    typealias Function = ([Tensor]) throws -> Tensor
    var random: SeededGenerator

    init(seed: Int) { random = SeededGenerator(seed: seed) }

    /// The gradient of ⟨w, f(x)⟩ for a random w, at `operands`, which are of type float64.
    mutating func first(_ f: Function, _ operands: [Tensor]) throws -> String? {
        let leaves = operands.map(\.leaf)
        let y = try f(leaves)
        let w = direction(y.shape)
        let gradients = try gradient(of: y, from: w, at: leaves, createGraph: false)
        return try compare(gradients, operands, along: operands.map { direction($0.shape) }) { x in
            dot(try withoutGradients { try f(x) }, w)
        }
    }

    /// The gradient of ⟨v, ∇⟨w, f(x)⟩⟩ for random v, at the operands and at w.
    mutating func second(_ f: Function, _ operands: [Tensor]) throws -> String? {
        let w = direction(try withoutGradients { try f(operands) }.shape)
        let v = operands.map { direction($0.shape) }
        // ⟨v, ∇⟩ as a tensor; with createGraph it can be differentiated, without it is a number.
        func slope(_ x: [Tensor], _ w: Tensor, createGraph: Bool) throws -> Tensor {
            let gradients = try gradient(of: f(x), from: w, at: x, createGraph: createGraph)
            return zip(gradients, v).reduce(Tensor(0.0)) { $0 + ($1.0 * $1.1).sum() }
        }
        let leaves = (operands + [w]).map(\.leaf)
        let y = try slope(Array(leaves.dropLast()), leaves.last!, createGraph: true)
        let gradients = try gradient(of: y, from: .ones([], dtype: .float64), at: leaves, createGraph: false)
        return try compare(gradients, operands + [w], along: leaves.map { direction($0.shape) }) { x in
            try slope(x.dropLast().map(\.leaf), x.last!, createGraph: false).item()
        }
    }

    /// The sum of gradient times direction, and the slope of `value` along it.
    private func compare(
        _ gradients: [Tensor], _ operands: [Tensor], along v: [Tensor], _ value: ([Tensor]) throws -> Double
    ) throws -> String? {
        for (g, x) in zip(gradients, operands) where g.shape != x.shape || g.dtype != x.dtype {
            return "a gradient of shape \(g.shape), \(g.dtype), for an operand of \(x.shape), \(x.dtype)"
        }
        func at(_ t: Double) throws -> Double { try value(zip(operands, v).map { $0 + $1 * t }) }
        let h = 1e-3
        let numeric = try (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
        let analytic = zip(gradients, v).reduce(0) { $0 + dot($1.0, $1.1) }
        // No size but that of the terms themselves: a gradient of zeros is wrong unless the function does not change at all.
        let size = zip(gradients, v).reduce(numeric.magnitude) { $0 + dot(abs($1.0), abs($1.1)) }
        let tolerance = 2e-7 * size + 1e-9
        return (numeric - analytic).magnitude <= tolerance
            ? nil : "the gradient gives \(analytic), differences \(numeric)"
    }

    private func gradient(of y: Tensor, from w: Tensor, at leaves: [Tensor], createGraph: Bool) throws -> [Tensor] {
        let zeros = { (x: Tensor) in Tensor.zeros(x.shape, dtype: x.dtype) }
        guard y.requiresGrad else { return leaves.map(zeros) }
        let gradients = try gradients(of: [y], at: leaves, with: [w], createGraph: createGraph, allowUnused: true)
        return zip(gradients, leaves).map { $0 ?? zeros($1) }
    }

    private mutating func direction(_ shape: Shape) -> Tensor {
        Tensor(Domain.range(-1, 1).samples(shape.elementCount, &random), Array(shape), .float64)
    }

    private func dot(_ a: Tensor, _ b: Tensor) -> Double {
        zip(a.elements, b.elements).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
