import CBench
import CKernels
import CuspBench
import Testing

@Suite struct AccuracyTests {
    @Test func boundsHoldOnASample() {
        var accuracy = Accuracy()
        accuracy.every = 400_009
        accuracy.doubles = 20_000
        #expect(Accuracy.functions.count > 30)
        for function in Accuracy.functions {
            let row = accuracy.measure(function)
            #expect(row.holds, "\(row.name): \(row.worst)")
        }
    }

    @Test func aWrongResultIsFound() {
        let exp = cbench_function("exp")
        var worst = cbench_worst()
        cbench_compare32(exp, 2, [0, 1], [1, Float(2.718281828).nextUp.nextUp], &worst)
        #expect(worst.input == 1 && worst.error > 1.5 && worst.error < 2.5)
        cbench_compare64(exp, 1, [Double.infinity], [Double.nan], &worst)
        #expect(worst.error == .infinity)
        #expect(cbench_function("no such function") < 0)
    }
}
