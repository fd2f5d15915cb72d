import Foundation
import Testing

/// The built tool itself: what it prints, and its exit codes.
@Suite struct CommandTests {
    struct Run {
        let status: Int32
        let output: String
        let errors: String
    }

    /// The tool lies beside the tests.
    private static let tool = Bundle.main.bundleURL.appendingPathComponent("cusp")

    private func cusp(_ arguments: String...) throws -> Run {
        let process = Process()
        process.executableURL = Self.tool
        process.arguments = arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // A page of text at most, which fits into a pipe.
        process.waitUntilExit()
        let text = { (pipe: Pipe) in String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) }
        return Run(status: process.terminationStatus, output: text(output), errors: text(errors))
    }

    @Test func helpAndVersion() throws {
        for arguments in ["--help", "--version"] { #expect(try cusp(arguments).status == 0) }
        let help = try cusp("--help").output
        for command in ["tour", "digits", "info"] {
            #expect(help.contains("  \(command) "))
            let own = try cusp(command, "--help")
            #expect(own.status == 0 && own.output.contains("USAGE: cusp \(command)"))
        }
    }

    @Test func tourShowsSixExamples() throws {
        let run = try cusp("tour")
        #expect(run.status == 0 && run.errors.isEmpty)
        for number in 1...6 { #expect(run.output.contains("\n\(number). ") || run.output.hasPrefix("\(number). ")) }
        #expect(run.output.components(separatedBy: "\n   dx ").count == 7)
        #expect(try cusp("tour", "--double").output.contains("float64"))
    }

    @Test func infoShowsTheMachine() throws {
        let run = try cusp("info")
        #expect(run.status == 0)
        for name in ["version", "instruction set", "threads", "memory", "page"] { #expect(run.output.contains(name)) }
    }

    @Test func digitsInPlainLines() throws {
        let run = try cusp("digits", "--epochs", "2", "--hidden", "16")
        #expect(run.status == 0 && run.errors.isEmpty)
        #expect(!run.output.contains("\u{1B}") && !run.output.contains("\r"))
        for part in ["epoch 2/2", "images/s", "test accuracy", "of 360", "both trained in"] {
            #expect(run.output.contains(part), "\(part) in \(run.output)")
        }
    }

    @Test func badDataIsOneSentence() throws {
        let row = Array(repeating: "1", count: 65).joined(separator: ",") + "\n"
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cusp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = try ["", row + "1,2\n", "a" + row, row + "17" + row.dropFirst()].enumerated().map { number, text in
            let file = folder.appendingPathComponent("\(number).csv")
            try text.write(to: file, atomically: true, encoding: .utf8)
            return file.path
        }
        for path in ["/no/such/file", NSTemporaryDirectory(), Self.tool.path] + files {
            let run = try cusp("digits", "--data", path)
            #expect(run.status == 1 && run.output.isEmpty)
            let isOneLine = run.errors.filter { $0 == "\n" }.count == 1
            #expect(run.errors.hasPrefix("Error: \(path):") && isOneLine, "\(run.errors)")
        }
    }

    @Test func badOptionsAreNamed() throws {
        for argument in ["--epochs=0", "--hidden=-1", "--batch=0", "--seed=x", "--learning-rate=nan", "--noise=-1"] {
            let run = try cusp("digits", argument)
            let option = String(argument.prefix { $0 != "=" })
            #expect(run.status == 64 && run.errors.contains(option), "\(run.errors)")
        }
        #expect(try cusp("dance").status == 64)
    }
}
