import Cusp
import Foundation
import Synchronization

/// Measures rows, against a peer if there is one.
package struct Runner {
    package let peer: Peer?
    package var clock = Clock()
    package var limits = Limits()
    /// Starts a fresh peer of the same kind, and a fresh process of ours, for the rows of memory.
    package var freshPeer: () throws -> Peer? = { nil }
    package var ownMemory: (_ row: Row, _ n: Int) throws -> Double = { _, _ in throw BenchError("not measured") }

    /// Whether the other side is ourselves, with serial backward passes.
    package var isAgainstSerial = false

    package init(peer: Peer?) { self.peer = peer }

    /// What the row gives at a size; with the reason in `error` where it cannot be measured.
    package mutating func measure(_ row: Row, _ n: Int) -> Figure {
        var result = Figure(row, n: n, threads: Cusp.threads, peer: isAgainstSerial ? "serial" : peer?.name)
        do {
            if row.group == .memory {
                try memory(row, n, &result)
            } else {
                try time(row, n, &result)
            }
        } catch {
            result.error = "\(error)"
        }
        return result
    }

    private mutating func time(_ row: Row, _ n: Int, _ result: inout Figure) throws {
        let prepared = row.make(n)
        let ours = prepared.results().map { Digest($0) }
        let theirs = try peer?.prepare(row.peerID, n: n)
        if let theirs, let difference = Digest.difference(ours, theirs, within: row.tolerance) {
            throw BenchError("different results: " + difference)
        }
        let loops = row.byHand?(n) ?? []
        for loop in loops {
            let digests = loop.results().map { Digest($0) }
            if let difference = Digest.difference(ours, digests, within: row.tolerance) {
                throw BenchError("the loop by hand gives different results: " + difference)
            }
        }
        let time = { (own: Case, count: Int) in own.nanoseconds(count, pause: row.pause) / Double(count) }
        let serial = { count in
            ParallelPasses.areOn.store(false, ordering: .relaxed)
            defer { ParallelPasses.areOn.store(true, ordering: .relaxed) }
            return time(prepared, count)
        }
        let best = try clock.best(
            ([prepared] + loops).map { own in { time(own, $0) } },
            isAgainstSerial ? serial : theirs == nil ? nil : { [peer] in try peer!.time($0) },
            isOneProcess: isAgainstSerial)
        result.ns = best.ours[0]
        result.peerNs = best.theirs
        if let loop = best.ours.dropFirst().min() {
            result.limit = .byHand
            result.share = loop / best.ours[0]
        } else if let flops = row.flops {
            result.speed = flops / best.ours[0]
            result.limit = .peak
            limits.measurePeak()
        } else if let bytes = row.bytes {
            result.speed = bytes * Double(n) / best.ours[0]
            result.limit = .copy
            limits.measureCopy(n)
        }
        setShare(&result)
    }

    /// Compares with the limits as they are known by now; once more at the end, when they are known best.
    package func setShare(_ result: inout Figure) {
        guard result.limit != .byHand else { return }
        let limit = result.limit == .peak ? limits.peak : limits.copies[result.n]
        if let speed = result.speed, let limit { result.share = speed / limit }
    }

    private func memory(_ row: Row, _ n: Int, _ result: inout Figure) throws {
        result.bytes = try ownMemory(row, n)
        guard let peer = try freshPeer(), try peer.prepare(row.peerID, n: n) != nil else { return }
        _ = try peer.time(MemoryUse.iterations)
        result.peerBytes = try peer.memory().grown
    }
}
