import Cusp
import CuspBench
import Testing

/// What our time is set against, beside a peer's.
@Suite struct LimitTests {
    private func measure(_ id: String, _ n: Int) -> Figure {
        var runner = Runner(peer: nil)
        (runner.clock.rounds, runner.clock.round) = (2, 1e5)
        return runner.measure(Suite.row(id)!, n)
    }

    /// A copy for what moves bytes, multiply-adds for products, and nothing where starting the threads is most of it.
    @Test func shares() {
        let (add, small, product) = (measure("add", 1 << 16), measure("add", 16), measure("matmul_64", 4096))
        #expect(add.limit == .copy && add.share ?? 0 > 0 && add.gflops == nil)
        #expect(small.limit == nil && small.share == nil)
        #expect(product.limit == .peak && product.gflops == 2 * 64 * 64 * 64 / product.ns!)
        #expect(product.share ?? 0 > 0)
    }

    /// Ourselves, but for one thing, which is as before afterwards.
    @Test func ourselves() async {
        await #expect(processExitsWith: .success) {
            Cusp.threads = 3
            #expect(Ourselves.single.run { Cusp.threads } == 1)
            #expect(Cusp.threads == 3)
            let wereOn = Ourselves.serial.run { ParallelPasses.areOn.load(ordering: .relaxed) }
            #expect(!wereOn)
            let areOn = ParallelPasses.areOn.load(ordering: .relaxed)
            #expect(areOn)
        }
    }
}
