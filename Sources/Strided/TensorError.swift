import Foundation

/// What went wrong with an operation, in one sentence that names the operation, what it was given and what it expected.
public struct TensorError: Error, Hashable, Sendable, CustomStringConvertible, LocalizedError {
    public enum Kind: Sendable, Hashable {
        /// Shapes that do not fit together, or a dimension that is not there.
        case shape
        /// Element types that the operation does not take.
        case dtype
        /// An index out of range.
        case index
        /// Something about gradients that cannot be.
        case gradient
        /// Memory that could not be had.
        case memory
    }

    public let kind: Kind
    public let description: String
    public var errorDescription: String? { description }

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
