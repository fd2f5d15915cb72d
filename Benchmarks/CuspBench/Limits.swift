import CBench
import CKernels
import Cusp

/// What the machine can do, measured in the same run: each time that it is asked for, beside the row that is compared with it.
/// The best of all times counts, for on a busy machine one of them says little.
package struct Limits {
    /// Bytes per nanosecond by the number of floats.
    package private(set) var copies: [Int: Double] = [:]
    /// Floating-point operations per nanosecond.
    package private(set) var peak = 0.0

    package init() {}

    /// Measures the best copy of `count` floats with all threads of the budget; read and written bytes count. Not where there are
    /// so few that starting the threads is most of it.
    package mutating func measureCopy(_ count: Int) {
        guard count >= 1 << 16 else { return }
        let from = Tensor.ones([count])
        let to = Tensor.zeros([count])
        let best = [(1 << 12, false), (1 << 16, false), (1 << 12, true), (1 << 16, true)].map { block, nonTemporal in
            let copy = Copy(to: to.buffer.start, from: from.buffer.start, count, block, nonTemporal)
            return Self.best { copy.run() }
        }.min()!
        Turns.end()
        copies[count] = max(copies[count] ?? 0, 8 * Double(count) / best)
    }

    /// Measures multiply-adds in registers, on all threads of the budget together.
    package mutating func measurePeak() {
        let threads = Cusp.threads
        let best = (0..<Int32(CBENCH_VARIANTS)).map { variant -> Double in
            let rounds: Int64 = 200_000
            let flops = Double(cbench_fma(variant, rounds)) * Double(threads)
            guard flops > 0 else { return 0 }
            var loop = Multiply(variant: variant, rounds: rounds)
            return flops / Self.best { loop.run(threads) }
        }.max()!
        Turns.end()
        peak = max(peak, best)
    }

    /// The least of three rounds of 2 ms at least, in nanoseconds per call.
    private static func best(_ work: () -> Void) -> Double {
        let once = Clock.time(work)
        let count = max(1, Int(2e6 / max(once, 1)))
        return (0..<3).map { _ in
            Clock.time { for _ in 0..<count { work() } } / Double(count)
        }.min()!
    }
}

private final class Copy {
    let to, from: UnsafeMutablePointer<Float>
    let count, block: Int
    let nonTemporal: Bool

    init(
        to: UnsafeMutableRawPointer, from: UnsafeMutableRawPointer, _ count: Int, _ block: Int, _ nonTemporal: Bool
    ) {
        self.to = to.assumingMemoryBound(to: Float.self)
        self.from = from.assumingMemoryBound(to: Float.self)
        // Whole vectors; the few elements behind the last one do not matter.
        (self.count, self.block, self.nonTemporal) = (count & ~15, block, nonTemporal)
    }

    func run() {
        let blocks = (count + block - 1) / block
        ck_parallel(
            Int64(blocks), 1e9,
            { context, i in
                let copy = Unmanaged<Copy>.fromOpaque(context!).takeUnretainedValue()
                let start = Int(i) * copy.block
                cbench_copy(
                    copy.to + start, copy.from + start, Int64(min(copy.block, copy.count - start)), copy.nonTemporal)
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}

private struct Multiply {
    let variant: Int32
    let rounds: Int64

    mutating func run(_ threads: Int) {
        ck_parallel(
            Int64(threads), 1e9,
            { context, _ in
                let loop = context!.load(as: Multiply.self)
                _ = cbench_fma(loop.variant, loop.rounds)
            }, &self)
    }
}
