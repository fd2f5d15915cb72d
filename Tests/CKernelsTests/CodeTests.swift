import CKernels
import Foundation
import Testing

extension KernelTests {
    /// Programs as machine code: the bits of the same programs run row by row.
    @Suite struct CodeTests {
        private static let compiling = instructionSets.filter { $0.hasPrefix("avx") }
        private static let isCompiled = !compiling.isEmpty

        @Test(arguments: [CK_FLOAT32, CK_FLOAT64], 0..<4) func sameBitsAsRows(compute: ck_dtype, part: Int) {
            for seed in stride(from: part, to: 160, by: 4) {
                for set in Self.compiling {
                    with(instructionSet: set) {
                        if compute == CK_FLOAT32 {
                            DrawnProgram<Float>(seed: seed).check(set)
                        } else {
                            DrawnProgram<Double>(seed: seed).check(set)
                        }
                    }
                }
            }
        }

        /// Selections by truths and by numbers, of operands, constants and zeros, which have instructions of their own.
        @Test(arguments: [CK_FLOAT32, CK_FLOAT64]) func selections(compute: ck_dtype) {
            for set in Self.compiling {
                with(instructionSet: set) {
                    if compute == CK_FLOAT32 {
                        for program in DrawnProgram<Float>.selections { program.check(set) }
                    } else {
                        for program in DrawnProgram<Double>.selections { program.check(set) }
                    }
                }
            }
        }

        /// Programs are compiled where they may be, and not where they are short, or where it is forbidden.
        @Test func whatIsCompiled() {
            let program = DrawnProgram<Float>(seed: 1, count: 5000)
            let compiled = [0, 5000, 20_000, .max].map { program.run(from: $0).compiled }
            #expect(compiled == [Self.isCompiled, Self.isCompiled, false, false])
            // Often is as good as long.
            let often = program.run(from: 20_000, times: 5)
            #expect(often.compiled == Self.isCompiled && often.bits == program.run(from: .max).bits)
            let onBaseline = with(instructionSet: "baseline") { program.run(from: 0).compiled }
            #expect(!onBaseline)
        }

        /// Pieces of a loop have room on a small thread's stack for as many registers as one may have.
        @Test func manyRegisters() async {
            await #expect(processExitsWith: .success) {
                let over = DispatchSemaphore(value: 0)
                let thread = Thread {
                    #expect(DrawnProgram<Double>.chain(registers: 31, count: 9000).isSame())
                    over.signal()
                }
                thread.stackSize = 256 << 10
                thread.start()
                over.wait()
            }
        }

        /// Several threads that want the same code for the first time.
        @Test func callersAtOnce() {
            let program = DrawnProgram<Float>(seed: 2, count: 5000)
            let expected = program.run(from: .max).bits
            for _ in 0..<20 {
                let agree = program.runAtOnce(callers: 4).allSatisfy { $0 == expected }
                #expect(agree)
            }
        }
    }
}

/// A program of instructions that can be machine code, and few others, on operands full of special numbers.
private struct DrawnProgram<T: ComputeType & BinaryFloatingPoint> {
    static var operations: [ck_operation] {
        [
            CK_copy, CK_neg, CK_abs, CK_sign, CK_sqrt, CK_rsqrt, CK_reciprocal, CK_square, CK_floor, CK_ceil, CK_trunc,
            CK_round, CK_isnan, CK_add, CK_sub, CK_mul, CK_div, CK_chain, CK_maximum, CK_minimum, CK_eq, CK_ne, CK_lt,
            CK_le, CK_gt, CK_ge, CK_where, CK_clamp, CK_exp, CK_sigmoid, CK_sigmoid_slope, CK_tanh, CK_softplus,
            CK_logaddexp, CK_log1p, CK_log, CK_pow,
        ]
    }
    /// What often follows an operation, of its result or of its operand: then an exponential is of no positive number, a logarithm
    /// of one near 1, or two functions share what they compute.
    static func follower(of operation: ck_operation) -> (operation: ck_operation, readsResult: Bool)? {
        switch operation {
        case CK_abs: (CK_neg, true)
        case CK_neg: (CK_exp, true)
        case CK_exp: (CK_log1p, true)
        case CK_sigmoid: (CK_sigmoid_slope, false)
        case CK_sigmoid_slope: (CK_sigmoid, false)
        default: nil
        }
    }
    static var specials: [Double] {
        [0, -0.0, 1, -1, .nan, .infinity, -.infinity, 0.5, 1.5, -2.5, 2, 1e-40, 3e38, -7]
    }

