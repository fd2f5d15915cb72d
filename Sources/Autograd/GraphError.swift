import Foundation

/// What can go wrong in a backward pass besides what the client's rules and hooks throw themselves.
public enum GraphError: Error, Equatable, Sendable {
    /// Nothing that the pass starts from leads to anything that it should end at.
    case noGradientPath(String)
    /// A pass reached a node whose saved values an earlier pass has freed.
    case released(String)
    /// A rule returned another number of gradients than its node has inputs.
    case gradientCount(String, expected: Int, got: Int)
    /// A gradient was to be accumulated into an edge that is not a leaf's.
    case notALeaf(String)
}

extension GraphError: CustomStringConvertible, LocalizedError {
    public var description: String {
        switch self {
        case .noGradientPath(let name):
            "no gradient path from \(name): it was computed from nothing whose gradient is wanted, or only through "
                + "operations that cut the way (a comparison, a cast to integers, detached values); ask for gradients of "
                + "what it was computed from, without these"
        case .released(let name):
            "backward a second time through \(name): its saved values were freed by the first pass; "
                + "pass retainGraph: true to the first"
        case .gradientCount(let name, let expected, let got):
            "backward of \(name) returned \(got) gradient\(got == 1 ? "" : "s") "
                + "for \(expected) input\(expected == 1 ? "" : "s")"
        case .notALeaf(let name):
            "gradients accumulate only into leaves, and \(name) is the result of an operation; "
                + "ask for its gradient with gradients(of:at:)"
        }
    }

    public var errorDescription: String? { description }
}
