import CKernels

/// How many threads Cusp uses, at most: those of its kernels and those of a backward pass together.
///
/// At first as many as the process may use, or `CUSP_THREADS` of the environment where that is a positive number. Results do
/// not depend on it, to the last bit.
///
///     Cusp.threads = 2
public var threads: Int {
    get { Int(ck_threads()) }
    set {
        // Not a precondition, whose sentence is not in a release build.
        guard newValue > 0 else { fatalError("threads: \(newValue) is not a number of threads") }
        ck_set_threads(Int32(clamping: newValue))
    }
}

/// The most threads that one kernel has used at once so far.
public var widestTeam: Int { Int(ck_widest_team()) }

/// Begins to count how many threads work at once; for tests, before anything runs.
package func countThreadsAtWork() { ck_count_at_work() }

/// The most threads, callers, team and helpers, that have worked at once since then.
package var mostThreadsAtWork: Int { Int(ck_most_at_work()) }

/// The instruction set whose kernels run: `baseline`, `avx2`, `avx512` or `neon`; the best that the machine has, or
/// `CUSP_ISA` of the environment.
public var instructionSet: String { String(cString: ck_instruction_set()) }