    let seed: Int, count: Int
    var inputs: [Block<T>] = []
    var repeats: [Bool] = []
    var outputs = 1, registers = 1
    var constants: [Double] = []
    var instructions: [ck_instruction] = []

    init(seed: Int, count: Int? = nil) {
        var generator = SeededGenerator(seed: seed)
        self.seed = seed
        // Small and round ones are run as code without a plan, once there is code.
        self.count = count ?? (seed % 3 == 0 ? 8 * (1 + generator.below(128)) : 1 + generator.below(5000))
        for _ in 0...generator.below(4) {
            let block = Block<T>(self.count) { _ in
                let number = Double(generator.below(8000)) / 1000 - 4
                return T(
                    generator.below(3) == 0
                        ? Self.specials[generator.below(14)] : generator.below(4) == 0 ? 250 * number : number)
            }
            inputs.append(block)
            repeats.append(generator.below(4) == 0)
        }
        outputs = 1 + generator.below(3)
        registers = 1 + generator.below(20)
        constants = (0..<generator.below(4)).map { _ in Self.specials[generator.below(14)] }
        let firstRegister = inputs.count + outputs + constants.count
        var readable = Array(0..<inputs.count) + Array(inputs.count + outputs..<firstRegister)
        var targets = (0..<2 + generator.below(30)).map { _ in firstRegister + generator.below(registers) }
        for output in 0..<outputs { targets.insert(inputs.count + output, at: generator.below(targets.count + 1)) }
        for target in targets {
            var from = (0..<3).map { _ in UInt8(readable[generator.below(readable.count)]) }
            var operation = Self.operations[generator.below(Self.operations.count)]
            if let last = instructions.last, generator.below(2) == 0,
                let follower = Self.follower(of: ck_operation(UInt32(last.operation)))
            {
                operation = follower.operation
                from[0] = follower.readsResult ? last.dst : last.a
            }
            instructions.append(
                ck_instruction(
                    operation: UInt8(operation.rawValue), dst: UInt8(target), a: from[0], b: from[1], c: from[2]))
            if !readable.contains(target) { readable.append(target) }
        }
    }

    /// where(mask, yes, no), the mask being an operand or a comparison, and the others every mixture of an operand, 0 and a constant.
    static var selections: [Self] {
        let (x, y, out, zero, other, truth) = (UInt8(0), UInt8(1), UInt8(2), UInt8(3), UInt8(4), UInt8(5))
        var programs: [Self] = []
        for mask in [x, truth] {
            for (yes, no) in [x, y, zero, other].flatMap({ yes in [x, y, zero, other].map { (yes, $0) } }) {
                var program = Self(seed: 3, count: 77)
                program.inputs = [0.0, 1].map { shift in
                    Block(77) { i in T(i % 5 == 0 ? specials[i % 14] : Double(i % 7) - 3 * shift) }
                }
                (program.repeats, program.outputs, program.registers) = ([false, false], 1, 1)
                program.constants = [0, 2.5]
                program.instructions = [
                    ck_instruction(operation: UInt8(CK_gt.rawValue), dst: truth, a: x, b: y, c: 0),
                    ck_instruction(operation: UInt8(CK_where.rawValue), dst: out, a: mask, b: yes, c: no),
                ]
                programs.append(program)
            }
        }
        return programs
    }

