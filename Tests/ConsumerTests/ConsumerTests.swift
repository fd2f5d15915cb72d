import Foundation
import Testing

/// Cusp as a versioned dependency of another package. Building it twice takes minutes; CUSP_SKIP_CONSUMER=1 leaves it out.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["CUSP_SKIP_CONSUMER"] == nil))
struct ConsumerTests {
    @Test("a package that depends on a tag of this one builds, runs on several threads, and fetches nothing else")
    func consumer() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let check = Process()
        check.executableURL = root.appending(path: "Scripts/check-consumer")
        let output = Pipe()
        check.standardOutput = output
        check.standardError = output
        try check.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        check.waitUntilExit()
        #expect(check.terminationStatus == 0, "\(text)")
        #expect(text.contains("debug is right") && text.contains("release is right"), "\(text)")
    }
}
