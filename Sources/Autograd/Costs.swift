/// What threads cost, in nanoseconds; a pass weighs the client's estimates of its nodes against these.
///
/// Measured on four cores of a virtual machine: `async` takes its caller 8 µs, the worker begins 43 µs after it (a second one
/// 80 µs), so that spreading 160 µs of work over four threads is faster by a quarter and not more. On bare metal all is several
/// times quicker; too many helpers cost more there than too few do here.
enum Costs {
    /// The least work in the queue for which a helper is called.
    static let helper = 50_000.0
    /// The least work to be taken off the calling thread for which a pass is parallel at all.
    static let parallelPass = 2 * helper
    /// What the queue and its lock cost for each node, if threads meet there.
    static let node = 2_000.0
    /// From here on a node is better run by the whole team than beside others: some ten times what a team of threads costs to
    /// begin and to end.
    static let wide = 100_000.0
    /// How long the caller looks for news before it sleeps: about as long as it would take to wake it.
    static let sleep: UInt64 = 20_000
}
