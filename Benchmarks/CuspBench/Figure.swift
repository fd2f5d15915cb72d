import Foundation

/// One row at one size, measured.
package struct Figure: Encodable, Sendable {
    package var id: String
    package var group: Group
    package var n: Int
    package var threads: Int
    /// The best round; nil for a row of memory, or one that failed.
    package var ns: Double?
    package var peer: String?
    package var peerNs: Double?
    /// Peak memory, of the rows of memory.
    package var bytes: Double?
    package var peerBytes: Double?
    /// The part of the machine's limit, and which limit.
    package var share: Double?
    package var limit: Limit?
    /// Of a matrix product.
    package var gflops: Double?
    package var error: String?

    package enum Limit: String, Encodable, Sendable { case copy, peak, byHand }

    package init(_ row: Row, n: Int, threads: Int, peer: String?) {
        (id, group, self.n, self.threads, self.peer) = (row.id, row.group, n, threads, peer)
    }

    /// How many times as fast as the peer, or as small.
    package var ratio: Double? {
        if let ns, let peerNs { return peerNs / ns }
        if let bytes, let peerBytes { return peerBytes / bytes }
        return nil
    }

    private enum Key: String, CodingKey {
        case id, n, threads, ns, peer, ratio
        case peerNs = "peer_ns"
        case group, bytes, share, limit, gflops, error
        case peerBytes = "peer_bytes"
    }

    /// The seven keys of SUITE.md are always there, the others where they say something.
    package func encode(to encoder: any Encoder) throws {
        var row = encoder.container(keyedBy: Key.self)
        try row.encode(id, forKey: .id)
        try row.encode(n, forKey: .n)
        try row.encode(threads, forKey: .threads)
        try row.encode(ns, forKey: .ns)
        try row.encode(peer, forKey: .peer)
        try row.encode(peerNs, forKey: .peerNs)
        try row.encode(ratio, forKey: .ratio)
        try row.encode(group.rawValue, forKey: .group)
        try row.encodeIfPresent(bytes, forKey: .bytes)
        try row.encodeIfPresent(peerBytes, forKey: .peerBytes)
        try row.encodeIfPresent(share, forKey: .share)
        try row.encodeIfPresent(limit, forKey: .limit)
        try row.encodeIfPresent(gflops, forKey: .gflops)
        try row.encodeIfPresent(error, forKey: .error)
    }

    /// A list with one row a line.
    package static func json(_ rows: [Figure]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = try rows.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
        return "[\n" + lines.joined(separator: ",\n") + "\n]\n"
    }
}
