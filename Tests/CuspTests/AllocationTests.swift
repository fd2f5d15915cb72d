#if os(Linux)
    import Cusp
    import Foundation
    import Testing

    /// How many objects a small operation makes, counted by the runtime's own hook for instruments; each test in a process
    /// of its own. What the optimiser removes is there without it, so only what it leaves is held to a number.
    @Suite struct AllocationTests {
        #if DEBUG
            static let isOptimized = false
        #else
            static let isOptimized = true
        #endif

        /// The counter counts.
        @Test func objectsAreCounted() async {
            await #expect(processExitsWith: .success) {
                var kept: [Tensor] = []
                kept.reserveCapacity(2000)
                let one = objects { kept.append(.zeros([2])) }
                let two = objects {
                    kept = []
                    for _ in 0..<2 { kept.append(.zeros([2])) }
                }
                #expect(one >= 2 && two >= 2 * one)
                #expect(objects {} == 0)
            }
        }

        /// A tensor is one object with its memory until somebody takes a view or a copy; a node of the graph is a second.
        @Test(.enabled(if: isOptimized)) func anOperationOnSixteenElements() async {
            await #expect(processExitsWith: .success) {
                let x = Tensor.full([16], 0.5)
                let y = Tensor.full([16], 0.25)
                let leaf = x.leaf
                let function = Pointwise { x, threshold, k in sigmoid(k * (x - threshold)) }
                #expect(objects { _ = x + y } == 1)
                #expect(objects { _ = 100 * x } == 1)
                #expect(objects { _ = function(x, 0.5, 100) } == 1)
                #expect(objects { _ = leaf + y } == 2)
                #expect(objects { _ = sigmoid(leaf) } == 2)
                #expect(objects { _ = function(leaf, 0.5, 100) } == 2)
                let half = Pointwise { x in x / 2 }
                var own = x * 1
                #expect(objects { own += y } == 0)
                #expect(objects { own *= 2 } == 0)
                #expect(objects { own.apply(half) } == 0)
            }
        }

        /// Up to 120 bytes malloc keeps what is freed as it is, and hands it out again in half the time. What is asked for
        /// counts: what malloc gives may have been a larger piece before.
        @Test func aNodeIsSmall() async {
            await #expect(processExitsWith: .success) {
                let (x, y) = (Tensor([1, 2]).leaf, Tensor([3, 4]))
                let approximateGE = Pointwise { x, threshold, k in sigmoid(k * (x - threshold)) }
                let operations: [() -> Tensor] = [
                    { x + y }, { x * y }, { 3 * x }, { exp(x) }, { approximateGE(x, 0.5, 100) },
                ]
                for operation in operations {
                    let node = operation().source!.node
                    counted.type = unsafeBitCast(type(of: node), to: UnsafeRawPointer.self)
                    let count = objects { _ = operation() }
                    #expect(count >= 2 && (16...120).contains(counted.size), "\(node.name): \(counted.size)")
                }
            }
        }

        /// Backward the gradient is written over itself from node to node: a longer chain makes no further object there.
        @Test(.enabled(if: isOptimized)) func aStepOfAChain() async {
            await #expect(processExitsWith: .success) {
                func chain(_ length: Int) -> Int {
                    let leaf = Tensor.full([16], 0.5).leaf
                    return objects {
                        var y = leaf
                        for _ in 0..<length { y = y * 1.5 }
                        try! y.backward(gradient: leaf.detached())
                        leaf.grad = nil
                    }
                }
                #expect(chain(20) - chain(10) == 20)
            }
        }

        /// Four operations forward and backward: 4 · 3 objects for the graph, 2 for the gradient that the pass starts
        /// from, 2 for the one of the sum's operand, 8 for the plan of the pass and the pass itself.
        @Test(.enabled(if: isOptimized)) func forwardAndBackward() async {
            await #expect(processExitsWith: .success) {
                let leaf = Tensor.full([16], 0.5).leaf
                let count = objects {
                    try! sigmoid(100 * (leaf - 0.5)).sum().backward()
                    leaf.grad = nil
                }
                #expect(count <= 24)
            }
        }
    }

    private typealias Allocate = @convention(c) (UnsafeRawPointer?, Int, Int) -> UnsafeMutableRawPointer?

    /// How many objects a call of `body` makes.
    private func objects(_ body: () -> Void) -> Int {
        // What is made once is made before.
        for _ in 0..<10 { body() }
        let calls = 1000
        let hook = dlsym(nil, "_swift_allocObject")!.assumingMemoryBound(to: Allocate.self)
        let flag = "_swift_enableSwizzlingOfAllocationAndRefCountingFunctions_forInstrumentsOnly"
        isHooked = dlsym(nil, flag)!.assumingMemoryBound(to: Bool.self)
        allocate = hook.pointee
        (counted.objects, counted.size) = (0, 0)
        hook.pointee = { type, size, alignment in
            // The runtime sets it before each call. Left so, retain and release too would take another way, which does not
            // keep all registers that the compiler expects them to keep.
            isHooked!.pointee = false
            counted.objects += 1
            if type == counted.type { counted.size = max(counted.size, size) }
            return allocate!(type, size, alignment)
        }
        for _ in 0..<calls { body() }
        hook.pointee = allocate!
        // Rounded down: a thread of the process may have made a few.
        return counted.objects / calls
    }

    /// How many objects were made, and the largest of `type` in bytes.
    nonisolated(unsafe) private var counted = (objects: 0, type: nil as UnsafeRawPointer?, size: 0)
    nonisolated(unsafe) private var isHooked: UnsafeMutablePointer<Bool>?
    nonisolated(unsafe) private var allocate: Allocate?
#endif
