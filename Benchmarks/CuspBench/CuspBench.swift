import ArgumentParser
import Cusp
import Foundation

@main
struct CuspBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cusp-bench",
        abstract: "Measures Cusp, in turns with another library that does the same work.",
        discussion: """
            Each cell of the table is our time, ×N: how many times as fast as the peer, and the share of what the machine can do: of \
            its copy bandwidth, or of its peak of multiply-adds for matrix products, measured in the same turns. Before the clock starts, \
            both sides' results are compared; a difference is an error.
            """)

    @Option(help: ArgumentHelp("Only ids in which the regular expression matches.", valueName: "regex"))
    var filter: String?
    @Option(help: "Numbers of elements, with commas between.")
    var sizes = Sizes.suite
    @Option(help: "Threads on both sides (default: one for each core).")
    var threads: Int?
    @Option(
        help: """
            Whom to compare with: torch, libtorch, jax, numpy, none, or ourselves: serial, with the nodes of backward passes \
            one after the other, or single, on one thread (default: torch if --python is given, else none).
            """)
    var peer: String?
    @Option(help: "The interpreter that has the peer (default: python3); for libtorch its program, see PROTOCOL.md.")
    var python: String?
    @Option(help: "The folder of the peers' scripts (default: Benchmarks/Peers of the package).")
    var peers: String?
    @Option(help: "Rounds on each side; the best one counts.")
    var rounds = 5
    @Option(help: "How long a round is; many short ones find the gaps of a busy machine.")
    var milliseconds = 30.0
    @Option(help: "Writes the results to this file as JSON.")
    var json: String?
    @Option(help: "Writes a report with plots to this file.")
    var html: String?
    @Flag(help: "Lists the ids, with those that are still missing, and ends.")
    var list = false
    @Flag(
        help: """
            Sweeps every function of one argument over all float32 inputs and many float64 ones, those of two over many pairs,
            and ends.
            """)
    var accuracy = false
    @Option(help: ArgumentHelp("With --accuracy: takes every nth float32 only.", valueName: "n"))
    var every = 1
    @Option(help: .hidden)
    var memoryOf: String?

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads \(threads) is not a number of threads") }
        if rounds < 1 { throw ValidationError("--rounds \(rounds): there must be one at least") }
        if every < 1 { throw ValidationError("--every \(every) is not a step") }
        if !(milliseconds > 0) { throw ValidationError("--milliseconds \(milliseconds) is not a time") }
        let peers = ["torch", "libtorch", "jax", "numpy", "none"] + Ourselves.allCases.map(\.rawValue)
        if let peer, !peers.contains(peer) {
            throw ValidationError("--peer \(peer) is none of \(peers.joined(separator: ", "))")
        }
        if peer == "libtorch", python == nil {
            throw ValidationError("--peer libtorch takes its program, built as PROTOCOL.md says, by --python")
        }
        if let filter, (try? Regex(filter)) == nil {
            throw ValidationError("--filter \(filter) is not a regular expression")
        }
    }

    func run() throws {
        if let threads { Cusp.threads = threads }
        if let memoryOf { return try printMemory(memoryOf) }
        if accuracy { return try checkAccuracy(every: every) }
        let rows = try chosen(Suite.rows) { $0.id }
        let missing = try chosen(Suite.missing) { $0.id }
        if list {
            for row in rows { print(row.id.padded(24, left: true), row.group.rawValue) }
            for (id, group) in missing { print(id.padded(24, left: true), group.rawValue + ", missing") }
            return
        }
        guard !rows.isEmpty else { throw BenchError("no id matches \(filter ?? ""); --list shows them all") }
        for (id, _) in missing { note("\(id): skipped, the library does not have it yet") }
        // Before all the work, not after it: whether what it is for can be written.
        for file in [json, html].compactMap({ $0 }) { try write("", to: file) }
        try report(try measure(rows))
    }

    private func measure(_ rows: [Row]) throws -> [Figure] {
        let work = rows.flatMap { row in (row.fixedSize.map { [$0] } ?? sizes.sizes.map(\.count)).map { (row, $0) } }
        let start = { try startPeer() }
        var runner = Runner(peer: try start())
        runner.ourselves = peer.flatMap(Ourselves.init)
        runner.clock.rounds = rounds
        runner.clock.round = milliseconds * 1e6
        runner.freshPeer = start
        runner.ownMemory = freshMemory
        if let peer = runner.peer {
            note("\(peer.name) \(peer.version), \(Cusp.threads) thread\(Cusp.threads == 1 ? "" : "s") on both sides")
        }
        noteLoad()
        var progress = Progress(total: work.count)
        defer { progress.finish() }
        return work.map { row, n in
            progress.begin(row, n)
            let result = runner.measure(row, n)
            progress.end(result)
            return result
        }
    }

    private func report(_ results: [Figure]) throws {
        print(Table(results).text)
        if let json { try write(Figure.json(results), to: json) }
        if let html { try write(Page(results).text, to: html) }
        let failed = results.filter { $0.error != nil }
        for row in failed { note("error: \(row.id) \(Size(row.n)): \(row.error!)") }
        if !failed.isEmpty { throw ExitCode.failure }
    }

    private func write(_ text: String, to file: String) throws {
        do { try Data(text.utf8).write(to: URL(fileURLWithPath: file)) } catch {
            throw BenchError("\(file) cannot be written")
        }
    }

    private func chosen<T>(_ list: [T], by id: (T) -> String) throws -> [T] {
        guard let filter else { return list }
        let regex = try Regex(filter)
        return list.filter { id($0).contains(regex) }
    }

    private func startPeer() throws -> Peer? {
        let name = peer ?? (python == nil ? "none" : "torch")
        guard name != "none", Ourselves(rawValue: name) == nil else { return nil }
        return try Peer(
            name, python: python ?? "python3", scripts: try peers.map { URL(fileURLWithPath: $0) } ?? Peer.scripts(),
            threads: Cusp.threads)
    }

    /// A busy machine gives numbers that mean little.
    private func noteLoad() {
        var load = 0.0
        guard getloadavg(&load, 1) == 1, load > 0.5 else { return }
        note("the machine is busy with other work (load \(digits(load))): the numbers will be unsteady")
    }

    private func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

// MARK: - Memory, in a process of its own

extension CuspBench {
    private func printMemory(_ id: String) throws {
        guard let row = Suite.row(id), let size = row.fixedSize, let use = MemoryUse(of: row, size: size) else {
            throw BenchError("the memory of \(id) cannot be measured here")
        }
        print(String(decoding: try JSONEncoder().encode(use), as: UTF8.self))
    }

    private func freshMemory(_ row: Row, _ n: Int) throws -> Double {
        let process = Process()
        let output = Pipe()
        process.executableURL = Bundle.main.executableURL
        process.arguments = ["--memory-of", row.id, "--threads", "\(Cusp.threads)"]
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try JSONDecoder().decode(MemoryUse.self, from: data).grown
    }
}
