/// What flows backward through a graph: the client's tensor, or a plain `Float` in the tests.
///
/// The static requirements besides `accumulate` are how the engine speaks to the client's own threads. They are
/// functions of the type, not closures in a variable, so that a pass reads no global state and the client's code is
/// specialised into it.
public protocol Cotangent: Sendable {
    /// The sum of two contributions to one gradient.
    ///
    /// Called in an order fixed by the graph alone, so a sum that depends on the order is still the same in every run.
    ///
    /// - Parameter total: what came before; given away, so it may be written in place when nobody else holds it.
    static func accumulate(_ total: consuming Self, _ next: Self) -> Self

    /// How many threads may be in passes at once, the calling one included: fewer while the client keeps others busy. Asked
    /// by each pass that could use helpers, and again, in their scope too, when it calls one or gives it a node.
    static var threads: Int { get }

    /// The least work of a node, in nanoseconds, that the client's kernels share among these threads better than the engine
    /// shares nodes. Asked once for each pass that could use helpers.
    static var teamWork: Double { get }

    /// Runs `body` with the client's kernels serial on this thread. The engine wraps one node of the caller's in it
    /// while helpers run others.
    static func serially(_ body: () throws -> Void) rethrows

    /// The scope that helpers work in, made on the caller's thread once for each parallel pass.
    ///
    /// It captures whatever the caller's rules read from task-locals (recording, policies), and the returned function
    /// binds that around `body` and makes kernels serial on the helper's thread. Entered once for each helper, not for
    /// each node. It returns false, and does not call `body`, where the client's own threads have all cores by then.
    static func helperScope() -> @Sendable (_ body: () -> Void) -> Bool
}

extension Cotangent {
    public static var threads: Int { 1 }
    public static var teamWork: Double { .infinity }

    @inlinable
    public static func serially(_ body: () throws -> Void) rethrows { try body() }

    public static func helperScope() -> @Sendable (_ body: () -> Void) -> Bool {
        { body in
            body()
            return true
        }
    }
}
