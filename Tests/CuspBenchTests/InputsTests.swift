import Cusp
import CuspBench
import Testing

@Suite("The generator of PROTOCOL.md")
struct InputsTests {
    @Test func firstNumbersOfTwoStreams() {
        var inputs = Inputs()
        #expect(inputs.unit([4]).floats == [0, 0.408349037, 0.816698134, 0.327910006])
        #expect(inputs.unit([4]).floats == [0.00776511431, 0.622319579, 0.0297745466, 0.0607230067])
    }

    @Test func kindsAreOfTheSameBits() {
        var (unit, signed, positive, index, mask) = (Inputs(), Inputs(), Inputs(), Inputs(), Inputs())
        let u = unit.unit([1000]).floats
        #expect(signed.signed([1000], scale: 0.125).floats == u.map { ($0 * 4 - 2) * 0.125 })
        #expect(positive.positive([1000]).floats == u.map { $0 * 2 + 0.5 })
        #expect(index.index(10, [1000]).array(of: Int.self) == u.map { Int($0 * 10) })
        #expect(mask.mask([1000]).array(of: Bool.self) == u.map { $0 >= 0.5 })
    }

    @Test(arguments: [(16, [4, 4]), (256, [1, 256]), (1024, [4, 256]), (65536, [64, 1024])])
    func matrices(n: Int, shape: [Int]) {
        #expect(Input.table(n) == shape)
    }
}
