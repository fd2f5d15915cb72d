import Foundation

/// The peak of resident memory, each measured in a fresh process on both sides.
let memoryRows = [("mlp_step", 128), ("smooth_max", 16 << 20)].map { id, size in
    let work = (trainingRows + gradientRows).first { $0.id == id }!
    return Row("memory_" + id, .memory, work.make).with {
        $0.peerID = id
        $0.fixedSize = size
        $0.tolerance = work.tolerance
    }
}

/// What a process of ours says of its memory, in bytes.
struct MemoryUse: Codable {
    /// Resident before the inputs were made.
    var base: Int
    /// The most that was resident while the work ran.
    var peak: Int

    var grown: Double { Double(max(peak - base, 1)) }
}

extension MemoryUse {
    static let iterations = 5

    /// Measures in this process, which should be a fresh one. nil where the system does not say.
    init?(of row: Row, size: Int) {
        guard let base = Self.status("VmRSS:") else { return nil }
        let prepared = row.make(size)
        _ = prepared.results()
        // So that the peak counts from here: making the inputs is not the work.
        try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .ascii)
        prepared.run(Self.iterations)
        guard let peak = Self.status("VmHWM:") else { return nil }
        self.init(base: base, peak: peak)
    }

    private static func status(_ field: String) -> Int? {
        let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = text?.split(separator: "\n").first { $0.hasPrefix(field) }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }
}
