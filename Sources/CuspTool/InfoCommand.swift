import ArgumentParser
import Cusp
import Foundation

struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show what Cusp found on this machine: instruction set, threads, memory.")

    func run() {
        // Something to show: a matrix product, large enough for every thread and for huge pages.
        let x = Tensor.ones([2048, 2048])
        let y = matmul(x, x)
        let rows: [(String, String)] = [
            ("version", CuspCommand.version),
            ("instruction set", instructionSet),
            ("threads", "\(threads) at most, \(widestTeam) used by a matrix product just now"),
            ("cores", "\(ProcessInfo.processInfo.activeProcessorCount)"),
            ("memory", "\(size(Int(ProcessInfo.processInfo.physicalMemory)))"),
            ("  active", "\(size(Memory.active)) in \(2) tensors of \(size(y.elementCount * y.dtype.size))"),
            ("  peak", size(Memory.peak)),
            ("  cached", "\(size(Memory.cached)), at most \(size(Memory.cacheLimit))"),
            ("page", size(Int(sysconf(Int32(_SC_PAGESIZE))))),
            ("huge pages", hugePages),
        ]
        for (name, value) in rows { print(name.aligned(left: 17) + value) }
        withExtendedLifetime((x, y)) {}
    }

    /// What the system does with large blocks, and how much of this process it has put on huge pages.
    private var hugePages: String {
        #if os(Linux)
            let folder = "/sys/kernel/mm/transparent_hugepage/"
            guard let modes = text(folder + "enabled") else { return "none: the system does not offer them" }
            // The mode in force stands in brackets: always [madvise] never.
            let mode = modes.split(separator: "[").last?.split(separator: "]").first.map(String.init) ?? modes
            let bytes = text(folder + "hpage_pmd_size").flatMap { Int($0) }
            let used = text("/proc/self/smaps_rollup")?.split(separator: "\n").first { $0.hasPrefix("AnonHugePages") }
            let kilobytes = used?.split(separator: " ").compactMap { Int($0) }.first
            return "\(bytes.map(size) ?? "size unknown"), policy \(mode)"
                + (kilobytes.map { ", \(size($0 * 1024)) of this process on them" } ?? "")
        #else
            "left to the system"
        #endif
    }

    private func text(_ path: String) -> String? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Bytes in the largest unit in which they are at least 1.
    private func size(_ bytes: Int) -> String {
        var (value, unit) = (Double(bytes), 0)
        while value >= 1024 && unit < 4 { (value, unit) = (value / 1024, unit + 1) }
        let whole = value == value.rounded()
        return value.fixed(whole ? 0 : 1) + " " + ["bytes", "KB", "MB", "GB", "TB"][unit]
    }
}
