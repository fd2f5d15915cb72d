import CKernels
import Testing

extension KernelTests {
    /// Comparisons that write bools where they belong, without a number in between.
    @Suite struct Comparisons {
        static let operations = (CK_eq.rawValue...CK_ge.rawValue).map { ck_operation($0) }

        @Test(arguments: KernelTests.instructionSets, operations)
        func bytes(instructionSet: String, operation: ck_operation) {
            KernelTests.with(instructionSet: instructionSet) {
                check(operation, Float.self, nan: .nan)
                check(operation, Double.self, nan: .nan)
                check(operation, Int32.self, nan: 0)
                check(operation, Int64.self, nan: 0)
            }
        }

        /// All lengths around a vector and one of several tiles; either operand repeated; into bytes that are not aligned.
        func check<T: ComputeType>(_ operation: ck_operation, _: T.Type, nan: T) {
            for length in Array(0...35) + [63, 64, 65, 3001] {
                var a = (0..<length).map { T(Double($0 * 7 % 5)) }
                var b = (0..<length).map { T(Double($0 * 3 % 5)) }
                for i in stride(from: 2, to: length, by: 11) { (a[i], b[length - 1 - i]) = (nan, nan) }
                for repeats in 0...3 where length > 0 || repeats == 0 {
                    let x = repeats & 1 == 1 ? Array(repeating: a[length / 2], count: length) : a
                    let y = repeats & 2 == 2 ? Array(repeating: b[length / 3], count: length) : b
                    let expected = zip(x, y).map { T.exact(operation, $0, $1, $1)! == T(1) }
                    let got = bools(operation, x, y, repeats, [length], stepOut: 1)
                    #expect(got == expected, "\(T.self), \(length), repeats \(repeats)")
                }
            }
            // Results that do not lie flat go the long way.
            let x = (0..<600).map { T(Double($0 % 13)) }
            let y = (0..<600).map { T(Double($0 % 7)) }
            let expected = zip(x, y).map { T.exact(operation, $0, $1, $1)! == T(1) }
            #expect(bools(operation, x, y, 0, [6, 100], stepOut: 3) == expected)
        }

        func bools<T: ComputeType>(
            _ operation: ck_operation, _ x: [T], _ y: [T], _ repeats: Int, _ shape: [Int], stepOut: Int
        ) -> [Bool] {
            var (x, y) = (x, y)
            var results = [UInt8](repeating: 7, count: x.count * stepOut + 2)
            let strides = contiguousStrides(shape)
            x.withUnsafeMutableBytes { x in
                y.withUnsafeMutableBytes { y in
                    results.withUnsafeMutableBytes { results in
                        let spare = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
                        defer { spare.deallocate() }
                        run(
                            [ck_instruction(operation: UInt8(operation.rawValue), dst: 2, a: 0, b: 1, c: 0)],
                            compute: T.dtype, shape: shape,
                            inputs: [
                                Operand(
                                    data: x.baseAddress ?? spare, dtype: T.dtype,
                                    strides: repeats & 1 == 1 ? shape.map { _ in 0 } : strides),
                                Operand(
                                    data: y.baseAddress ?? spare, dtype: T.dtype,
                                    strides: repeats & 2 == 2 ? shape.map { _ in 0 } : strides),
                            ],
                            outputs: [
                                Operand(
                                    data: results.baseAddress! + 1, dtype: CK_BOOL,
                                    strides: strides.map { $0 * stepOut })
                            ])
                    }
                }
            }
            #expect(results[0] == 7 && results.last == 7, "nothing else is written")
            let bytes = (0..<x.count).map { results[1 + $0 * stepOut] }
            #expect(bytes.allSatisfy { $0 <= 1 })
            return bytes.map { $0 == 1 }
        }
    }
}
