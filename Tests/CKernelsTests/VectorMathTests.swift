import CKernels
import Foundation
import Testing

#if arch(x86_64)
    typealias Wide = Float80
#else
    typealias Wide = Double  // float64's own accuracy is then measured on x86-64 only
#endif

/// What a rounded operation of the table should give, computed with more digits; the second number is for two operands.
struct MathFunction: Sendable {
    let operation: ck_operation
    let value: @Sendable (Wide, Wide) -> Wide

    init?(_ operation: ck_operation) {
        self.operation = operation
        switch operation {
        case CK_exp: value = { x, _ in exp(x) }
        case CK_expm1: value = { x, _ in expm1(x) }
        case CK_log: value = { x, _ in log(x) }
        case CK_log1p: value = { x, _ in log1p(x) }
        case CK_sigmoid: value = { x, _ in x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)) }
        case CK_sigmoid_slope:
            value = { x, _ in
                let e = exp(-abs(x))
                return e / ((1 + e) * (1 + e))
            }
        case CK_rsqrt: value = { x, _ in 1 / x.squareRoot() }
        case CK_exp2: value = { x, _ in exp2(x) }
        case CK_log2: value = { x, _ in log2(x) }
        case CK_log10: value = { x, _ in log10(x) }
        case CK_silu: value = { x, _ in x == -.infinity ? 0 : x / (1 + exp(-x)) }
        case CK_softplus: value = { x, _ in max(x, 0) + log1p(exp(-abs(x))) }
        case CK_logaddexp: value = { x, y in x == y ? x + log(2) : max(x, y) + log1p(exp(-abs(x - y))) }
        case CK_pow: value = { x, y in pow(x, y) }
        case CK_erf: value = { x, _ in erf(x) }
        case CK_erfc: value = { x, _ in erfc(x) }
        case CK_gauss: value = { x, _ in bell(x, 1) }
        case CK_normal_density: value = { x, _ in bell(x, 0.5) / (2 * Wide.pi).squareRoot() }
        case CK_normal_cdf: value = { x, _ in erfc(-x / Wide(2).squareRoot()) / 2 }
        case CK_gelu: value = { x, _ in x == -.infinity ? 0 : x * erfc(-x / Wide(2).squareRoot()) / 2 }
        case CK_tanh: value = { x, _ in tanh(x) }
        case CK_sin: value = { x, _ in sin(x) }
        case CK_cos: value = { x, _ in cos(x) }
        case CK_tan: value = { x, _ in tan(x) }
        case CK_asin: value = { x, _ in asin(x) }
        case CK_acos: value = { x, _ in acos(x) }
        case CK_atan: value = { x, _ in atan(x) }
        case CK_atan2: value = { y, x in atan2(y, x) }
        case CK_hypot: value = { x, y in hypot(x, y) }
        case CK_lgamma: value = { x, _ in x == -.infinity ? .infinity : lgamma(x).0 }
        case CK_digamma: value = { x, _ in digamma(x) }
        case CK_trigamma: value = { x, _ in trigamma(x) }
        case CK_trunc_div:
            value = { x, y in
                let rest = x.truncatingRemainder(dividingBy: y)
                return rest.isNaN ? x / y : ((x - rest) / y).rounded()
            }
        case CK_floor_div:
            value = { x, y in
                let rest = x.truncatingRemainder(dividingBy: y)
                return y == 0 ? x / y : ((x - rest) / y).rounded() - (rest != 0 && (rest < 0) != (y < 0) ? 1 : 0)
            }
        case CK_sinh: value = { x, _ in sinh(x) }
        case CK_cosh: value = { x, _ in cosh(x) }
        case CK_asinh: value = { x, _ in asinh(x) }
        case CK_acosh: value = { x, _ in acosh(x) }
        case CK_atanh: value = { x, _ in atanh(x) }
        default: return nil
        }
    }
}

/// exp(-scale·x²). The square has more digits than a number, so it comes as two.
private func bell(_ x: Wide, _ scale: Wide) -> Wide {
    if x.magnitude > 50 { return 0 }
    let high = Wide(Float(x))
    let low = x - high
    return exp(-scale * high * high) * exp(-scale * (2 * high + low) * low)
}

/// Sixty steps up, where three terms of the series are enough; the sums from the smallest on.
private func digamma(_ x: Wide) -> Wide {
    if x == 0 { return -1 / x }
    if x < 0 {
        let r = x - x.rounded()
        return r == 0 || x.isInfinite ? .nan : digamma(1 - x) - Wide.pi / tan(Wide.pi * r)
    }
    if !(x <= 60) { return log(x) - 0.5 / x - (1 / 12 - (1 / 120 - 1 / (252 * x * x)) / (x * x)) / (x * x) }
    return digamma(x + 60) - (0..<60).reversed().reduce(0) { $0 + 1 / (x + Wide($1)) }
}

