import Foundation

/// A bar on a terminal, else a line for each row. On standard error, so that the table can go elsewhere.
struct Progress {
    let total: Int
    private var done = 0
    private let isTerminal = isatty(STDERR_FILENO) == 1

    init(total: Int) { self.total = total }

    /// Says what is being measured now.
    func begin(_ row: Row, _ n: Int) {
        guard isTerminal else { return }
        let width = 30
        let filled = width * done / max(total, 1)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        write("\r\u{1B}[K\(bar) \(done)/\(total) \(row.id) \(Size(n))")
    }

    mutating func end(_ result: Figure) {
        done += 1
        if isTerminal && result.error == nil { return }
        let what = result.error.map { "error: " + $0 } ?? Table.cell(result)
        write("\(isTerminal ? "\r\u{1B}[K" : "")[\(done)/\(total)] \(result.id) \(Size(result.n)): \(what)\n")
    }

    func finish() {
        if isTerminal { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
