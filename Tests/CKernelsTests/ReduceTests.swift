import CKernels
import Foundation
import Testing

/// `ck_reduce` of a float or integer type.
func reduceAll<T: ComputeType, Result>(_ reduction: ck_reduction, _ c: AxisCase, _ memory: [T], as: Result.Type)
    -> [Result]
{
    [Result](unsafeUninitializedCapacity: c.lines) { buffer, count in
        c.withMemory(memory) { ck_reduce(reduction, T.dtype, c.axis, $0, buffer.baseAddress) }
        count = c.lines
    }
}

/// The results of the lines that are checked.
func reduce<T: ComputeType, Result>(_ reduction: ck_reduction, _ c: AxisCase, _ memory: [T], as type: Result.Type)
    -> [Result]
{
    let all = reduceAll(reduction, c, memory, as: type)
    return c.checked.map { all[$0] }
}

/// The index of the first NaN, else of the first of the best.
func firstBest<T: Comparable>(_ line: [T], _ better: (T, T) -> Bool) -> Int64 {
    if let nan = line.firstIndex(where: { $0 != $0 }) { return Int64(nan) }
    var best = 0
    for i in line.indices where better(line[i], line[best]) { best = i }
    return Int64(best)
}

/// log(sum(exp(x))) with the largest number taken out.
func logSumExp(_ line: [Double]) -> Double {
    guard let largest = line.max(), largest > -.infinity else { return -.infinity }
    if largest == .infinity { return line.contains { $0.isNaN } ? .nan : .infinity }
    return largest + log(line.reduce(0) { $0 + exp($1 - largest) })
}

extension KernelTests {
    @Suite struct Reduce {
        static let cases = AxisCase.small + AxisCase.everyLayout + AxisCase.blocks + AxisCase.wide

        @Test(arguments: cases)
        func sumsAndProductsOfFloats(c: AxisCase) {
            check(c, Float.self)
            check(c, Double.self)

            func check<T: ComputeType & BinaryFloatingPoint>(_ c: AxisCase, _: T.Type) {
                let memory = c.memory { T(Double.random(in: -1...2, using: &$0)) }
                let lines = c.lines(of: memory)
                for (got, line) in zip(reduce(CK_SUM, c, memory, as: T.self), lines) {
                    let terms = line.map { Wide($0) }
                    let size = terms.reduce(0) { $0 + abs($1) }
                    #expect(abs(Wide(got) - terms.reduce(0, +)) <= 40 * Wide(T.ulpOfOne) * size)
                }
                let factors = memory.map { 1 + ($0 - 0.5) / T(c.length + 1) }
                for (got, line) in zip(reduce(CK_PROD, c, factors, as: T.self), c.lines(of: factors)) {
                    let exact = line.reduce(Wide(1)) { $0 * Wide($1) }
                    #expect(abs(Wide(got) - exact) <= Wide(T.ulpOfOne) * Wide(40 + c.length / 2) * exact)
                }
            }
        }

        @Test(arguments: AxisCase.small + AxisCase.everyLayout + AxisCase.blocks)
        func integersWrapAround(c: AxisCase) {
            let memory32 = c.memory { Int32.random(in: .min ... .max, using: &$0) }
            let lines32 = c.lines(of: memory32)
            #expect(reduce(CK_SUM, c, memory32, as: Int32.self) == lines32.map { $0.reduce(0, &+) })
            #expect(reduce(CK_PROD, c, memory32, as: Int32.self) == lines32.map { $0.reduce(1, &*) })
            let memory64 = c.memory { Int64.random(in: .min ... .max, using: &$0) }
            let lines64 = c.lines(of: memory64)
            #expect(reduce(CK_SUM, c, memory64, as: Int64.self) == lines64.map { $0.reduce(0, &+) })
            #expect(reduce(CK_PROD, c, memory64, as: Int64.self) == lines64.map { $0.reduce(1, &*) })
        }

        @Test(arguments: cases.filter { $0.length > 0 })
        func largestAndSmallest(c: AxisCase) {
            // Few different numbers, so that there are ties.
            check(c, c.memory { Float(Int.random(in: -9...9, using: &$0)) })
            check(c, c.memory { Double(Int.random(in: -9...9, using: &$0)) })
            check(c, c.memory { Int32.random(in: -9...9, using: &$0) })
            check(c, c.memory { Int64.random(in: -9...9, using: &$0) })

            func check<T: ComputeType & Comparable>(_ c: AxisCase, _ memory: [T]) {
                let lines = c.lines(of: memory)
                #expect(reduce(CK_MAX, c, memory, as: T.self) == lines.map { $0.max()! })
                #expect(reduce(CK_MIN, c, memory, as: T.self) == lines.map { $0.min()! })
                #expect(reduce(CK_ARGMAX, c, memory, as: Int64.self) == lines.map { firstBest($0, >) })
                #expect(reduce(CK_ARGMIN, c, memory, as: Int64.self) == lines.map { firstBest($0, <) })
            }
        }

