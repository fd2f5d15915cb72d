import CBench
import CKernels
import Cusp

extension Accuracy {
    /// A function that there is a reference for.
    package struct Function: Sendable {
        package let name: String
        package let arity: Int
        let bounds: (float32: Double, float64: Double)
        /// Results for arguments, of which a function of one has no second ones.
        let float32: @Sendable (_ x: [Float], _ y: [Float]) -> [Float]
        let float64: @Sendable (_ x: [Double], _ y: [Double]) -> [Double]
        var reference: Int32 { cbench_function(name) }

        init(_ operation: ck_operation) {
            let info = ck_describe(operation)
            (name, arity, bounds) = (String(cString: info.name), Int(info.arity), (info.ulp32, info.ulp64))
            float32 = { apply(operation, CK_FLOAT32, $0, $1) }
            float64 = { apply(operation, CK_FLOAT64, $0, $1) }
        }

        /// One that is composed, whose bound stands here.
        init(_ name: String, _ float32: Double, _ float64: Double, _ function: @escaping @Sendable (Tensor) -> Tensor) {
            (self.name, arity, bounds) = (name, 1, (float32, float64))
            self.float32 = { x, _ in function(Tensor(x)).array() }
            self.float64 = { x, _ in function(Tensor(x)).array() }
        }
    }

    /// The operations that have a bound or are rounded once, and a reference; then the composed functions.
    package static var functions: [Function] {
        (0..<CK_OPERATION_COUNT.rawValue).map { ck_operation($0) }.filter { operation in
            let info = ck_describe(operation)
            return !info.whole && cbench_function(info.name) >= 0
        }.map { Function($0) } + [
            Function("erfInverse", 4, 4) { Cusp.erfInverse($0) },
            Function("normalQuantile", 4, 4) { Cusp.normalQuantile($0) },
        ]
    }
}

/// One operation on contiguous arrays, of which there is no `y` for an operation of one argument, on the calling thread.
private func apply<T: BinaryFloatingPoint>(_ operation: ck_operation, _ dtype: ck_dtype, _ x: [T], _ y: [T]) -> [T] {
    let arity = y.isEmpty ? 1 : 2
    return [T](unsafeUninitializedCapacity: x.count) { results, count in
        count = x.count
        x.withUnsafeBufferPointer { x in
            y.withUnsafeBufferPointer { y in
                let arguments = [x, y].prefix(arity).map { UnsafeMutableRawPointer(mutating: $0.baseAddress) }
                let operands = (arguments + [UnsafeMutableRawPointer(results.baseAddress)]).map { memory in
                    var operand = ck_operand()
                    (operand.data, operand.dtype, operand.strides.0) = (memory, dtype, 1)
                    return operand
                }
                var instruction = ck_instruction(
                    operation: UInt8(operation.rawValue), dst: UInt8(arity), a: 0, b: UInt8(arity - 1), c: 0)
                var program = ck_program()
                (program.inputs, program.outputs, program.count) = (Int32(arity), 1, 1)
                ck_serial_begin()
                withUnsafePointer(to: &instruction) {
                    program.instructions = $0
                    ck_run(&program, dtype, 1, [Int64(x.count)], operands)
                }
                ck_serial_end()
            }
        }
    }
}
