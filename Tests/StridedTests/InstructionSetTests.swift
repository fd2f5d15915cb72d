import Foundation
import Strided
import Testing

/// The environment is read once in a process, so each of these has one of its own.
@Suite struct InstructionSetTests {
    @Test func absentSet() async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            setenv("CUSP_ISA", "sse9", 1)
            #expect(instructionSet != "sse9")
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("Cusp: CUSP_ISA=sse9 is not available on this machine, \(instructionSet) is used; "))
        #expect(text.contains("available are \(instructionSet) ") || instructionSet == "baseline")
    }

    @Test(arguments: ["baseline", ""])
    func presentSet(name: String) async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) { [name] in
            setenv("CUSP_ISA", name, 1)
            #expect(instructionSet == name || name == "")
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(!text.contains("CUSP_ISA"))
    }
}
