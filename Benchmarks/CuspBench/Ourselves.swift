import Cusp

/// The other side, where it is the library itself in this process, but for one thing.
package enum Ourselves: String, CaseIterable, Sendable {
    /// With the nodes of backward passes one after the other.
    case serial
    /// On one thread.
    case single

    package func run<Result>(_ work: () -> Result) -> Result {
        switch self {
        case .serial:
            ParallelPasses.areOn.store(false, ordering: .relaxed)
            defer { ParallelPasses.areOn.store(true, ordering: .relaxed) }
            return work()
        case .single:
            let threads = Cusp.threads
            Cusp.threads = 1
            defer { Cusp.threads = threads }
            return work()
        }
    }
}
