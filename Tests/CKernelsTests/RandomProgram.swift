import CKernels
import Testing

/// A program of a few instructions on operands of random shapes, layouts and dtypes. All values are small whole numbers, so
/// that every order of evaluation and every dtype gives the same.
struct RandomProgram {
    let compute: ck_dtype, shape: [Int]
    var operands: [(memory: Block<UInt8>, operand: Operand)] = []
    var inputs = 0, outputs = 0, registers = 0
    var constants: [Double] = []
    var instructions: [ck_instruction] = []

    init(compute: ck_dtype, using generator: inout SeededGenerator) {
        self.compute = compute
        let extents = [[1, 2, 3, 5], [1, 3, 17, 64], [1, 2, 1300, 3]].randomElement(using: &generator)!
        let drawn = (0..<Int.random(in: 0...4, using: &generator)).map { _ in extents.randomElement(using: &generator)!
        }
        shape = drawn.reduce(1, *) > 4000 ? [50, 70] : drawn

        inputs = Int.random(in: 1...4, using: &generator)
        outputs = Int.random(in: 1...2, using: &generator)
        registers = Int.random(in: 0...3, using: &generator)
        constants = (0..<Int.random(in: 0...2, using: &generator)).map { Double($0 + 2) }
        let inputTypes = (0..<CK_DTYPE_COUNT.rawValue).map { ck_dtype($0) }
        for i in 0..<inputs + outputs {
            let mixed = Int.random(in: 0..<3, using: &generator) == 0
            let types = i < inputs ? inputTypes : [CK_FLOAT32, CK_FLOAT64, CK_INT32, CK_INT64, CK_BOOL]
            let dtype = mixed ? types.randomElement(using: &generator)! : compute
            if i == inputs, operands[0].operand.dtype == dtype, !operands[0].operand.repeatsMemory(in: shape),
                Bool.random(using: &generator)
            {
                operands.append(operands[0])  // in place
            } else {
                operands.append(Self.operand(dtype, shape: shape, repeats: i < inputs, using: &generator))
            }
        }
        addInstructions(using: &generator)
    }

    /// Each output is written at least once; anything that holds a value is read anywhere.
    private mutating func addInstructions(using generator: inout SeededGenerator) {
        let operations = [CK_add, CK_sub, CK_mul, CK_maximum, CK_lt, CK_where, CK_copy, CK_abs]
        let firstConstant = inputs + outputs
        let firstRegister = firstConstant + constants.count
        var readable = Array(0..<inputs) + Array(firstConstant..<firstRegister)
        let targets = Array(firstRegister..<firstRegister + registers) + Array(inputs..<firstConstant)
        for target in targets {
            let from = (0..<3).map { _ in UInt8(readable.randomElement(using: &generator)!) }
            let operation = operations.randomElement(using: &generator)!
            instructions.append(
                ck_instruction(
                    operation: UInt8(operation.rawValue), dst: UInt8(target), a: from[0], b: from[1], c: from[2]))
            readable.append(target)
        }
    }

    /// Dimensions in any order in memory, some with gaps, some backwards, some repeated.
    private static func operand(
        _ dtype: ck_dtype, shape: [Int], repeats: Bool, using generator: inout SeededGenerator
    ) -> (memory: Block<UInt8>, operand: Operand) {
        var strides = [Int](repeating: 0, count: shape.count)
        var extent = 1
        var origin = 0
        let order = Bool.random(using: &generator) ? Array(shape.indices) : shape.indices.shuffled(using: &generator)
        for d in order.reversed() {
            if repeats && Int.random(in: 0..<4, using: &generator) == 0 { continue }
            let step = [1, 1, 1, 1, 2].randomElement(using: &generator)!
            let backwards = Int.random(in: 0..<6, using: &generator) == 0
            strides[d] = extent * step * (backwards ? -1 : 1)
            if backwards { origin += (shape[d] - 1) * extent * step }
            extent *= shape[d] * step
        }
        let size = ck_size(dtype)
        let memory = Block<UInt8>(extent * size) { _ in 0 }
        for i in 0..<extent { write(Double((i &* 7) % 5), to: memory.pointer, dtype, at: i) }
        return (memory, Operand(data: memory.pointer + origin * size, dtype: dtype, strides: strides))
    }