private func trigamma(_ x: Wide) -> Wide {
    if x < 0 {
        if x.isInfinite { return .nan }
        let ratio = Wide.pi / sin(Wide.pi * (x - x.rounded()))
        return ratio * ratio - trigamma(1 - x)
    }
    if x.isInfinite { return 0 }
    if !(x <= 60) { return (1 + 0.5 / x + (1 / 6 - (1 / 30 - 1 / (42 * x * x)) / (x * x)) / (x * x)) / x }
    return trigamma(x + 60) + (0..<60).reversed().reduce(0) { $0 + 1 / ((x + Wide($1)) * (x + Wide($1))) }
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
            // Of two operands each meets every landmark, and many others.
            var operands = [inputs, inputs]
            if operation.info.arity == 2 {
                var generator = SeededGenerator(seed: 3)
                operands[1].shuffle(using: &generator)
                for a in T.landmarks { operands[0] += T.landmarks.map { _ in a } }
                for _ in T.landmarks { operands[1] += T.landmarks }
            }
            let results = apply(operation, Array(operands.prefix(Int(operation.info.arity))), count: operands[0].count)
            var worst = 0.0
            var worstAt = 0
            for i in results.indices {
                let (a, b) = (operands[0][i], operands[1][i])
                let exact = reference(Wide(a), Wide(b))
                var error = ulps(of: results[i], from: exact)
                // Near 0 the larger operand's own last place decides.
                if operation == CK_logaddexp, error.isFinite, exact.isFinite {
                    error *= Double(T(exact).ulp / max(T(exact).magnitude, max(a, b).magnitude).ulp)
                }
                // Of a difference the larger part's; near the root of digamma the reference has no more digits.
                if operation == CK_lgamma || operation == CK_digamma, error.isFinite, exact.isFinite {
                    let part = a < 0 ? max(1, reference((operation == CK_lgamma ? 0 : 1) - Wide(a), 0).magnitude) : 0.05
                    let unit = max(exact.magnitude, part)
                    if operation == CK_digamma || a < 0 { error *= Double(T(exact).ulp / T(unit).ulp) }
                }
                if error > worst { (worst, worstAt) = (error, i) }
            }
            #expect(worst <= bound, "\(worst) ULP at \(operands.map { $0[worstAt] }), which gives \(results[worstAt])")
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

        /// exp takes fewer steps where all of a vector is far from the limits, and log1p where all of it is near 0.
        @Test(arguments: KernelTests.instructionSets)
        func neighboursChangeNothing(instructionSet: String) {
            let numbers: [(ck_operation, [Float])] = [
                (CK_exp, [-87, -86.99, -1, -0.0, 1e-30, 0.5, 86.99, 87]),
                (CK_softplus, [-87, -86.99, -1, -0.0, 1e-30, 0.5, 86.99, 87]),
                (CK_log1p, [-0.125, -0.1, -0.0, 1e-30, 0x1p-133, 0.5, 0.75, 0.99, 1]),
            ]
            KernelTests.with(instructionSet: instructionSet) {
                for (operation, x) in numbers.flatMap({ row in row.1.map { (row.0, $0) } }) {
                    let calm = apply(operation, [Array(repeating: x, count: 16)], count: 16)
                    for extreme: Float in [88, 100, -95, -200, .infinity, .nan] {
                        let mixed = apply(operation, [[extreme] + Array(repeating: x, count: 15)], count: 16)
                        #expect(mixed[1...].map(\.bitPattern) == calm[1...].map(\.bitPattern))
                    }
                }
                let limit = 708.0
                let calm = apply(CK_exp, [Array(repeating: -limit, count: 8)], count: 8)
                let mixed = apply(CK_exp, [[-745] + Array(repeating: -limit, count: 7)], count: 8)
                #expect(mixed[1...].elementsEqual(calm[1...]) && mixed[0] == exp(-745.0))
            }
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
                #expect(apply(CK_erf, [[Float(5), -.infinity]], count: 2) == [1, -1])
                #expect(apply(CK_exp2, [[-149.0, 0, 3, 1023]], count: 4) == [0x1p-149, 1, 8, 0x1p1023])
                for operation in [
                    CK_expm1, CK_log1p, CK_tanh, CK_erf, CK_gelu, CK_silu, CK_sin, CK_tan, CK_asin, CK_atan, CK_sinh,
                    CK_asinh, CK_atanh,
                ] {
                    let zeros = apply(operation, [[-0.0, 0.0]], count: 2)
                    #expect(zeros == [0, 0] && zeros[0].sign == .minus && zeros[1].sign == .plus)
                }
            }
        }
    }
}
