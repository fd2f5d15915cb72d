import Foundation

/// Where mistakes go instead of ending the process: what `Tensor.checked` puts around its closure. The first one is kept.
package final class Failures: @unchecked Sendable {
    @TaskLocal package static var current: Failures?

    private let lock = NSLock()
    private var kept: TensorError?

    package init() {}

    package var first: TensorError? { lock.withLock { kept } }

    func keep(_ error: TensorError) {
        lock.withLock { if kept == nil { kept = error } }
    }
}

/// Ends the process with the error's sentence, or hands it to the `Tensor.checked` around.
package func report(_ error: TensorError, _ file: StaticString, _ line: UInt) {
    guard let failures = Failures.current else { fatalError(error.description, file: file, line: line) }
    failures.keep(error)
}
