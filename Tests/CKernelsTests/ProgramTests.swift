import CKernels
import Testing

extension KernelTests {
    /// `ck_run` on operands of every layout, against one element at a time.
    @Suite struct ProgramTests {
        @Test(arguments: KernelTests.instructionSets, [CK_FLOAT32, CK_FLOAT64, CK_INT32, CK_INT64])
        func randomPrograms(instructionSet: String, compute: ck_dtype) {
            KernelTests.with(instructionSet: instructionSet) {
                for seed in 0..<40 {
                    var generator = SeededGenerator(seed: seed)
                    RandomProgram(compute: compute, using: &generator).check("seed \(seed)")
                }
            }
        }

        /// Large enough for several threads, whose number must not show.
        @Test func anyNumberOfThreads() {
            let rows = 700
            let columns = 900
            let a = Block<Float>(rows * columns) { Float($0 % 977) / 977 - 0.5 }
            let transposed = Operand(data: a.pointer, dtype: CK_FLOAT32, strides: [1, rows])
            let row = Operand(data: a.pointer, dtype: CK_FLOAT32, strides: [0, 1])
            let instructions = [
                ck_instruction(operation: UInt8(CK_exp.rawValue), dst: 3, a: 0, b: 0, c: 0),
                ck_instruction(operation: UInt8(CK_mul.rawValue), dst: 2, a: 3, b: 1, c: 0),
            ]
            let results = (1...4).map { threads in
                let out = Block<Float>(rows * columns) { _ in 0 }
                KernelTests.with(threads: Int32(threads)) {
                    CKernelsTests.run(
                        instructions, registers: 1, compute: CK_FLOAT32, shape: [rows, columns],
                        inputs: [transposed, row],
                        outputs: [Operand(data: out.pointer, dtype: CK_FLOAT32, strides: [columns, 1])])
                }
                return out.elements
            }
            for result in results.dropFirst() { #expect(result == results[0]) }
        }

        /// x = x + x, then y = x·old x: the instruction after the write needs the input as it was.
        @Test(arguments: [1, 16, 5000])
        func inputIsReadAfterItsElementsWereWritten(count: Int) {
            let x = Block<Double>(count) { Double($0) }
            let y = Block<Double>(count) { _ in 0 }
            let place = Operand(data: x.pointer, dtype: CK_FLOAT64, strides: [1])
            CKernelsTests.run(
                [
                    ck_instruction(operation: UInt8(CK_add.rawValue), dst: 1, a: 0, b: 0, c: 0),
                    ck_instruction(operation: UInt8(CK_mul.rawValue), dst: 2, a: 1, b: 0, c: 0),
                ], compute: CK_FLOAT64, shape: [count], inputs: [place],
                outputs: [place, Operand(data: y.pointer, dtype: CK_FLOAT64, strides: [1])])
            for i in 0..<count {
                let before = Double(i)
                #expect(x.elements[i] == 2 * before)
                #expect(y.elements[i] == 2 * before * before)
            }
        }

        /// A sigmoid and its slope, one after the other, run as one row: the bits are those of two.
        @Test(arguments: KernelTests.instructionSets, [1, 3, 8, 15, 16, 17, 33, 700, 5000])
        func sigmoidAndSlope(instructionSet: String, count: Int) {
            func instruction(_ operation: ck_operation, to dst: UInt8) -> ck_instruction {
                ck_instruction(operation: UInt8(operation.rawValue), dst: dst, a: 0, b: 0, c: 0)
            }
            func run<T: BinaryFloatingPoint>(_ compute: ck_dtype, _ type: T.Type) {
                let x = Block<T>(count) { T($0 % 191) - 95 }
                let outputs = (0..<4).map { _ in Block<T>(count) { _ in 7 } }
                func place(_ block: Block<T>) -> Operand {
                    Operand(data: block.pointer, dtype: compute, strides: [1])
                }
                let (value, slope) = (instruction(CK_sigmoid, to: 1), instruction(CK_sigmoid_slope, to: 2))
                CKernelsTests.run(
                    [value, slope], compute: compute, shape: [count], inputs: [place(x)],
                    outputs: [place(outputs[0]), place(outputs[1])])
                for (operation, output) in [(CK_sigmoid, outputs[2]), (CK_sigmoid_slope, outputs[3])] {
                    CKernelsTests.run(
                        [instruction(operation, to: 1)], compute: compute, shape: [count], inputs: [place(x)],
                        outputs: [place(output)])
                }
                #expect(outputs[0].elements == outputs[2].elements && outputs[1].elements == outputs[3].elements)
                // The slope in the place of x.
                CKernelsTests.run(
                    [value, slope], compute: compute, shape: [count], inputs: [place(x)],
                    outputs: [place(outputs[0]), place(x)])
                #expect(outputs[0].elements == outputs[2].elements && x.elements == outputs[3].elements)
            }
            KernelTests.with(instructionSet: instructionSet) {
                run(CK_FLOAT32, Float.self)
                run(CK_FLOAT64, Double.self)
            }
        }

        @Test func nothingIsTouchedWhereAnExtentIsZero() {
            let x = Block<Float>(4) { Float($0) }
            let place = Operand(data: x.pointer, dtype: CK_FLOAT32, strides: [0, 4, 1])
            let negate = ck_instruction(operation: UInt8(CK_neg.rawValue), dst: 1, a: 0, b: 0, c: 0)
            for shape in [[0, 1, 4], [1, 0, 4], [1, 1, 0]] {
                CKernelsTests.run([negate], compute: CK_FLOAT32, shape: shape, inputs: [place], outputs: [place])
            }
            #expect(x.elements == [0, 1, 2, 3])
        }

        @Test func rankZeroIsOneElement() {
            let x = Block<Float>(1) { _ in 3 }
            let place = Operand(data: x.pointer, dtype: CK_FLOAT32, strides: [])
            let addConstant = ck_instruction(operation: UInt8(CK_add.rawValue), dst: 1, a: 0, b: 2, c: 0)
            CKernelsTests.run(
                [addConstant], constants: [0.5], compute: CK_FLOAT32, shape: [], inputs: [place], outputs: [place])
            #expect(x.elements == [3.5])
        }
    }
}

/// Memory that lives as long as this object.
final class Block<T> {
    let buffer: UnsafeMutableBufferPointer<T>
    init(_ count: Int, _ element: (Int) -> T) {
        buffer = .allocate(capacity: count)
        _ = buffer.initialize(from: (0..<count).map(element))
    }
    deinit { buffer.deallocate() }
    var pointer: UnsafeMutableRawPointer { UnsafeMutableRawPointer(buffer.baseAddress!) }
    var elements: [T] { Array(buffer) }
}
