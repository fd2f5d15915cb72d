import Foundation

/// Something that ended the run, in one sentence.
package struct BenchError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// A process that does the same work with another library: see PROTOCOL.md.
package final class Peer {
    package let name: String
    package private(set) var version = ""
    private let process = Process()
    private let requests = Pipe()
    private let answers = Pipe()
    private var received = Data()

    /// Starts the script `NAME_peer.py` of the folder `scripts`; libtorch is a program, which stands in the interpreter's place.
    package init(_ name: String, python: String, scripts: URL, threads: Int) throws {
        self.name = name
        signal(SIGPIPE, SIG_IGN)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let script = name == "libtorch" ? [] : [scripts.appendingPathComponent("\(name)_peer.py").path]
        process.arguments = [python] + script + ["--threads", "\(threads)"]
        process.standardInput = requests
        process.standardOutput = answers
        try process.run()
        version = try ask(Request(cmd: "hello")).version ?? ""
    }

    deinit {
        try? send(Request(cmd: "quit"))
        try? requests.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    struct Request: Encodable {
        var cmd: String
        var id: String?
        var n: Int?
        var iterations: Int?
    }

    struct Answer: Decodable {
        var version: String?
        var check: [Digest]?
        var seconds: Double?
        var unsupported: Bool?
        var error: String?
        var baseBytes: Int?
        var peakBytes: Int?
    }

    /// Makes the inputs of a case and does its work once; nil if the peer does not have it.
    func prepare(_ id: String, n: Int) throws -> [Digest]? {
        let answer = try ask(Request(cmd: "prepare", id: id, n: n))
        return answer.unsupported == true ? nil : answer.check ?? []
    }

    /// Nanoseconds per iteration, over that many in a row.
    func time(_ iterations: Int) throws -> Double {
        guard let seconds = try ask(Request(cmd: "time", iterations: iterations)).seconds else {
            throw BenchError("\(name) did not say how long it took")
        }
        return seconds * 1e9
    }

    func memory() throws -> MemoryUse {
        let answer = try ask(Request(cmd: "memory"))
        return MemoryUse(base: answer.baseBytes ?? 0, peak: answer.peakBytes ?? 0)
    }

    private func send(_ request: Request) throws {
        let line = try JSONEncoder().encode(request) + Data("\n".utf8)
        do { try requests.fileHandleForWriting.write(contentsOf: line) } catch { throw ended }
    }

    private var ended: BenchError {
        BenchError("\(name) ended without an answer; --python names the interpreter to use, or libtorch's program")
    }

    private func ask(_ request: Request) throws -> Answer {
        try send(request)
        while !received.contains(UInt8(ascii: "\n")) {
            let data = answers.fileHandleForReading.availableData
            guard !data.isEmpty else { throw ended }
            received.append(data)
        }
        let end = received.firstIndex(of: UInt8(ascii: "\n"))!
        let line = Data(received[..<end])
        received = Data(received[(end + 1)...])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let answer = try decoder.decode(Answer.self, from: line)
        if let error = answer.error { throw BenchError("\(name): \(error)") }
        return answer
    }

    /// The folder of the peers' scripts: up from the working directory, or from the executable.
    package static func scripts() throws -> URL {
        let executable = URL(fileURLWithPath: CommandLine.arguments[0])
        for start in [URL(fileURLWithPath: FileManager.default.currentDirectoryPath), executable] {
            var folder = start.standardizedFileURL
            while folder.path != "/" {
                let scripts = folder.appendingPathComponent("Benchmarks/Peers")
                if FileManager.default.fileExists(atPath: scripts.path) { return scripts }
                folder.deleteLastPathComponent()
            }
        }
        throw BenchError("Benchmarks/Peers is not found: run cusp-bench in the package, or name the folder by --peers")
    }
}
