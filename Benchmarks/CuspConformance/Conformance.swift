import ArgumentParser
import Cusp
import Foundation

@main
package struct Conformance: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "cusp-conformance",
        abstract: "Executes PyTorch's operator cases with Cusp and writes down what came out.",
        discussion: """
            compare.py then judges the results. Operators that Cusp does not have are "unsupported", not an error.
            """)

    @Argument(help: "The folder with the cases: manifest.json and data.bin.")
    package var cases: String

    @Argument(help: "The folder for the results; made if it is not there.")
    package var results: String

    @Option(help: "The policy at kinks: minimumNorm or legacy. If not given, the cases' own, else minimumNorm.")
    package var kinks: String?

    @Option(help: "Only these operators, by PyTorch's names, separated by commas.")
    package var ops: String?

    package init() {}

    package func run() throws {
        let folder = try CaseFolder(URL(fileURLWithPath: cases))
        let runner = Runner(folder, policy: try policy(for: folder))
        let chosen = try selection(of: folder)
        let progress = Progress(total: chosen.count)
        let outcomes = chosen.map { index in
            progress.show(folder.cases[index].op)
            return runner.run(index)
        }
        progress.clear()
        try write(outcomes, to: URL(fileURLWithPath: results))
        print(summary(outcomes))
        let second = outcomes.filter { folder.cases[$0.index].secondGradients != nil }
        if !second.isEmpty { print("of these with second gradients, " + summary(second)) }
    }

    private func policy(for folder: CaseFolder) throws -> KinkPolicy {
        guard let name = kinks ?? folder.policy else { return .minimumNorm }
        guard let policy = KinkPolicy.allCases.first(where: { "\($0)" == name }) else {
            throw ConformanceError("the policy at kinks is minimumNorm or legacy, not \(name)")
        }
        return policy
    }

    /// The positions of the cases to run.
    private func selection(of folder: CaseFolder) throws -> [Int] {
        guard let ops else { return Array(folder.cases.indices) }
        let names = Set(ops.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
        let known = Set(folder.cases.map(\.op))
        if let odd = names.sorted().first(where: { !known.contains($0) }) {
            throw ConformanceError("--ops: \(folder.path) has no case of the operator \(odd)")
        }
        return folder.cases.indices.filter { names.contains(folder.cases[$0].op) }
    }

    private func summary(_ outcomes: [Outcome]) -> String {
        let count = { (status: Outcome.Status) in outcomes.count { $0.status == status } }
        let (ok, unsupported, errors) = (count(.ok), count(.unsupported), count(.error))
        return counted(outcomes.count, "case") + ": \(ok) ok, \(unsupported) unsupported, " + counted(errors, "error")
    }

    private func counted(_ count: Int, _ name: String) -> String {
        "\(count) \(name)\(count == 1 ? "" : "s")"
    }
}

/// Something outside of this program that is not as it should be, in one sentence.
package struct ConformanceError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// A line on the terminal that says which case is running; nothing where there is no terminal.
private final class Progress {
    private let total: Int
    private var done = 0
    private let isShown = isatty(STDERR_FILENO) != 0

    init(total: Int) { self.total = total }

    func show(_ operation: String) {
        done += 1
        guard isShown else { return }
        write("\r\u{1B}[K\(done) of \(total)  \(operation)")
    }

    func clear() {
        if isShown { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
