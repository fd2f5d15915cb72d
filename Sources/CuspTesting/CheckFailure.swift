/// What a check found wrong, in sentences: which derivative, what it is, and what it should be.
public struct CheckFailure: Error, Sendable, CustomStringConvertible {
    /// The check, as it is called.
    public let check: String
    /// Each mistake by itself, the worst first.
    public let mistakes: [String]

    public var description: String {
        let shown = mistakes.prefix(5).joined(separator: "\n  ")
        let more = mistakes.count > 5 ? "\n  and \(mistakes.count - 5) more" : ""
        return "\(check):\n  \(shown)\(more)"
    }
}

/// How exactly a check looks.
///
///     try gradientCheck(at: x, settings: CheckSettings(tolerance: 1e-5)) { x in f(x) }
public struct CheckSettings: Sendable {
    /// What random directions are drawn from; the same seed, the same check.
    public var seed: UInt64
    /// How far apart the points are that differences are taken between.
    public var step: Double
    /// How far a derivative may be off, as a part of the size of its terms.
    public var tolerance: Double
    /// How many random directions are looked along.
    public var directions: Int
    /// Up to how many elements every element of the Jacobian is looked at.
    public var largestJacobian: Int

    public init(
        seed: UInt64 = 0, step: Double = 1e-4, tolerance: Double = 2e-7, directions: Int = 3,
        largestJacobian: Int = 1024
    ) {
        self.seed = seed
        self.step = step
        self.tolerance = tolerance
        self.directions = directions
        self.largestJacobian = largestJacobian
    }
}
