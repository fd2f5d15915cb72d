import CKernels
@_exported import TestSupport
import Testing

/// The table of operations.
let allOperations = (0..<CK_OPERATION_COUNT.rawValue).map { ck_operation($0) }

extension ck_operation {
    var info: ck_operation_info { ck_describe(self) }

    /// Whether it has a row for this type.
    func isDefined<T: ComputeType>(for _: T.Type) -> Bool {
        T.dtype == CK_FLOAT32 || T.dtype == CK_FLOAT64 ? !info.whole : !info.real
    }
}

/// `shape` strides of a contiguous tensor.
func contiguousStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for d in shape.indices.dropLast().reversed() { strides[d] = strides[d + 1] * shape[d + 1] }
    return strides
}

/// An operand of `ck_run`: memory, the place of its first element, and strides, in elements.
struct Operand {
    var data: UnsafeMutableRawPointer
    var dtype: ck_dtype
    var strides: [Int]

    var c: ck_operand {
        var operand = ck_operand()
        operand.data = data
        operand.dtype = dtype
        withUnsafeMutableBytes(of: &operand.strides) { bytes in
            let places = bytes.bindMemory(to: Int64.self)
            for (d, stride) in strides.enumerated() { places[d] = Int64(stride) }
        }
        return operand
    }
}

/// `ck_run`.
func run(
    _ instructions: [ck_instruction], constants: [Double] = [], registers: Int = 0, compute: ck_dtype, shape: [Int],
    inputs: [Operand], outputs: [Operand]
) {
    instructions.withUnsafeBufferPointer { instructions in
        constants.withUnsafeBufferPointer { constants in
            var program = ck_program(
                inputs: Int32(inputs.count), outputs: Int32(outputs.count), constants: Int32(constants.count),
                registers: Int32(registers), count: Int32(instructions.count), constant_values: constants.baseAddress,
                instructions: instructions.baseAddress, codes: nil)
            ck_run(&program, compute, Int32(shape.count), shape.map(Int64.init), (inputs + outputs).map(\.c))
        }
    }
}

/// One operation on contiguous arrays; an array of one element is repeated. With `into`, the result overwrites that operand.
func apply<T: ComputeType>(_ operation: ck_operation, _ operands: [[T]], count: Int, into: Int? = nil) -> [T] {
    let arity = Int(operation.info.arity)
    let guardElement = T(77)
    var memory = operands.map { $0 + [guardElement] }
    memory.append([T](repeating: guardElement, count: count + 1))
    let buffers = memory.map { elements in
        let buffer = UnsafeMutableBufferPointer<T>.allocate(capacity: elements.count)
        _ = buffer.initialize(from: elements)
        return buffer
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    let inputs = (0..<arity).map {
        Operand(
            data: buffers[$0].baseAddress!, dtype: T.dtype, strides: [operands[$0].count == 1 && count != 1 ? 0 : 1])
    }
    let target = buffers[into ?? operands.count]
    let output = Operand(data: target.baseAddress!, dtype: T.dtype, strides: [1])
    let instruction = ck_instruction(operation: UInt8(operation.rawValue), dst: UInt8(arity), a: 0, b: 1, c: 2)
    run([instruction], compute: T.dtype, shape: [count], inputs: inputs, outputs: [output])
    precondition(target[count].isSame(as: guardElement), "\(operation) wrote past the end")
    return Array(target.prefix(count))
}
