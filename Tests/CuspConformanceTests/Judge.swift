import Cusp
import CuspConformance
import Foundation

/// What compare.py does, in Swift: values and gradients within its tolerances, shapes and types exactly.
struct Judge {
    let folder: CaseFolder

    /// Relative and absolute, of values, then of gradients.
    private static let tolerances: [DType: (value: (Double, Double), gradient: (Double, Double))] = [
        .float64: ((1e-9, 1e-10), (1e-7, 1e-8)),
        .float32: ((2e-6, 2e-6), (1e-4, 1e-5)),
        .float16: ((1e-3, 1e-3), (1e-2, 1e-2)),
        .bfloat16: ((1.6e-2, 1e-2), (1.6e-2, 1e-2)),
    ]

    /// What is wrong with the outcome of `test`, in a sentence; nil if nothing is.
    func verdict(_ test: Case, _ outcome: Outcome) throws -> String? {
        guard outcome.status == .ok else { return "\(outcome.status): \(outcome.message ?? "")" }
        return try compare("output", test.outputs, outcome.outputs, isGradient: false)
            ?? compare("gradient", test.gradients, outcome.gradients, isGradient: true)
            ?? compare("second gradient", test.secondGradients, outcome.secondGradients, isGradient: true)
    }

    private func compare(
        _ name: String, _ expected: [StoredTensor?]?, _ found: [Tensor?]?, isGradient: Bool
    ) throws -> String? {
        guard let expected else { return nil }
        guard let found, found.count == expected.count else {
            return "\(found?.count ?? 0) \(name)s, expected \(expected.count)"
        }
        for (i, (stored, found)) in zip(expected, found).enumerated() {
            let expected = try stored.map(folder.tensor)
            if let why = difference(expected, found, isGradient) { return "\(name) \(i): \(why)" }
        }
        return nil
    }

    private func difference(_ expected: Tensor?, _ found: Tensor?, _ isGradient: Bool) -> String? {
        guard let expected, let found else {
            // No gradient and a gradient of zeros are the same answer.
            let there = (expected ?? found)?.array(of: Double.self) ?? []
            return isGradient && there.allSatisfy { $0 == 0 } ? nil : "one side has no value"
        }
        guard found.dtype == expected.dtype else { return "\(found.dtype), expected \(expected.dtype)" }
        guard found.shape == expected.shape else { return "shape \(found.shape), expected \(expected.shape)" }
        guard let tolerance = Self.tolerances[expected.dtype] else {
            let (want, got) = (expected.array(of: Int.self), found.array(of: Int.self))
            return want == got ? nil : "\(got), expected \(want)"
        }
        let (relative, absolute) = isGradient ? tolerance.gradient : tolerance.value
        let (want, got) = (expected.array(of: Double.self), found.array(of: Double.self))
        let floor = absolute * want.lazy.filter(\.isFinite).map(\.magnitude).reduce(1, max)
        for (i, (want, got)) in zip(want, got).enumerated() {
            let isClose = want == got || (want.isNaN && got.isNaN) || abs(got - want) <= floor + relative * abs(want)
            if !isClose || want.isInfinite != got.isInfinite { return "element \(i): \(got), expected \(want)" }
        }
        return nil
    }
}
