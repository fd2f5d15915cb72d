import Foundation
import Synchronization

/// Memory for tensors: aligned to 64 bytes, on huge pages from a megabyte on, and kept for the next tensor of the size when
/// one goes.
///
/// Fresh memory costs more than arithmetic: the first touch of a page runs at 3 GB/s with 4 KB pages and at 27 GB/s with huge
/// ones, a warm buffer at 60 and more. So each size class keeps a stack of free blocks, last in, first out, linked through
/// the blocks themselves, behind a lock of its own that is held for two loads and a store.
///
/// No object, and no objects in it: each would be retained for the few instructions that it is used for. And nothing that is
/// computed when it is made: then it lies in the program as it is, and no block begins with the question of whether it is there.
package struct Allocator: ~Copyable, Sendable {
    package static let shared = Allocator()

    /// Made by the first who needs one.
    nonisolated(unsafe) private let firstBin = Atomic<UnsafeMutablePointer<Bin>?>(nil)
    let active = Atomic<Int>(0)
    let peak = Atomic<Int>(0)
    /// What the system has given and not got back: active and cached together, so that neither taking nor giving a cached
    /// block has more than one number to count.
    private let held = Atomic<Int>(0)
    /// Negative until somebody sets it or the bins are made.
    private let mostCached = Atomic<Int>(-1)

    private var bins: UnsafeMutablePointer<Bin> {
        @inline(__always) get { firstBin.load(ordering: .acquiring) ?? makeBins() }
    }

    @inline(never)
    private func makeBins() -> UnsafeMutablePointer<Bin> {
        let usual = Int(clamping: ProcessInfo.processInfo.physicalMemory / 4)
        _ = mostCached.compareExchange(expected: -1, desired: usual, ordering: .relaxed)
        let made = UnsafeMutablePointer<Bin>.allocate(capacity: SizeClass.count)
        for i in 0..<SizeClass.count { (made + i).initialize(to: Bin()) }
        let (isFirst, known) = firstBin.compareExchange(expected: nil, desired: made, ordering: .acquiringAndReleasing)
        if isFirst { return made }
        made.deallocate()
        return known!
    }

    /// The most that may be cached.
    var limit: Int {
        get {
            _ = bins
            return mostCached.load(ordering: .relaxed)
        }
        nonmutating set { mostCached.store(newValue, ordering: .relaxed) }
    }

    var cached: Int { max(held.load(ordering: .relaxed) - active.load(ordering: .relaxed), 0) }

    /// A block for `bytes`, with unspecified contents, and its true size.
    @inline(__always)
    func take(_ bytes: Int) throws(TensorError) -> (UnsafeMutableRawPointer, SizeClass) {
        guard let size = SizeClass(holding: bytes) else { throw failure(bytes) }
        let block: UnsafeMutableRawPointer
        if let free = bins[size.index].pop() {
            block = free
        } else if let fresh = Pages.allocate(size.bytes) ?? retry(size.bytes) {
            held.add(size.bytes, ordering: .relaxed)
            block = fresh
        } else {
            throw failure(bytes)
        }
        let now = active.add(size.bytes, ordering: .relaxed).newValue
        if now > peak.load(ordering: .relaxed) { peak.max(now, ordering: .relaxed) }
        return (block, size)
    }

    /// The cache may hold what is missing in sizes that nobody asked for.
    private func retry(_ bytes: Int) -> UnsafeMutableRawPointer? {
        clear()
        return Pages.allocate(bytes)
    }

    private func failure(_ bytes: Int) -> TensorError {
        let used = active.load(ordering: .relaxed)
        return TensorError(.memory, "out of memory: \(bytes) bytes for one tensor, beside \(used) in use")
    }

    @inline(__always)
    func give(_ block: UnsafeMutableRawPointer, _ size: SizeClass) {
        let now = active.subtract(size.bytes, ordering: .relaxed).newValue
        if held.load(ordering: .relaxed) - now > mostCached.load(ordering: .relaxed) {
            held.subtract(size.bytes, ordering: .relaxed)
            Pages.free(block, size.bytes)
        } else {
            bins[size.index].push(block, size.bytes)
        }
    }

    /// Gives all free blocks back to the system, largest first, until at most `bytes` are kept.
    func clear(to bytes: Int = 0) {
        for i in (0..<SizeClass.count).reversed() {
            while cached > bytes, let block = bins[i].pop() {
                held.subtract(bins[i].blockBytes, ordering: .relaxed)
                Pages.free(block, bins[i].blockBytes)
            }
        }
    }
}

/// The free blocks of one size. All of it is atomic, though the lock alone would do: a plain property would need `mutating`
/// methods, and then two threads that only wait for the lock would already break the law of exclusivity.
struct Bin: ~Copyable {
    private let taken = Atomic<Bool>(false)
    private let first = Atomic<UnsafeMutableRawPointer?>(nil)
    private let size = Atomic<Int>(0)

    var blockBytes: Int { size.load(ordering: .relaxed) }

    // The lock spins: its holder runs a handful of instructions and calls nothing.
    @inline(__always) private func lock() { while taken.exchange(true, ordering: .acquiring) { sched_yield() } }
    @inline(__always) private func unlock() { taken.store(false, ordering: .releasing) }

    func push(_ block: UnsafeMutableRawPointer, _ bytes: Int) {
        lock()
        block.storeBytes(of: first.load(ordering: .relaxed), as: UnsafeMutableRawPointer?.self)
        first.store(block, ordering: .relaxed)
        size.store(bytes, ordering: .relaxed)
        unlock()
    }

    func pop() -> UnsafeMutableRawPointer? {
        lock()
        defer { unlock() }
        guard let block = first.load(ordering: .relaxed) else { return nil }
        first.store(block.load(as: UnsafeMutableRawPointer?.self), ordering: .relaxed)
        return block
    }
}
