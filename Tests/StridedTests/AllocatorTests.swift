import Foundation
import Strided
import Testing

/// What is counted belongs to the whole process, so each of these runs in one of its own.
@Suite struct AllocatorTests {
    @Test func alignment() async {
        await #expect(processExitsWith: .success) {
            for bytes in [0, 1, 63, 64, 65, 100, 4096, 65_000, 1 << 20, (1 << 20) + 1, 2 << 20, (2 << 20) + 1, 5 << 20]
            {
                let storages = try (0..<3).map { _ in try Storage(bytes: bytes) }
                for storage in storages { #expect(UInt(bitPattern: storage.data) % 64 == 0, "\(bytes) bytes") }
                if bytes > 1 << 20 {
                    for storage in storages {
                        #expect(UInt(bitPattern: storage.data) % (2 << 20) == 0, "\(bytes) bytes")
                    }
                }
                #expect(Set(storages.map(\.data)).count == 3)
                // The last byte is there too.
                for storage in storages { memset(storage.data, 1, bytes) }
            }
        }
    }

    @Test func sizeClasses() async {
        await #expect(processExitsWith: .success) {
            let start = Memory.active
            var last = 0
            var bytes = 1
            while bytes < 1 << 34 {
                for wanted in [bytes - 1, bytes, bytes + 1] {
                    let held = try withExtendedLifetime(Storage(bytes: wanted)) { Memory.active - start }
                    #expect(held >= wanted)
                    if wanted <= 64 {
                        #expect(held == 64)
                    } else if wanted > 1 << 20 && wanted < 2 << 20 {
                        #expect(held == 2 << 20)
                    } else {
                        #expect(4 * (held - wanted) <= wanted, "\(held) bytes for \(wanted)")
                    }
                    #expect(held >= last, "a larger request got less")
                    last = max(last, held)
                }
                last = 0
                bytes += max(bytes / 7, 1)
            }
            #expect(Memory.active == start)
        }
    }

    @Test func reuseIsLastInFirstOut() async {
        await #expect(processExitsWith: .success) {
            for bytes in [64, 4096, 1 << 20, 3 << 20] {
                var a: Storage? = try Storage(bytes: bytes)
                var b: Storage? = try Storage(bytes: bytes)
                let (first, second) = (a!.data, b!.data)
                a = nil
                b = nil
                let again = try (0..<2).map { _ in try Storage(bytes: bytes) }
                #expect(again.map(\.data) == [second, first])
            }
        }
    }

    @Test func accounting() async {
        await #expect(processExitsWith: .success) {
            let active = Memory.active
            Memory.clearCache()
            #expect(Memory.cached == 0)
            var a: Storage? = try Storage(bytes: 1 << 16)
            #expect(Memory.active == active + 1 << 16 && Memory.cached == 0)
            Memory.resetPeak()
            #expect(Memory.peak == Memory.active)
            do {
                let b = try Storage(bytes: 1 << 18)
                withExtendedLifetime(b) { #expect(Memory.active == active + (1 << 16) + (1 << 18)) }
            }
            #expect(Memory.active == active + (1 << 16) && Memory.cached == 1 << 18)
            #expect(Memory.peak == active + (1 << 16) + (1 << 18))
            a = nil
            #expect(Memory.active == active && Memory.cached == (1 << 16) + (1 << 18))
            a = try Storage(bytes: 1 << 18)
            #expect(Memory.cached == 1 << 16)
            Memory.clearCache()
            #expect(Memory.cached == 0 && Memory.active == active + (1 << 18))
            withExtendedLifetime(a) {}
        }
    }

    @Test func usualCacheLimit() async {
        await #expect(processExitsWith: .success) {
            let usual = Int(clamping: ProcessInfo.processInfo.physicalMemory / 4)
            #expect(Memory.cacheLimit == usual)
            _ = try Storage(bytes: 100)
            #expect(Memory.cacheLimit == usual)
        }
        // Set before there is anything to limit.
        await #expect(processExitsWith: .success) {
            Memory.cacheLimit = 0
            _ = try Storage(bytes: 100)
            #expect(Memory.cacheLimit == 0 && Memory.cached == 0)
        }
    }

    /// The bins are made by whoever comes first.
    @Test func severalComeFirst() async {
        await #expect(processExitsWith: .success) {
            DispatchQueue.concurrentPerform(iterations: 8) { i in
                for _ in 0..<100 {
                    let storages = (0..<3).map { _ in try! Storage(bytes: 64 << i) }
                    withExtendedLifetime(storages) {}
                }
            }
            #expect(Memory.active == 0 && Memory.cached > 0)
            Memory.clearCache()
            #expect(Memory.cached == 0)
        }
    }

    @Test func cacheLimit() async {
        await #expect(processExitsWith: .success) {
            Memory.clearCache()
            Memory.cacheLimit = 1 << 20
            #expect(Memory.cacheLimit == 1 << 20)
            do {
                let storages = try (0..<8).map { _ in try Storage(bytes: 1 << 18) }
                withExtendedLifetime(storages) {}
            }
            #expect(Memory.cached == 1 << 20)
            Memory.cacheLimit = 1 << 19
            #expect(Memory.cached <= 1 << 19 && Memory.cached > 0)
            Memory.cacheLimit = 0
            #expect(Memory.cached == 0)
            _ = try Storage(bytes: 100)
            #expect(Memory.cached == 0)
        }
    }

    @Test func eightThreads() async {
        await #expect(processExitsWith: .success) {
            let active = Memory.active
            DispatchQueue.concurrentPerform(iterations: 8) { thread in
                var generator = SeededGenerator(seed: thread)
                var held: [(Storage, Int, UInt8)] = []
                for step in 0..<4000 {
                    if held.count > 20 || (!held.isEmpty && generator.below(2) == 0) {
                        let (storage, bytes, mark) = held.remove(at: generator.below(held.count))
                        let bytesOf = UnsafeRawBufferPointer(start: storage.data, count: bytes)
                        precondition(bytesOf.first == mark && bytesOf.last == mark, "another thread wrote here")
                    } else {
                        let bytes = 1 + generator.below(1 << (3 + generator.below(14)))
                        let mark = UInt8(truncatingIfNeeded: step &* 8 &+ thread)
                        guard let storage = try? Storage(bytes: bytes) else { fatalError("no memory") }
                        memset(storage.data, Int32(mark), bytes)
                        held.append((storage, bytes, mark))
                    }
                    if step % 1000 == 999 { Memory.clearCache() }
                }
            }
            #expect(Memory.active == active)
            Memory.clearCache()
            #expect(Memory.cached == 0)
        }
    }

    @Test(arguments: [1 << 47, Int.max / 16 * 8, Int.max])
    func absurdSizesAreErrors(bytes: Int) {
        let error = #expect(throws: TensorError.self) { try Storage(bytes: bytes) }
        #expect(error?.kind == .memory)
        #expect(error?.description.hasPrefix("out of memory: \(bytes) bytes for one tensor") == true)
    }

    @Test func absurdShapesAreErrors() throws {
        let shape = try Shape(checking: [Int.max / 16], for: "x")
        #expect(throws: TensorError.self) { try Buffer(uninitialized: shape, .float64) }
    }
}
