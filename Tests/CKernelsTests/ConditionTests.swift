import CKernels
import Foundation
import Testing

extension KernelTests {
    /// `where`, which reads bools where they lie, without a number in between.
    @Suite struct Conditions {
        @Test(arguments: KernelTests.instructionSets)
        func bools(instructionSet: String) {
            KernelTests.with(instructionSet: instructionSet) {
                check(Float.self, nan: .nan)
                check(Double.self, nan: .nan)
                check(Int32.self, nan: 3)
                check(Int64.self, nan: 3)
            }
        }

        /// All lengths around a vector and one of several tiles; any operands repeated; onto either one; a mask that is not aligned.
        func check<T: ComputeType>(_: T.Type, nan: T) {
            for length in Array(1...35) + [63, 64, 65, 3001] {
                let choice = Choice<T>(length) { $0 * 5 % 3 == 0 }
                choice.x[length / 2] = nan
                for repeats in 0...7 {
                    let expected = (0..<length).map { i -> T in
                        let isTrue = choice.mask[repeats & 1 == 1 ? 0 : i] != 0
                        return isTrue ? choice.x[repeats & 2 == 2 ? 0 : i] : choice.y[repeats & 4 == 4 ? 0 : i]
                    }
                    for into in [0, 1, 2] where into == 0 || repeats >> into & 1 == 0 {
                        let got = choice.made(shape: [length], repeats: repeats, into: into)
                        let isSame = zip(got, expected).allSatisfy { $0.isSame(as: $1) }
                        #expect(isSame, "\(T.self), \(length), repeats \(repeats), into \(into)")
                    }
                }
            }
            // Conditions that do not lie flat go the long way, and so does one that is a number too.
            let choice = Choice<T>(600) { $0 % 7 < 3 }
            let turned = choice.made(shape: [6, 100], maskStrides: [1, 6])
            let ones = choice.made(shape: [600], first: 0)
            for i in 0..<600 {
                let place = i / 100 + i % 100 * 6
                #expect(turned[i] == (choice.mask[place] == 0 ? choice.y[i] : choice.x[i]))
                #expect(ones[i] == (choice.mask[i] == 0 ? choice.y[i] : T(1)))
            }
        }

        /// More than the caches hold goes past them, but for the end of the last line: so do bools, small as they are.
        @Test(arguments: KernelTests.instructionSets)
        func large(instructionSet: String) {
            KernelTests.with(instructionSet: instructionSet) {
                check(Float.self)
                check(Double.self)
            }
            func check<T: ComputeType>(_: T.Type) {
                let period = 7 * 11 * 64
                let count = (56 << 20) / (2 * MemoryLayout<T>.stride + 1) / period * period + 37
                let choice = Choice<T>(count) { _ in false }
                for i in 0..<period { (choice.x[i], choice.y[i]) = (T(Double(i % 11)), T(Double(i % 7))) }
                choice.repeatFirst(period)
                let mask = Operand(data: choice.mask.baseAddress!, dtype: CK_BOOL, strides: [1])
                run(
                    [ck_instruction(operation: UInt8(CK_gt.rawValue), dst: 2, a: 0, b: 1, c: 0)], compute: T.dtype,
                    shape: [count], inputs: [choice.operand(choice.x), choice.operand(choice.y)], outputs: [mask])
                let largest = choice.made(shape: [count])
                for i in 0..<period {
                    #expect(choice.mask[i] == (i % 11 > i % 7 ? 1 : 0) && largest[i] == T(Double(max(i % 11, i % 7))))
                }
                for first in stride(from: 0, to: count, by: period) {
                    let end = min(first + period, count)
                    #expect(memcmp(choice.mask.baseAddress! + first, choice.mask.baseAddress!, end - first) == 0)
                    #expect(largest[first..<end].elementsEqual(largest[..<(end - first)]))
                }
                #expect(choice.mask[count] == 7)
            }
        }
    }
}

/// A mask and two operands, 0, 1, 2 and so on and their negatives, each with one element more that is not to be written.
private final class Choice<T: ComputeType> {
    let mask: UnsafeMutableBufferPointer<UInt8>
    let x, y, result: UnsafeMutableBufferPointer<T>
    let count: Int
    private let memory: [UnsafeMutableRawBufferPointer]

    init(_ count: Int, _ isTrue: (Int) -> Bool) {
        self.count = count
        memory = (0..<4).map { _ in .allocate(byteCount: (count + 1) * MemoryLayout<T>.stride + 1, alignment: 64) }
        // Of a small one, the mask is not aligned.
        let start = memory[0].baseAddress! + (count < 1 << 20 ? 1 : 0)
        mask = UnsafeMutableBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count + 1)
        let numbers = memory.map { UnsafeMutableBufferPointer(rebasing: $0.bindMemory(to: T.self)[...count]) }
        (x, y, result) = (numbers[1], numbers[2], numbers[3])
        for i in 0..<min(count, 5000) { (mask[i], x[i], y[i]) = (isTrue(i) ? 1 : 0, T(Double(i)), T(Double(-i))) }
        (mask[count], x[count], y[count], result[count]) = (7, T(77), T(77), T(77))
    }

    deinit { for part in memory { part.deallocate() } }

    /// Has the first elements again and again.
    func repeatFirst(_ period: Int) {
        for numbers in [x, y] {
            for first in stride(from: period, to: count, by: period) {
                (numbers.baseAddress! + first).update(from: numbers.baseAddress!, count: min(period, count - first))
            }
        }
    }

    func operand(_ numbers: UnsafeMutableBufferPointer<T>, _ strides: [Int] = [1]) -> Operand {
        Operand(data: numbers.baseAddress!, dtype: T.dtype, strides: strides)
    }

    /// Operands of `where`, on copies of themselves.
    ///
    /// - Parameters:
    ///   - repeats: bits of the operands that are their first element.
    ///   - into: which operand is written; 0 for none.
    ///   - first: what is taken where the mask is true.
    func made(
        shape: [Int], repeats: Int = 0, into: Int = 0, maskStrides: [Int]? = nil, first: UInt8 = 1
    ) -> [T] {
        let strides = (0..<3).map { repeats >> $0 & 1 == 1 ? shape.map { _ in 0 } : contiguousStrides(shape) }
        let numbers = [x, y]
        let before = numbers.map { Array($0) }
        let written = into == 0 ? result : numbers[into - 1]
        let condition = Operand(data: mask.baseAddress!, dtype: CK_BOOL, strides: maskStrides ?? strides[0])
        run(
            [ck_instruction(operation: UInt8(CK_where.rawValue), dst: 3, a: 0, b: first, c: 2)], compute: T.dtype,
            shape: shape, inputs: [condition, operand(x, strides[1]), operand(y, strides[2])],
            outputs: [operand(written, contiguousStrides(shape))])
        let made = Array(written)
        #expect(made.last == T(77), "nothing is written past the end")
        for (number, values) in zip(numbers, before) { _ = number.update(from: values) }
        return made.dropLast()
    }
}
