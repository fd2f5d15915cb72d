import CKernels
import Foundation
import Testing

#if arch(x86_64)
    typealias Wide = Float80
#else
    typealias Wide = Double  // float64's own accuracy is then measured on x86-64 only
#endif

/// What a rounded operation of the table should give, computed with more digits.
struct MathFunction: Sendable {
    let operation: ck_operation
    let value: @Sendable (Wide) -> Wide

    init?(_ operation: ck_operation) {
        self.operation = operation
        switch operation {
        case CK_exp: value = { exp($0) }
        case CK_expm1: value = { expm1($0) }
        case CK_log: value = { log($0) }
        case CK_log1p: value = { log1p($0) }
        case CK_sigmoid: value = { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) }
        case CK_sigmoid_slope:
            value = {
                let e = exp(-abs($0))
                return e / ((1 + e) * (1 + e))
            }
        case CK_tanh: value = { tanh($0) }
        default: return nil
        }
    }
}

extension KernelTests {
    @Suite struct VectorMathTests {
        static let functions = allOperations.filter { MathFunction($0) != nil }

        @Test(arguments: KernelTests.instructionSets, functions)
        func float32IsWithinTheBound(instructionSet: String, operation: ck_operation) {
            var inputs = stride(from: UInt32(0), to: UInt32.max - 40000, by: 32749).map { Float(bitPattern: $0) }
            inputs += (0..<70000).map { (Float($0) - 35000) / 350 }
            KernelTests.with(instructionSet: instructionSet) {
                check(operation, inputs + Float.landmarks, bound: operation.info.ulp32)
            }
        }

        #if arch(x86_64)
            @Test(arguments: KernelTests.instructionSets, functions)
            func float64IsWithinTheBound(instructionSet: String, operation: ck_operation) {
                var generator = SeededGenerator(seed: 1)
                var inputs = (0..<70000).map { _ in Double(bitPattern: generator.next()) }
                inputs += (0..<70000).map { _ in Double.random(in: -750...750, using: &generator) }
                inputs += (0..<70000).map { _ in Double.random(in: -3...3, using: &generator) }
                KernelTests.with(instructionSet: instructionSet) {
                    check(operation, inputs + Double.landmarks, bound: operation.info.ulp64)
                }
            }
        #endif

        func check<T: ComputeType & BinaryFloatingPoint>(_ operation: ck_operation, _ inputs: [T], bound: Double) {
            let reference = MathFunction(operation)!.value
            let results = apply(operation, [inputs], count: inputs.count)
            var worst = 0.0
            var worstInput = inputs[0]
            for (input, result) in zip(inputs, results) {
                let error = ulps(of: result, from: reference(Wide(input)))
                if error > worst { (worst, worstInput) = (error, input) }
            }
            #expect(
                worst <= bound,
                "\(worst) ULP at \(worstInput), which gives \(apply(operation, [[worstInput]], count: 1))")
        }

        /// The distance in units in the last place of the correctly rounded result; infinite where one is NaN and the other not.
        func ulps<T: BinaryFloatingPoint>(of result: T, from exact: Wide) -> Double {
            let rounded = T(exact)
            if result == rounded || (result.isNaN && rounded.isNaN) { return result == 0 && exact == 0 ? 0 : 0.5 }
            if result.isNaN || rounded.isNaN || result.isInfinite != rounded.isInfinite { return .infinity }
            return Double(abs(Wide(result) - exact) / Wide(rounded.ulp))
        }

        @Test func theRulerMeasures() {
            #expect(ulps(of: Float(1).nextUp, from: 1) == 1)
            #expect(ulps(of: Float.nan, from: 1) == .infinity)
            #expect(ulps(of: Float(0), from: Wide(3 * Float.leastNonzeroMagnitude)) == 3)
            #expect(ulps(of: Float.infinity, from: 1e30) == .infinity)
        }

        @Test(arguments: KernelTests.instructionSets)
        func tails(instructionSet: String) {
            KernelTests.with(instructionSet: instructionSet) {
                let deep = Float(exp(-100.0))  // subnormal
                #expect(apply(CK_exp, [[Float(-100)]], count: 1) == [deep])
                #expect(apply(CK_sigmoid, [[Float(-100), 100]], count: 2) == [deep, 1])
                #expect(abs(apply(CK_sigmoid, [[Float(-50)]], count: 1)[0] / 1.928_749_8e-22 - 1) < 3e-7)
                #expect(apply(CK_sigmoid_slope, [[Float(-100), 100]], count: 2) == [deep, deep])
                #expect(apply(CK_sigmoid_slope, [[-740.0, 740]], count: 2) == [exp(-740.0), exp(-740.0)])
                #expect(apply(CK_tanh, [[Float(1e-30), 20, -20]], count: 3) == [1e-30, 1, -1])
                for operation in [CK_expm1, CK_log1p, CK_tanh] {
                    let zeros = apply(operation, [[-0.0, 0.0]], count: 2)
                    #expect(zeros == [0, 0] && zeros[0].sign == .minus && zeros[1].sign == .plus)
                }
            }
        }
    }
}
