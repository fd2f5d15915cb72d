import CKernels
import Foundation
import Testing

/// A kernel whose result is contiguous [outer, length, inner].
func wholeResult<T>(_ c: AxisCase, _ memory: [T], _ kernel: (UnsafePointer<T>, UnsafeMutablePointer<T>) -> Void) -> [T]
{
    let count = c.outer * c.length * c.inner
    return [T](unsafeUninitializedCapacity: count + 1) { buffer, initialized in
        c.withMemory(memory) { kernel($0, buffer.baseAddress!) }
        initialized = count
    }
}

/// The lines of its result that are checked.
func alongAxis<T>(_ c: AxisCase, _ memory: [T], _ kernel: (UnsafePointer<T>, UnsafeMutablePointer<T>) -> Void) -> [[T]]
{
    AxisCase.columns(c.outer, c.length, c.inner).lines(of: wholeResult(c, memory, kernel))
}

func softmax<T: ComputeType>(_ c: AxisCase, _ memory: [T], logarithm: Bool = false) -> [[T]] {
    alongAxis(c, memory) { ck_softmax(logarithm, T.dtype, c.axis, $0, $1) }
}

extension KernelTests {
    @Suite struct Softmax {
        /// Long columns: rows in several pieces, and results that are written past the caches, of overlapping columns lest the
        /// memory be as large.
        static let long = [
            AxisCase.columns(1, 600, 2100), .columns(3, 1400, 70), .columns(1, 1100, 90).strided,
            .overlapping(1100, 4090),
        ]
        /// Rows that are turned in bundles, all whose lengths fill a line and some that do not, and what is left of a bundle.
        static let short = [1, 4, 7, 8, 10, 16, 17, 31, 32].flatMap { length in
            [AxisCase.rows(130, length), .rows(67, length).with(name: "apart", outer: 2), .rows(70, length).reversed]
        }
        static let cases = AxisCase.small + AxisCase.everyLayout + AxisCase.blocks + long + short

        @Test(arguments: cases, [false, true])
        func softmaxes(c: AxisCase, logarithm: Bool) {
            expectSoftmax(c, c.memory { Float.random(in: -20...20, using: &$0) }, logarithm)
            expectSoftmax(c, c.memory { Double.random(in: -20...20, using: &$0) }, logarithm)
        }

        /// Maxima that rise along the line, by little, by much, or from minus infinity, and infinities in the first third.
        @Test(
            arguments: [
                AxisCase.rows(1, 190), .rows(20, 5), .columns(1, 150, 40), .columns(1, 71, 3),
                .columns(2, 90, 50).strided,
            ], [0.3, 3, 40, -40])
        func risingSoftmaxes(c: AxisCase, step: Double) {
            for first in [0.0, -.infinity] {
                for logarithm in [false, true] {
                    let memory = c.rising(by: step, first: first)
                    expectSoftmax(c, memory, logarithm)
                    expectSoftmax(c, memory.map { Double($0) }, logarithm)
                }
            }
        }

        /// Against wider arithmetic: within what the sum and the distance from the maximum may be off by, and what is subnormal half
        /// a unit more.
        func expectSoftmax<T: ComputeType & BinaryFloatingPoint>(_ c: AxisCase, _ memory: [T], _ logarithm: Bool) {
            for (got, line) in zip(softmax(c, memory, logarithm: logarithm), c.lines(of: memory)) {
                let wide = line.map { Wide($0) }
                let largest = wide.max() ?? 0
                if wide.contains(where: \.isNaN) || largest.isInfinite {
                    #expect(got.allSatisfy { $0.isNaN })
                    continue
                }
                let sum = wide.reduce(0) { $0 + exp($1 - largest) }
                for (g, x) in zip(got, wide) {
                    let exact = logarithm ? x - largest - log(sum) : exp(x - largest) / sum
                    let bound =
                        logarithm
                        ? Wide(T.ulpOfOne) * max(40, abs(exact))
                        : max(30, largest - x) * Wide(T.ulpOfOne) * exact + 0.51 * Wide(T.leastNonzeroMagnitude)
                    #expect(Wide(g) == exact || abs(Wide(g) - exact) <= bound)
                }
            }
        }

        /// Nothing is read or written behind the last element: memory ends there.
        @Test(arguments: short + [.rows(5, 100), .columns(1, 9, 70), .columns(3, 40, 3), .transposed(40, 10)])
        func endOfMemory(c: AxisCase) {
            check(c.memory { Float.random(in: -2...2, using: &$0) })
            check(c.memory { Double.random(in: -2...2, using: &$0) })

            func check<T: ComputeType>(_ memory: [T]) {
                let count = c.outer * c.length * c.inner
                let result = withMemoryBeforeAGap(of: count, T.self) { out in
                    withMemoryBeforeAGap(of: memory.count, T.self) { start in
                        start.update(from: memory, count: memory.count)
                        ck_softmax(false, T.dtype, c.axis, start - c.span.lowerBound, out)
                    }
                    return Array(UnsafeBufferPointer(start: out, count: count))
                }
                #expect(result == wholeResult(c, memory) { ck_softmax(false, T.dtype, c.axis, $0, $1) })
            }
        }

