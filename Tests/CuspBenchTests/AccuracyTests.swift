import CBench
import CKernels
import CuspBench
import Testing

@Suite struct AccuracyTests {
    @Test func boundsHoldOnASample() {
        var accuracy = Accuracy()
        accuracy.every = 400_009
        accuracy.samples = 20_000
        #expect(Accuracy.functions.count > 45)
        for function in Accuracy.functions {
            let row = accuracy.measure(function)
            #expect(row.holds, "\(row.name): \(row.worst)")
        }
    }

    @Test func aWrongResultIsFound() {
        let exp = cbench_function("exp")
        var worst = cbench_worst()
        cbench_compare32(exp, 2, [0, 1], nil, [1, Float(2.718281828).nextUp.nextUp], &worst)
        #expect(worst.input == 1 && worst.error > 1.5 && worst.error < 2.5)
        cbench_compare64(exp, 1, [Double.infinity], nil, [Double.nan], &worst)
        #expect(worst.error == .infinity)
        worst = cbench_worst()
        cbench_compare64(cbench_function("remainder"), 2, [5, 5], [3, -3], [2, 2], &worst)
        #expect(worst.input == 5 && worst.second == -3 && worst.result == 2)
        #expect(cbench_function("no such function") < 0)
    }
}
