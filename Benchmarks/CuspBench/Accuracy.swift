import ArgumentParser
import CBench
import CKernels
import Cusp
import Dispatch
import Foundation

/// The largest errors of functions of one argument, the kernels' and composed ones: over all float32 inputs, and over many float64
/// ones.
package struct Accuracy {
    /// Takes every nth float32; 1 for all there are.
    package var every = 1
    /// How many float64 inputs, of all magnitudes and near 0.
    package var doubles = 40_000_000

    package init() {}

    package struct Row {
        package let name: String
        let bounds: (float32: Double, float64: Double)
        package let worst: (float32: cbench_worst, float64: cbench_worst)

        /// 0 is correctly rounded: half a unit, and the reference is rounded too.
        package var holds: Bool {
            worst.float32.error <= max(bounds.float32, 0.501) && worst.float64.error <= max(bounds.float64, 0.501)
        }
    }

    /// A function that there is a reference for.
    package struct Function: Sendable {
        package let name: String
        let bounds: (float32: Double, float64: Double)
        let float32: @Sendable ([Float]) -> [Float]
        let float64: @Sendable ([Double]) -> [Double]
        var reference: Int32 { cbench_function(name) }

        init(_ operation: ck_operation) {
            let info = ck_describe(operation)
            (name, bounds) = (String(cString: info.name), (info.ulp32, info.ulp64))
            float32 = { apply(operation, CK_FLOAT32, $0) }
            float64 = { apply(operation, CK_FLOAT64, $0) }
        }

        /// One that is composed, whose bound stands here.
        init(_ name: String, _ float32: Double, _ float64: Double, _ function: @escaping @Sendable (Tensor) -> Tensor) {
            (self.name, bounds) = (name, (float32, float64))
            self.float32 = { function(Tensor($0)).array() }
            self.float64 = { function(Tensor($0)).array() }
        }
    }

    /// The operations that have a bound or are rounded once, and a reference; then the composed functions.
    package static var functions: [Function] {
        (0..<CK_OPERATION_COUNT.rawValue).map { ck_operation($0) }.filter { operation in
            let info = ck_describe(operation)
            return info.arity == 1 && info.real && cbench_function(info.name) >= 0
        }.map { Function($0) } + [
            Function("erfInverse", 4, 4) { Cusp.erfInverse($0) },
            Function("normalQuantile", 4, 4) { Cusp.normalQuantile($0) },
        ]
    }

    package func measure(_ function: Function) -> Row {
        let reference = function.reference
        let singles = sweep(1 << 32 / every) { first, count, worst in
            let x = (first..<first + count).map { Float(bitPattern: UInt32($0 * every)) }
            cbench_compare32(reference, count, x, function.float32(x), &worst)
        }
        let doubles = sweep(doubles) { first, count, worst in
            var random = SplitMix(state: UInt64(first))
            let x = (0..<count).map { Self.double($0, &random) }
            cbench_compare64(reference, count, x, function.float64(x), &worst)
        }
        return Row(name: function.name, bounds: function.bounds, worst: (singles, doubles))
    }

    /// The worst over `count` inputs, in pieces on all cores.
    private func sweep(_ count: Int, _ piece: @Sendable (Int, Int, inout cbench_worst) -> Void) -> cbench_worst {
        let size = 1 << 16
        let lock = NSLock()
        nonisolated(unsafe) var worst = cbench_worst()
        DispatchQueue.concurrentPerform(iterations: (count + size - 1) / size) { i in
            var own = cbench_worst()
            piece(i * size, min(size, count - i * size), &own)
            lock.withLock { if own.error > worst.error { worst = own } }
        }
        return worst
    }

    private static func double(_ i: Int, _ random: inout SplitMix) -> Double {
        switch i % 4 {
        case 0: Double(bitPattern: random.next())
        case 1: .random(in: -750...750, using: &random)
        case 2: .random(in: -6...6, using: &random)
        default: pow(.random(in: -1.4...1.4, using: &random), 5)
        }
    }
}

/// One operation on a contiguous array, on the calling thread.
private func apply<T: BinaryFloatingPoint>(_ operation: ck_operation, _ dtype: ck_dtype, _ x: [T]) -> [T] {
    [T](unsafeUninitializedCapacity: x.count) { results, count in
        x.withUnsafeBufferPointer { x in
            var operands = (ck_operand(), ck_operand())
            operands.0.data = UnsafeMutableRawPointer(mutating: x.baseAddress)
            operands.1.data = UnsafeMutableRawPointer(results.baseAddress)
            for path in [\(ck_operand, ck_operand).0, \.1] {
                operands[keyPath: path].dtype = dtype
                operands[keyPath: path].strides.0 = 1
            }
            var instruction = ck_instruction(operation: UInt8(operation.rawValue), dst: 1, a: 0, b: 0, c: 0)
            var program = ck_program()
            (program.inputs, program.outputs, program.count) = (1, 1, 1)
            ck_serial_begin()
            withUnsafePointer(to: &instruction) { instruction in
                program.instructions = instruction
                withUnsafeBytes(of: &operands) { operands in
                    ck_run(
                        &program, dtype, 1, [Int64(x.count)], operands.bindMemory(to: ck_operand.self).baseAddress)
                }
            }
            ck_serial_end()
        }
        count = x.count
    }
}

/// Steele, Lea and Flood: "Fast splittable pseudorandom number generators", 2014.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

extension CuspBench {
    /// Prints a line for each function; exit code 1 where a bound does not hold.
    func checkAccuracy(every: Int) throws {
        let wanted = try filter.map { try Regex($0) }
        let functions = Accuracy.functions.filter { function in wanted.map { function.name.contains($0) } ?? true }
        var accuracy = Accuracy()
        accuracy.every = every
        var broken: [String] = []
        print("ULP, largest (bound)  float32                                  float64")
        for (i, function) in functions.enumerated() {
            let row = accuracy.measure(function)
            let cells = [(row.worst.float32, row.bounds.float32), (row.worst.float64, row.bounds.float64)].map {
                String(format: "%.3f (%g) at %.9g", $0.error, $1, $0.input).padded(40, left: true)
            }
            let verdict = row.holds ? "" : " does not hold"
            print(
                "[\(i + 1)/\(functions.count)] \(row.name.padded(15, left: true)) \(cells.joined(separator: " "))\(verdict)"
            )
            fflush(nil)
            if !row.holds { broken.append(row.name) }
        }
        if !broken.isEmpty { throw ExitCode.failure }
    }
}
