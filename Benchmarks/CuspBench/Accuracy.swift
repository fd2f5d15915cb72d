import ArgumentParser
import CBench
import CKernels
import Cusp
import Dispatch
import Foundation

/// The largest errors of functions, the kernels' and composed ones: of one argument over all float32 inputs, and over many float64
/// ones; of two over many pairs.
package struct Accuracy {
    /// Takes every nth float32; 1 for all there are.
    package var every = 1
    /// How many float64 inputs, of all magnitudes and near 0, and how many pairs of either type.
    package var samples = 40_000_000

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

    package func measure(_ function: Function) -> Row {
        let (reference, arity) = (function.reference, function.arity)
        let singles = sweep(arity == 1 ? 1 << 32 / every : samples) { first, count, worst in
            var random = SplitMix(state: UInt64(first))
            let (x, y) = arguments(arity, count) {
                arity == 1 ? Float(bitPattern: UInt32((first + $0) * every)) : Self.single($0, &random)
            }
            cbench_compare32(reference, count, x, y, function.float32(x, y ?? []), &worst)
        }
        let doubles = sweep(samples) { first, count, worst in
            var random = SplitMix(state: UInt64(first))
            let (x, y) = arguments(arity, count) { Self.double($0, &random) }
            cbench_compare64(reference, count, x, y, function.float64(x, y ?? []), &worst)
        }
        return Row(name: function.name, bounds: function.bounds, worst: (singles, doubles))
    }

    /// Numbers; of pairs the second ones, too, of each kind with each, but every fourth pair is one of nearly opposite numbers.
    private func arguments<T: BinaryFloatingPoint>(
        _ arity: Int, _ count: Int, _ number: (Int) -> T
    ) -> (x: [T], y: [T]?) {
        let x = (0..<count).map { number($0) }
        guard arity > 1 else { return (x, nil) }
        return (x, (0..<count).map { i in i % 16 < 4 ? -x[i] + x[i] * number(3) / 64 : number(i / 4) })
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

    private static func single(_ i: Int, _ random: inout SplitMix) -> Float {
        i % 4 == 0
            ? Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            : Float(double(i, &random)) / (i % 4 == 1 ? 8 : 1)
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
                let at = function.arity == 1 ? "" : String(format: ", %.9g", $0.second)
                return (String(format: "%.3f (%g) at %.9g", $0.error, $1, $0.input) + at).padded(40, left: true)
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
