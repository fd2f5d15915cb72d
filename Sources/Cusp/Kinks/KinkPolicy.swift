import Synchronization

/// What the gradient is at a point where a function has none: at a kink, a tie, a bound.
///
///     KinkPolicy.legacy.use {
///         let y = clamp(x, min: 0)       // gradient 1 at 0, as in PyTorch 2.13
///     }
///
/// A function keeps the policy that is in force where it is called; the backward pass may run anywhere.
public enum KinkPolicy: Sendable, Hashable, CaseIterable {
    /// The gradient where there is one; else the subgradient of least norm; else the limit. The default.
    case minimumNorm
    /// What PyTorch 2.13 answers.
    case legacy

    /// The policy in force, of the innermost ``use(_:)`` around.
    public static var current: KinkPolicy { isUsed.load(ordering: .relaxed) ? bound : .minimumNorm }

    @TaskLocal private static var bound = KinkPolicy.minimumNorm
    /// Whether any but the default was ever in force: every operation that is recorded asks, and to look for a task-local
    /// takes it a tenth of its time. Never false again, as a task may go on with the policy that it was started under.
    private static let isUsed = Atomic<Bool>(false)

    /// Calls `body` with this policy in force.
    public func use<T>(_ body: () throws -> T) rethrows -> T {
        begin()
        return try Self.$bound.withValue(self, operation: body)
    }

    /// Calls `body` with this policy in force.
    public func use<T>(isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> T) async rethrows -> T
    {
        begin()
        return try await Self.$bound.withValue(self, operation: body)
    }

    private func begin() {
        if self != .minimumNorm { Self.isUsed.store(true, ordering: .relaxed) }
    }
}
