import CBench
import CKernels
import Cusp

/// What the machine can do of a row's kind, as one more side of its turns: memory and cores change their speed within seconds on a
/// machine that others use too, so a limit of another moment says little.
struct Limit {
    let kind: Figure.Limit
    /// Bytes, or floating-point operations, of one iteration.
    let amount: Double
    let work: () -> Void

    /// The best copy of `count` floats with all threads of the budget; read and written bytes count. Nil where there are so few
    /// that starting the threads is most of it.
    static func copy(_ count: Int) -> Limit? {
        guard count >= 1 << 16 else { return nil }
        let (from, to) = (Tensor.ones([count]), Tensor.zeros([count]))
        let ways = [(1 << 12, false), (1 << 16, false), (1 << 12, true), (1 << 16, true)].map { block, nonTemporal in
            let copy = Copy(to: to.buffer.start, from: from.buffer.start, count, block, nonTemporal)
            return Limit(kind: .copy, amount: 8 * Double(count)) {
                withExtendedLifetime((from, to)) { copy.run() }
            }
        }
        return fastest(ways)
    }

    /// Multiply-adds in registers, on all threads of the budget together.
    static func multiplies() -> Limit {
        let (threads, rounds) = (Cusp.threads, Int64(200_000))
        let ways = (0..<Int32(CBENCH_VARIANTS)).map { variant in
            let flops = Double(cbench_fma(variant, rounds)) * Double(threads)
            return Limit(kind: .peak, amount: flops) {
                var loop = Multiply(variant: variant, rounds: rounds)
                loop.run(threads)
            }
        }
        return fastest(ways.filter { $0.amount > 0 })
    }

    /// Nanoseconds per iteration over so many.
    func time(_ count: Int) -> Double {
        Clock.time { for _ in 0..<count { work() } } / Double(count)
    }

    /// By the best of three rounds of 2 ms at least.
    private static func fastest(_ ways: [Limit]) -> Limit {
        let speeds = ways.map { way in
            let count = max(1, Int(2e6 / max(way.time(1), 1)))
            return way.amount / (0..<3).map { _ in way.time(count) }.min()!
        }
        Turns.end()
        return ways[speeds.indices.max { speeds[$0] < speeds[$1] }!]
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
