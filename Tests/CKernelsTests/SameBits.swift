import CKernels
import Testing

extension KernelTests {
    /// The instruction sets with fused multiply-add, which promise the same bits as each other.
    static let fusing = instructionSets.filter { $0 != "baseline" }
}

/// Expects `body` to give the same with 1 to 4 threads and with every instruction set that fuses.
func expectSameBits<Result: Equatable>(sourceLocation: SourceLocation = #_sourceLocation, _ body: () -> Result) {
    var first: Result?
    for set in KernelTests.fusing {
        for threads in 1...4 {
            let result = KernelTests.with(instructionSet: set) { KernelTests.with(threads: Int32(threads), body) }
            #expect(result == first ?? result, "\(set), \(threads) threads", sourceLocation: sourceLocation)
            first = first ?? result
        }
    }
}