        @Test(arguments: AxisCase.small + AxisCase.everyLayout + AxisCase.blocks)
        func logSumExps(c: AxisCase) {
            check(c, c.memory { Float.random(in: -100...100, using: &$0) })
            check(c, c.memory { Double.random(in: -1000...1000, using: &$0) })

            func check<T: ComputeType & BinaryFloatingPoint>(_ c: AxisCase, _ memory: [T]) {
                for (got, line) in zip(reduce(CK_LOG_SUM_EXP, c, memory, as: T.self), c.lines(of: memory)) {
                    let exact = logSumExp(line.map { Double($0) })
                    #expect(
                        Double(got) == exact || abs(Double(got) - exact) <= Double(T.ulpOfOne) * max(abs(exact), 10))
                }
            }
        }

        /// Maxima that rise along the line, by little, by much, or from minus infinity, so that sums have to be scaled.
        @Test(
            arguments: [
                AxisCase.rows(1, 700), .rows(2, 5), .columns(1, 150, 40), .columns(1, 70, 3), .rows(1, 190).strided,
            ], [0.3, 3, 40, -40])
        func risingLogSumExps(c: AxisCase, step: Double) {
            for first in [0.0, -.infinity] {
                let memory = c.rising(by: step, first: first)
                let doubles = memory.map { Double($0) }
                for (got, line) in zip(reduce(CK_LOG_SUM_EXP, c, memory, as: Float.self), c.lines(of: doubles)) {
                    let exact = logSumExp(line)
                    #expect(Double(got) == exact || abs(Double(got) - exact) <= 0x1p-23 * max(abs(exact), 10))
                }
                for (got, line) in zip(reduce(CK_LOG_SUM_EXP, c, doubles, as: Double.self), c.lines(of: doubles)) {
                    let exact = logSumExp(line)
                    #expect(got == exact || abs(got - exact) <= 0x1p-52 * max(abs(exact), 10))
                }
            }
        }

        /// NaN, infinity or the type's limit at each place of a line, in every layout.
        @Test(arguments: [
            AxisCase.rows(1, 37), .rows(2, 5), .columns(1, 37, 20), .columns(1, 70, 3), .rows(1, 19).strided,
        ])
        func specialNumbers(c: AxisCase) {
            for k in 0..<c.length {
                for special in [Float.nan, .infinity, -.infinity] {
                    var memory = [Float](repeating: 1, count: c.span.count)
                    memory[c.place(0, k, 0)] = special
                    let line = c.lines(of: memory)[0]
                    func first<R>(_ r: ck_reduction, _: R.Type) -> R { reduce(r, c, memory, as: R.self)[0] }
                    #expect(first(CK_SUM, Float.self).isSame(as: special + 1))
                    #expect(first(CK_MAX, Float.self).isSame(as: special.isNaN ? .nan : max(special, 1)))
                    #expect(first(CK_MIN, Float.self).isSame(as: special.isNaN ? .nan : min(special, 1)))
                    #expect(first(CK_ARGMAX, Int64.self) == firstBest(line, >))
                    #expect(first(CK_ARGMIN, Int64.self) == firstBest(line, <))
                    let exact = special.isNaN ? .nan : Float(logSumExp(line.map(Double.init)))
                    let got = first(CK_LOG_SUM_EXP, Float.self)
                    #expect(got.isSame(as: exact) || abs(got - exact) < 1e-5)
                }
            }
        }

        @Test(arguments: [1, 5, 16, 70, 5000], [-Double.infinity, .infinity, .nan])
        func linesOfOneSpecialNumber(length: Int, special: Double) {
            for c in [AxisCase.rows(1, length), .columns(1, length, 20), .rows(2, length).strided] {
                let memory = c.memory { _ in special }
                for reduction in [CK_SUM, CK_MAX, CK_MIN, CK_LOG_SUM_EXP] {
                    #expect(reduce(reduction, c, memory, as: Double.self).allSatisfy { $0.isSame(as: special) })
                }
                for reduction in [CK_ARGMAX, CK_ARGMIN] {
                    #expect(reduce(reduction, c, memory, as: Int64.self).allSatisfy { $0 == 0 })
                }
            }
        }

        /// The error of a sum of n equal numbers grows as log n: a running sum would be off by 10 %.
        @Test func longSumsAreExactEnough() {
            let c = AxisCase.rows(1, 10_000_001)
            let columns = AxisCase.columns(1, 1_000_001, 16)
            for (c, exact) in [(c, 1_000_000.1), (columns, 100_000.1)] {
                let memory = [Float](repeating: 0.1, count: c.span.count)
                let relative = Double(Float(0.1)) / 0.1
                let got = Double(reduce(CK_SUM, c, memory, as: Float.self)[0])
                #expect(abs(got - exact * relative) < exact * 1e-6)
            }
        }

        @Test(arguments: AxisCase.everyLayout + AxisCase.blocks)
        func sameBitsOnAnyMachine(c: AxisCase) {
            let memory = c.memory { Float.random(in: -10...10, using: &$0) }
            for reduction in [CK_SUM, CK_PROD, CK_MAX, CK_LOG_SUM_EXP] {
                expectSameBits { reduceAll(reduction, c, memory, as: UInt32.self) }
            }
            expectSameBits { reduceAll(CK_ARGMAX, c, memory, as: Int64.self) }
        }
    }
}
