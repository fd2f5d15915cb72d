/// What threads cost, in nanoseconds; a pass weighs the client's estimates of its nodes against these.
///
/// Measured on four cores of a virtual machine: `async` takes its caller 8 µs, the worker begins 43 µs after it, a
/// third one 95 µs, so that a bare `concurrentPerform` of 160 µs on four threads is faster by a quarter and not more.
/// On bare metal all this is several times quicker; but there too few helpers cost less than too many do here.
enum Costs {
    /// The least work in the queue for which a helper is called.
    static let helper = 50_000.0
    /// The least work to be taken off the calling thread for which a pass is parallel at all. Less, and the first
    /// helper comes when half is done.
    static let parallelPass = 4 * helper
    /// What the queue and its lock cost for each node, if threads meet there.
    static let node = 2_000.0
    /// How long the caller looks for news before it sleeps: about as long as it would take to wake it.
    static let sleep: UInt64 = 20_000
}