    /// x + 1 + 1 and so on, every sum in a register of its own.
    static func chain(registers: Int, count: Int) -> Self {
        var program = Self(seed: 3, count: count)
        program.inputs = [Block(count) { T(Double($0 % 100)) }]
        (program.repeats, program.outputs, program.registers, program.constants) = ([false], 1, registers, [1])
        program.instructions = (0...registers).map { i in
            ck_instruction(
                operation: UInt8(CK_add.rawValue), dst: UInt8(i == registers ? 1 : 3 + i), a: UInt8(i == 0 ? 0 : 2 + i),
                b: 2, c: 2)
        }
        return program
    }

    /// Whether code gives the bits of rows.
    func isSame() -> Bool { run(from: 0).bits == run(from: .max).bits }

    struct Outcome { var bits: [UInt64], compiled: Bool }

    /// All outputs, and the parts of the sum of the first; compiled from so many elements on.
    func run(from elements: Int64, times: Int = 1) -> Outcome {
        ck_compile_from(elements)
        defer { ck_compile_from(-1) }
        var codes = ck_codes()
        defer { ck_forget_code(&codes) }
        var bits: [UInt64] = []
        for _ in 0..<times { bits = withUnsafeMutablePointer(to: &codes) { run($0) } }
        return Outcome(bits: bits, compiled: codes.first != nil)
    }

    /// The same from several threads, with code that none of them finds made.
    func runAtOnce(callers: Int) -> [[UInt64]] {
        ck_compile_from(0)
        defer { ck_compile_from(-1) }
        var codes = ck_codes()
        defer { ck_forget_code(&codes) }
        let results = Block<[UInt64]>(callers) { _ in [] }
        withUnsafeMutablePointer(to: &codes) { codes in
            nonisolated(unsafe) let (codes, results, program) = (codes, results.buffer, self)
            DispatchQueue.concurrentPerform(iterations: callers) { results[$0] = program.run(codes) }
        }
        return results.elements
    }

    private func run(_ codes: UnsafeMutablePointer<ck_codes>) -> [UInt64] {
        // With some elements more, that stay as they are.
        let blocks = (0..<outputs).map { _ in Block<T>(count + 40) { _ in 77 } }
        var operands = zip(inputs, repeats).map {
            Operand(data: $0.pointer, dtype: T.dtype, strides: [$1 ? 0 : 1]).c
        }
        operands += blocks.map { Operand(data: $0.pointer, dtype: T.dtype, strides: [1]).c }
        var shape = Int64(count)
        let sums = Block<T>(count) { _ in 0 }
        instructions.withUnsafeBufferPointer { instructions in
            constants.withUnsafeBufferPointer { constants in
                var program = ck_program(
                    inputs: Int32(inputs.count), outputs: Int32(outputs), constants: Int32(constants.count),
                    registers: Int32(registers), count: Int32(instructions.count),
                    constant_values: constants.baseAddress, instructions: instructions.baseAddress, codes: codes)
                ck_run(&program, T.dtype, 1, &shape, operands)
                operands[inputs.count].data = UnsafeMutableRawPointer(sums.pointer)
                ck_run_reduced(CK_SUM, &program, T.dtype, 1, &shape, 0, operands)
            }
        }
        // Which NaN it is depends on the processor.
        return (blocks + [sums]).flatMap { $0.elements.map { $0.isNaN ? .max : Double($0).bitPattern } }
    }

    func check(_ set: String) {
        let rows = run(from: .max)
        let code = run(from: 0, times: 2)
        if let i = zip(rows.bits, code.bits).enumerated().first(where: { $1.0 != $1.1 })?.offset {
            let result = "element \(i % (count + 40)) of result \(i / (count + 40)), of \(count)"
            Issue.record("\(set), seed \(seed): \(result): \(instructions)")
        }
    }
}