        /// What PyTorch gives: NaN where the maximum is infinite or a NaN is among the elements.
        @Test(arguments: [false, true], [3, 20, 2000, 17_000])
        func specialNumbers(logarithm: Bool, length: Int) {
            for c in [
                AxisCase.rows(1, length), .columns(1, length, 2), .columns(1, length, 17), .rows(1, length).strided,
            ] {
                for special in [Float.nan, .infinity] {
                    var memory = c.memory { _ in Float(1) }
                    memory[c.place(0, length / 2, 0)] = special
                    #expect(softmax(c, memory, logarithm: logarithm)[0].allSatisfy { $0.isNaN })
                }
                #expect(softmax(c, c.memory { _ in -Float.infinity }, logarithm: logarithm)[0].allSatisfy { $0.isNaN })
                var memory = c.memory { _ in Float(1) }
                memory[c.place(0, length / 2, 0)] = -.infinity
                #expect(softmax(c, memory, logarithm: logarithm)[0][length / 2] == (logarithm ? -.infinity : 0))
            }
        }

        /// What is subnormal in the end is rounded once. (float32 takes ln 2 to be a float32, which is off by 2^-28 of it.)
        @Test(arguments: [AxisCase.rows(1, 40), .columns(1, 40, 20), .rows(1, 40).strided, .columns(1, 4000, 70)])
        func subnormalResults(c: AxisCase) {
            let floats = c.memory { -Float.random(in: 85...106, using: &$0) }
            check(floats)
            check(floats.map { 7 * Double($0) })

            func check<T: ComputeType & BinaryFloatingPoint>(_ memory: [T]) {
                var memory = memory
                memory[c.place(0, 0, 0)] = 0
                for (g, x) in zip(softmax(c, memory)[0], c.lines(of: memory)[0]) {
                    let exact = exp(Wide(x))
                    let relative = 2 * Wide(T.ulpOfOne) + (T.self == Float.self ? -0x1p-28 * Wide(x) : 0)
                    #expect(abs(Wide(g) - exact) <= 0.51 * Wide(T.leastNonzeroMagnitude) + relative * exact)
                }
            }
        }

        @Test(arguments: cases)
        func cumulativeSums(c: AxisCase) {
            let integers = c.memory { Int32.random(in: .min ... .max, using: &$0) }
            let sums = alongAxis(c, integers) { ck_cumulative_sum(CK_INT32, c.axis, $0, $1) }
            #expect(sums == c.lines(of: integers).map { runningSums($0, &+) })
            let longs = integers.map { Int64($0) << 31 }
            let longSums = alongAxis(c, longs) { ck_cumulative_sum(CK_INT64, c.axis, $0, $1) }
            #expect(longSums == c.lines(of: longs).map { runningSums($0, &+) })
            let doubles = c.memory { Double.random(in: -1...1, using: &$0) }
            let doubleSums = alongAxis(c, doubles) { ck_cumulative_sum(CK_FLOAT64, c.axis, $0, $1) }
            #expect(doubleSums == c.lines(of: doubles).map { runningSums($0, +) })
            // float32 sums are those of float64, rounded.
            let floats = doubles.map { Float($0) }
            let floatSums = alongAxis(c, floats) { ck_cumulative_sum(CK_FLOAT32, c.axis, $0, $1) }
            #expect(floatSums == c.lines(of: floats).map { runningSums($0.map(Double.init), +).map { Float($0) } })
        }

        @Test(arguments: AxisCase.everyLayout + AxisCase.blocks + long, [false, true])
        func sameBitsOnAnyMachine(c: AxisCase, logarithm: Bool) {
            let memory = c.memory { Float.random(in: -10...10, using: &$0) }
            expectSameBits { wholeResult(c, memory) { ck_softmax(logarithm, CK_FLOAT32, c.axis, $0, $1) } }
        }
    }
}

/// Calls `body` with room for `count` elements, behind which no access is allowed.
func withMemoryBeforeAGap<T, R>(of count: Int, _: T.Type, _ body: (UnsafeMutablePointer<T>) -> R) -> R {
    let page = Int(getpagesize())
    let bytes = count * MemoryLayout<T>.stride
    let room = (bytes + page - 1) / page * page
    let start = mmap(nil, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)!
    precondition(start != MAP_FAILED && mprotect(start + room, page, PROT_NONE) == 0)
    defer { munmap(start, room + page) }
    return body((start + (room - bytes)).assumingMemoryBound(to: T.self))
}

func runningSums<T: ExpressibleByIntegerLiteral>(_ line: [T], _ add: (T, T) -> T) -> [T] {
    var sum: T = 0
    return line.map { x in
        sum = add(sum, x)
        return sum
    }
}
