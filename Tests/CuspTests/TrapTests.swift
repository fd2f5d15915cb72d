import Cusp
import Testing

/// Outside of Tensor.checked a mistake ends the process, with its sentence and the caller's place.
@Suite struct TrapTests {
    static let some = [0, 1, 10, 21, 27]

    @Test(arguments: some)
    func traps(index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            _ = CheckedTests.mistakes[index].body()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(CheckedTests.mistakes[index].sentence))
    }

    @Test func thePlaceIsTheCallers() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor([1, 2]).reshaped([3])
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("CuspTests/TrapTests.swift:\(#line - 4): Fatal error: reshaped: the shape [2]"))
    }
    /// An operator and a subscript are not told their caller's line: the call is found on the stack.
    @Test func theCallOfAnOperatorIsNamed() async {
        let added = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { addsWrongly() }
        let read = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { readsWrongly() }
        #if canImport(Runtime)
            for (result, name) in [(added, "addsWrongly"), (read, "readsWrongly")] {
                let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
                let call = text.split(separator: "; called in ").dropFirst().first ?? ""
                #expect(call.hasPrefix(name) && call.contains("TrapTests.swift:"))
            }
        #endif
    }
}

private func addsWrongly() { print(Tensor([1, 2]) + Tensor([1, 2, 3])) }
private func readsWrongly() { print(Tensor([1, 2])[2]) }
