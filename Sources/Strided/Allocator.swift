import Foundation
import Synchronization

/// Memory for tensors: aligned to 64 bytes, on huge pages from a megabyte on, and kept for the next tensor of the size when
/// one goes.
///
/// Fresh memory costs more than arithmetic: the first touch of a page runs at 3 GB/s with 4 KB pages and at 27 GB/s with huge
/// ones, a warm buffer at 60 and more. So each size class keeps a stack of free blocks, last in, first out, linked through
/// the blocks themselves, behind a lock of its own that is held for two loads and a store.
package final class Allocator: Sendable {
    package static let shared = Allocator()

    let bins: [Bin]
    let active = Atomic<Int>(0)
    let peak = Atomic<Int>(0)
    let cached = Atomic<Int>(0)
    let limit = Atomic<Int>(Int(clamping: ProcessInfo.processInfo.physicalMemory / 4))

    init() {
        bins = (0..<SizeClass.count).map { _ in Bin() }
    }

    /// A block for `bytes`, with unspecified contents, and its true size.
    func take(_ bytes: Int) throws(TensorError) -> (UnsafeMutableRawPointer, SizeClass) {
        guard let size = SizeClass(holding: bytes) else { throw failure(bytes) }
        let block: UnsafeMutableRawPointer
        if let free = bins[size.index].pop() {
            cached.subtract(size.bytes, ordering: .relaxed)
            block = free
        } else if let fresh = Pages.allocate(size.bytes) ?? retry(size.bytes) {
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

    func give(_ block: UnsafeMutableRawPointer, _ size: SizeClass) {
        active.subtract(size.bytes, ordering: .relaxed)
        let now = cached.add(size.bytes, ordering: .relaxed).newValue
        if now > limit.load(ordering: .relaxed) {
            cached.subtract(size.bytes, ordering: .relaxed)
            Pages.free(block, size.bytes)
        } else {
            bins[size.index].push(block, size.bytes)
        }
    }

    /// Gives all free blocks back to the system, largest first, until at most `bytes` are kept.
    func clear(to bytes: Int = 0) {
        for bin in bins.reversed() {
            while cached.load(ordering: .relaxed) > bytes, let block = bin.pop() {
                cached.subtract(bin.blockBytes, ordering: .relaxed)
                Pages.free(block, bin.blockBytes)
            }
        }
    }
}

/// The free blocks of one size.
final class Bin: @unchecked Sendable {
    private let taken = Atomic<Bool>(false)
    private var first: UnsafeMutableRawPointer?
    private(set) var blockBytes = 0

    /// The lock spins: its holder runs a handful of instructions and calls nothing.
    private func locked<T>(_ body: () -> T) -> T {
        while taken.exchange(true, ordering: .acquiring) { sched_yield() }
        defer { taken.store(false, ordering: .releasing) }
        return body()
    }

    func push(_ block: UnsafeMutableRawPointer, _ bytes: Int) {
        locked {
            block.storeBytes(of: first, as: UnsafeMutableRawPointer?.self)
            first = block
            blockBytes = bytes
        }
    }

    func pop() -> UnsafeMutableRawPointer? {
        locked {
            guard let block = first else { return nil }
            first = block.load(as: UnsafeMutableRawPointer?.self)
            return block
        }
    }
}
