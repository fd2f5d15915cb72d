import Cusp
import CuspTesting

/// Gradients against central differences in a random direction, and forward mode against backward. Each check gives what
/// is wrong, or nil.
struct GradientCheck {
    typealias Function = ([Tensor]) throws -> Tensor
    private let settings: CheckSettings

    init(seed: Int) {
        settings = CheckSettings(seed: UInt64(seed), step: 1e-3, directions: 1, largestJacobian: 0)
    }

    /// The gradient at `operands`.
    func first(_ f: Function, _ operands: [Tensor]) throws -> String? {
        try mistakes { try gradientCheck(at: operands, settings: settings, of: f) }
    }

    /// The second derivative, at the operands and at the gradient that arrives.
    func second(_ f: Function, _ operands: [Tensor]) throws -> String? {
        try mistakes { try secondOrderCheck(at: operands, settings: settings, of: f) }
    }

    /// Both orders for a function of one operand.
    func one(_ f: (Tensor) -> Tensor, at x: () -> Tensor) throws -> String? {
        try first({ f($0[0]) }, [x()]) ?? second({ f($0[0]) }, [x()])
    }

    private func mistakes(_ check: () throws -> Double) throws -> String? {
        do { _ = try check() } catch let failure as CheckFailure { return "\(failure)" }
        return nil
    }
}
