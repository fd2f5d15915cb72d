import Cusp
import Foundation
import Synchronization

/// Measures rows, against a peer if there is one.
package struct Runner {
    package let peer: Peer?
    package var clock = Clock()
    /// Starts a fresh peer of the same kind, and a fresh process of ours, for the rows of memory.
    package var freshPeer: () throws -> Peer? = { nil }
    package var ownMemory: (_ row: Row, _ n: Int) throws -> Double = { _, _ in throw BenchError("not measured") }

    /// The other side, if it is no peer but ourselves.
    package var ourselves: Ourselves?

    package init(peer: Peer?) { self.peer = peer }

    /// What the row gives at a size; with the reason in `error` where it cannot be measured.
    package func measure(_ row: Row, _ n: Int) -> Figure {
        var result = Figure(row, n: n, threads: Cusp.threads, peer: ourselves?.rawValue ?? peer?.name)
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

    private func time(_ row: Row, _ n: Int, _ result: inout Figure) throws {
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
        let limit = loops.isEmpty ? limit(of: row, n) : nil
        let others: ((Int) throws -> Double)? =
            if let ourselves {
                { count in ourselves.run { time(prepared, count) } }
            } else if let peer, theirs != nil { peer.time } else { nil }
        let best = try clock.best(
            ([prepared] + loops).map { own in { time(own, $0) } } + (limit.map { [$0.time] } ?? []), others,
            isOneProcess: ourselves != nil)
        result.ns = best.ours[0]
        result.peerNs = best.theirs
        result.gflops = row.flops.map { $0 / best.ours[0] }
        if let loop = best.ours.dropFirst().prefix(loops.count).min() {
            result.limit = .byHand
            result.share = loop / best.ours[0]
        } else if let limit {
            let work = row.flops ?? row.bytes! * Double(n)
            result.limit = limit.kind
            result.share = work / limit.amount * best.ours[1] / best.ours[0]
        }
    }

    /// What the machine can do of the row's kind, if that limits it.
    private func limit(of row: Row, _ n: Int) -> Limit? {
        if row.flops != nil { return .multiplies() }
        return row.bytes == nil ? nil : .copy(n)
    }

    private func memory(_ row: Row, _ n: Int, _ result: inout Figure) throws {
        result.bytes = try ownMemory(row, n)
        guard let peer = try freshPeer(), try peer.prepare(row.peerID, n: n) != nil else { return }
        _ = try peer.time(MemoryUse.iterations)
        result.peerBytes = try peer.memory().grown
    }
}
