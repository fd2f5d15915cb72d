import Autograd

/// Where a NaN or an infinity first appeared: see ``detectAnomaly(_:)``.
public struct AnomalyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The operation that gave it, as messages call it.
    public let operation: String
    /// Whether it appeared in the operation's gradient, and not in its result.
    public let isBackward: Bool
    /// Where the operation was called, as `function at file:line`; nil where that is not known.
    public let callSite: String?
    public let description: String
}

/// Calls `body` and looks at the result of every operation in it, and at every gradient that a backward pass through
/// them computes: the first NaN or infinity that comes from finite numbers is an error that says where it came from.
///
///     try detectAnomaly {
///         let y = sqrt(x - 1).sum()
///         try y.backward()
///     }
///     // detectAnomaly: sqrt: the gradient for operand 0 has 1 infinite of 3 elements, float32 of shape [3];
///     // called with float32 of shape [3] in train() at /app/main.swift:3
///
/// Infinity from infinity and NaN from NaN are no anomalies, so that a mask of -inf is none. Every element is read once
/// more and calls are traced: for finding mistakes, not for production. Outside it costs nothing. Operations whose
/// backward pass runs after `body` has ended are still watched there.
///
/// - Throws: ``AnomalyError``, before any other error, or what `body` throws.
public func detectAnomaly<T>(_ body: () throws -> T) throws -> T {
    let anomalies = Anomalies()
    let result = Result { try Watch.during { try Anomalies.$current.withValue(anomalies, operation: body) } }
    if let first = anomalies.first { throw first }
    return try result.get()
}

/// What one ``detectAnomaly(_:)`` has found.
final class Anomalies: Sendable {
    @TaskLocal static var current: Anomalies?
    private let kept = Guarded<AnomalyError?>(nil)

    var first: AnomalyError? { kept.with { $0 } }

    /// Looks at the results of an operation, and has its gradients looked at.
    func look(_ operation: String, _ operands: [Tensor], _ results: [Tensor], _ node: Node<Tensor>?) {
        let call = Call(operation: operation, operands: operands.map { Form($0) })
        // In a backward pass the operation that is passed is named, not those of its rule.
        if !Pass.isRunning {
            let before = operands.map(\.defect.rank).max() ?? 0
            for result in results where result.defect.rank > before {
                keep(call.error(result.defect.description, of: "the result", isBackward: false))
            }
        }
        guard let node else { return }
        for output in 0..<node.outputCount {
            _ = node.addHook(output: output) { gradient in
                guard gradient.defect.rank > 0 else { return nil }
                let what = "the gradient that arrives, which the pass began with or summed up,"
                throw call.error(gradient.defect.description, of: what, isBackward: true)
            }
        }
        _ = node.addRuleHook { gradients in
            for (i, gradient) in gradients.enumerated() {
                guard let defect = gradient?.defect, defect.rank > 0 else { continue }
                throw call.error(defect.description, of: "the gradient for operand \(i)", isBackward: true)
            }
            return nil
        }
    }

    private func keep(_ error: AnomalyError) { kept.with { if $0 == nil { $0 = error } } }
}

extension Anomalies {
    /// An operation as it was called.
    private struct Call: Sendable {
        let operation: String
        let operands: [Form]
        let site = CallSite()

        func error(_ anomaly: String, of what: String, isBackward: Bool) -> AnomalyError {
            let given = operands.map(\.description).joined(separator: " and ")
            let site = site.description
            return AnomalyError(
                operation: operation, isBackward: isBackward, callSite: site,
                description: "detectAnomaly: \(operation): \(what) has \(anomaly); called with \(given)"
                    + (site.map { " in \($0)" } ?? ""))
        }
    }
}

extension Tensor {
    /// What is wrong with the elements: rank 0 for nothing, 1 for infinity, 2 for NaN.
    fileprivate var defect: (rank: Int, description: String) {
        guard dtype.isFloatingPoint else { return (0, "") }
        let elements = array(of: Double.self)
        let nans = elements.count { $0.isNaN }
        let infinite = elements.count { $0.isInfinite }
        let count = nans > 0 ? "\(nans) NaN" : "\(infinite) infinite"
        return (nans > 0 ? 2 : infinite > 0 ? 1 : 0, "\(count) of \(elements.count) elements, \(Form(self))")
    }
}