    /// Runs it, and compares every output element.
    func check(_ label: Comment) {
        var places = shape.map { _ in 0 }
        var expected: [[Double]] = []
        for _ in 0..<shape.reduce(1, *) {
            expected.append(evaluate(at: places))
            for d in shape.indices.reversed() {
                places[d] += 1
                if places[d] < shape[d] { break }
                places[d] = 0
            }
        }
        run(
            instructions, constants: constants, registers: registers, compute: compute, shape: shape,
            inputs: operands.prefix(inputs).map(\.operand), outputs: operands.suffix(outputs).map(\.operand))
        for values in expected {
            for (output, value) in zip(operands.suffix(outputs), values) {
                let operand = output.operand
                let index = zip(places, operand.strides).reduce(0) { $0 + $1.0 * $1.1 }
                let stored = operand.dtype == CK_BOOL ? (value != 0 ? 1 : 0) : value
                let found = read(operand.data, operand.dtype, at: index)
                if found != stored {
                    Issue.record(
                        "\(found), not \(stored), at \(places) of \(shape): \(self)", sourceLocation: #_sourceLocation)
                    return
                }
            }
            for d in shape.indices.reversed() {
                places[d] += 1
                if places[d] < shape[d] { break }
                places[d] = 0
            }
        }
    }

    /// The values of the outputs at one index.
    private func evaluate(at index: [Int]) -> [Double] {
        var values = operands.prefix(inputs).map { _, operand in
            read(operand.data, operand.dtype, at: zip(index, operand.strides).reduce(0) { $0 + $1.0 * $1.1 })
        }
        values += [Double](repeating: .nan, count: outputs) + constants + [Double](repeating: .nan, count: registers)
        for i in instructions {
            let (a, b, c) = (values[Int(i.a)], values[Int(i.b)], values[Int(i.c)])
            values[Int(i.dst)] = Double.exact(ck_operation(UInt32(i.operation)), a, b, c)!
        }
        return Array(values[inputs..<inputs + outputs])
    }
}

extension Operand {
    /// Whether several elements of a loop over `shape` are the same memory.
    func repeatsMemory(in shape: [Int]) -> Bool { zip(shape, strides).contains { $0 > 1 && $1 == 0 } }
}

/// An element as a number.
func read(_ data: UnsafeRawPointer, _ dtype: ck_dtype, at index: Int) -> Double {
    switch dtype {
    case CK_FLOAT32: Double(data.load(fromByteOffset: index * 4, as: Float.self))
    case CK_FLOAT64: data.load(fromByteOffset: index * 8, as: Double.self)
    case CK_INT32: Double(data.load(fromByteOffset: index * 4, as: Int32.self))
    case CK_INT64: Double(data.load(fromByteOffset: index * 8, as: Int64.self))
    case CK_FLOAT16: Double(data.load(fromByteOffset: index * 2, as: Float16.self))
    case CK_BFLOAT16: Double(Float(bitPattern: UInt32(data.load(fromByteOffset: index * 2, as: UInt16.self)) << 16))
    default: Double(data.load(fromByteOffset: index, as: UInt8.self))
    }
}

/// Stores a whole number that the dtype has; as a bool, whether it is not 0.
func write(_ value: Double, to data: UnsafeMutableRawPointer, _ dtype: ck_dtype, at index: Int) {
    switch dtype {
    case CK_FLOAT32: data.storeBytes(of: Float(value), toByteOffset: index * 4, as: Float.self)
    case CK_FLOAT64: data.storeBytes(of: value, toByteOffset: index * 8, as: Double.self)
    case CK_INT32: data.storeBytes(of: Int32(value), toByteOffset: index * 4, as: Int32.self)
    case CK_INT64: data.storeBytes(of: Int64(value), toByteOffset: index * 8, as: Int64.self)
    case CK_FLOAT16: data.storeBytes(of: Float16(value), toByteOffset: index * 2, as: Float16.self)
    case CK_BFLOAT16:
        data.storeBytes(of: UInt16(Float(value).bitPattern >> 16), toByteOffset: index * 2, as: UInt16.self)
    case CK_BOOL: data.storeBytes(of: value != 0 ? 1 : 0, toByteOffset: index, as: UInt8.self)
    default: data.storeBytes(of: UInt8(value), toByteOffset: index, as: UInt8.self)
    }
}
