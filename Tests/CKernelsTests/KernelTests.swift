import CKernels
import Testing

/// All kernel tests, in one serialized suite: they choose the number of threads for the whole process. The instruction set they
/// choose for their own thread: other suites compare bits beside them. The suites of one kernel family each are its extensions.
@Suite(.serialized) struct KernelTests {
    /// The instruction sets that this machine has.
    static let instructionSets = ["baseline", "avx2", "avx512", "neon"].filter { set in
        defer { ck_use_instruction_set_here(nil) }
        return ck_use_instruction_set_here(set)
    }

    /// Runs `body` with another instruction set, then goes back to the one before.
    static func with<Result>(instructionSet: String, _ body: () throws -> Result) rethrows -> Result {
        defer { ck_use_instruction_set_here(nil) }
        #expect(ck_use_instruction_set_here(instructionSet))
        return try body()
    }

    /// Runs `body` with another thread budget, then goes back to the one before.
    static func with<Result>(threads: Int32, _ body: () throws -> Result) rethrows -> Result {
        let before = ck_threads()
        defer { ck_set_threads(before) }
        ck_set_threads(threads)
        return try body()
    }
}
