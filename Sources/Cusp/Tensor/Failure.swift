import Foundation

// A mistake in a program, such as shapes that do not fit, traps with one sentence. Inside Tensor.checked it becomes an error:
// the operation gives an empty tensor, the first sentence is kept, and thrown when the closure has ended.

extension Tensor {
    /// Calls `body`, and throws the first mistake that a tensor operation in it made, where it would otherwise have trapped.
    ///
    /// After a mistake the closure runs on, with an empty tensor in place of the result.
    ///
    ///     let y = try Tensor.checked { matmul(request, weights) }
    ///
    /// - Throws: ``TensorError``, or what `body` throws.
    public static func checked<T>(_ body: () throws -> T) throws -> T {
        let failures = Failures()
        let result = Result { try Failures.$current.withValue(failures, operation: body) }
        if let first = failures.first { throw first }
        return try result.get()
    }
}

/// What `body` gives, or after a mistake an empty tensor.
package func attempt(
    file: StaticString = #fileID, line: UInt = #line, _ body: () throws(TensorError) -> Tensor
) -> Tensor {
    attempt(file: file, line: line, instead: .empty, body)
}

package func attempt<T>(
    file: StaticString = #fileID, line: UInt = #line, instead: @autoclosure () -> T, _ body: () throws(TensorError) -> T
) -> T {
    do {
        return try body()
    } catch {
        report(error.naming(file), file, line)
        return instead()
    }
}

extension TensorError {
    /// With the call that made the mistake, where the process is about to end at a line of the library: an operator or a subscript is
    /// not told whose line it stands on.
    fileprivate func naming(_ file: StaticString) -> TensorError {
        guard Failures.current == nil, "\(file)".hasPrefix("Cusp/"), let site = CallSite().description else {
            return self
        }
        return TensorError(kind, "\(description); called in \(site)")
    }
}

extension Tensor {
    /// A tensor without elements.
    static var empty: Tensor {
        guard let buffer = try? Buffer(uninitialized: [0], .float32) else {
            fatalError("out of memory for an empty tensor")
        }
        return Tensor(buffer)
    }
}
