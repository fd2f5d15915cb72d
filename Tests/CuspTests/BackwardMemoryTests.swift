import Cusp
import Synchronization
import Testing

/// What a backward pass takes beside what the graph holds. In processes of their own, whose memory nobody else uses.
@Suite struct BackwardMemoryTests {
    @Test func gradientsAreWrittenOverThoseTheyComeFrom() async {
        await #expect(processExitsWith: .success) {
            let x = Tensor.ones([1 << 20]).leaf
            let y = exp(-exp(-exp(-x)))
            let seed = Tensor.ones([1 << 20])
            try y.backward(gradient: seed, retainGraph: true)
            x.grad = nil
            Memory.resetPeak()
            let before = Memory.peak
            try y.backward(gradient: seed, retainGraph: true)
            // One result for six nodes; `seed` itself is somebody's and stays.
            #expect(Memory.peak - before == 4 << 20)
            #expect(seed.sum().item() == Double(1 << 20))
        }
    }

    @Test func gradientsAddUpInPlace() async {
        await #expect(processExitsWith: .success) {
            let x = Tensor.ones([1 << 20]).leaf
            let seed = Tensor.ones([1 << 20])
            let y = x * 3
            try y.backward(gradient: seed, retainGraph: true)
            Memory.resetPeak()
            let before = Memory.peak
            try y.backward(gradient: seed, retainGraph: true)
            #expect(Memory.peak - before == 4 << 20)  // what is added
            #expect(x.grad![0].item() == 6)

            let seen = x.grad!
            try y.backward(gradient: seed, retainGraph: true)
            #expect(seen[0].item() == 6 && x.grad![0].item() == 9)
        }
    }

    @Test func whatIsSeenElsewhereStays() throws {
        let x = Tensor([1, 2, 3]).leaf
        let seen = Mutex<[Tensor]>([])
        let y = x * 2
        let z = y * y
        for tensor in [y, z] {
            tensor.addGradientHook { gradient in
                seen.withLock { $0.append(gradient) }
                return nil
            }
        }
        let seed = Tensor([1, 1, 1])
        try z.backward(gradient: seed)
        #expect(seed.floats == [1, 1, 1])
        #expect(seen.withLock { $0.map(\.floats) } == [[1, 1, 1], [4, 8, 12]].map { $0.map(Float.init) })
        #expect(x.grad?.floats == [8, 16, 24])
    }
}
