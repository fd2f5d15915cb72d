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
}
