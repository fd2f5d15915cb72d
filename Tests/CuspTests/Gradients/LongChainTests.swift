import Cusp
import Foundation
import Testing

@Suite struct LongChainTests {
    #if DEBUG
        static let length = 200_000
    #else
        static let length = 1_000_000
    #endif

    /// Neither building a chain nor running backward through it nor freeing it uses stack in proportion to its length.
    @Test func smallStack() throws {
        let result = Shared<Result<[Float], any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            result.change { $0 = Result { try Self.run() } }
            done.signal()
        }
        thread.stackSize = 512 << 10
        thread.start()
        done.wait()
        #expect(try result.value?.get() == [1, 1])
    }

    private static func run() throws -> [Float] {
        let x = Tensor([1, 2]).leaf
        var y = x
        for _ in 0..<length { y = y + 1 }
        try y.sum().backward(retainGraph: true)
        // Freed here, at the end of a graph that a pass has left whole, and once more without a pass.
        y = x
        for _ in 0..<length { y = y * 1 }
        y = x
        return x.grad!.floats
    }
}
