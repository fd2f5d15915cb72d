import CKernels
import Testing

extension KernelTests {
    /// Copies whose operand is contiguous across the rows of the result, and programs that read one so.
    @Suite struct Transposes {
        static let sides = [1, 3, 4, 7, 8, 9, 15, 16, 17, 33, 63, 64, 65, 130]

        /// Of every type, in blocks of bits or, where lines are short, by way of conversions that lose nothing.
        @Test(
            arguments: [CK_UINT8, CK_BOOL, CK_FLOAT16, CK_BFLOAT16, CK_FLOAT32, CK_INT32, CK_FLOAT64, CK_INT64], sides)
        func copies(dtype: ck_dtype, rows: Int) {
            let size = ck_size(dtype)
            for columns in Self.sides {
                // [2, rows, columns] out of [columns + 1, 2, rows + 3]
                let strides = [rows + 3, 1, 2 * (rows + 3)]
                // Numbers of every type, none of them NaN; for bool only what it has.
                let bits: UInt8 = dtype == CK_BOOL ? 1 : 0x3f
                let count = (columns + 1) * 2 * (rows + 3) * size
                let memory = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) & bits }
                let got = copy(memory, size, dtype, [2, rows, columns], strides)
                var expected: [UInt8] = []
                for index in 0..<(2 * rows * columns) {
                    let (i, j, k) = (index / (rows * columns), index / columns % rows, index % columns)
                    let place = (i * strides[0] + j * strides[1] + k * strides[2]) * size
                    expected += memory[place..<(place + size)]
                }
                #expect(got == expected, "\(rows) by \(columns)")
            }
        }

        @Test(arguments: KernelTests.instructionSets, sides)
        func programs(instructionSet: String, rows: Int) {
            KernelTests.with(instructionSet: instructionSet) {
                for columns in Self.sides {
                    check(Float.self, rows, columns)
                    check(Double.self, rows, columns)
                    check(Int32.self, rows, columns)
                }
            }
        }

        /// x + yᵀ
        private func check<T: ComputeType>(_: T.Type, _ rows: Int, _ columns: Int) {
            var x = (0..<(rows * columns)).map { T(Double($0)) }
            var y = (0..<(rows * columns)).map { T(Double($0 * 3)) }
            var got = [T](repeating: T(0.0), count: rows * columns)
            x.withUnsafeMutableBufferPointer { x in
                y.withUnsafeMutableBufferPointer { y in
                    got.withUnsafeMutableBufferPointer { got in
                        let instruction = ck_instruction(operation: UInt8(CK_add.rawValue), dst: 2, a: 0, b: 1, c: 0)
                        run(
                            [instruction], compute: T.dtype, shape: [rows, columns],
                            inputs: [
                                Operand(data: x.baseAddress!, dtype: T.dtype, strides: [columns, 1]),
                                Operand(data: y.baseAddress!, dtype: T.dtype, strides: [1, rows]),
                            ],
                            outputs: [Operand(data: got.baseAddress!, dtype: T.dtype, strides: [columns, 1])])
                    }
                }
            }
            let expected = (0..<(rows * columns)).map { (i: Int) -> T in
                let turned = i % columns * rows + i / columns
                return T(Double(i + 3 * turned))
            }
            #expect(got == expected, "\(rows) by \(columns)")
        }

        private func copy(_ memory: [UInt8], _ size: Int, _ dtype: ck_dtype, _ shape: [Int], _ strides: [Int])
            -> [UInt8]
        {
            var memory = memory
            var result = [UInt8](repeating: 0, count: shape.reduce(size, *))
            memory.withUnsafeMutableBytes { memory in
                result.withUnsafeMutableBytes { result in
                    let instruction = ck_instruction(operation: UInt8(CK_copy.rawValue), dst: 1, a: 0, b: 0, c: 0)
                    let compute =
                        switch dtype {
                        case CK_FLOAT64, CK_INT64: dtype
                        case CK_FLOAT32, CK_FLOAT16, CK_BFLOAT16: CK_FLOAT32
                        default: CK_INT32
                        }
                    run(
                        [instruction], compute: compute, shape: shape,
                        inputs: [Operand(data: memory.baseAddress!, dtype: dtype, strides: strides)],
                        outputs: [Operand(data: result.baseAddress!, dtype: dtype, strides: contiguousStrides(shape))])
                }
            }
            return result
        }
    }
}
