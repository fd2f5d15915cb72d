/// How often each digit was taken for each.
package struct ConfusionMatrix: Equatable, CustomStringConvertible {
    /// A row for each digit, a column for each answer.
    package private(set) var counts: [[Int]]

    package init(digits: [Int], answers: [Int]) {
        counts = Array(repeating: Array(repeating: 0, count: Digits.classes), count: Digits.classes)
        for (digit, answer) in zip(digits, answers) { counts[digit][answer] += 1 }
    }

    /// How many answers are right.
    package var correct: Int { counts.indices.reduce(0) { $0 + counts[$1][$1] } }
    package var total: Int { counts.joined().reduce(0, +) }
    package var accuracy: Double { Double(correct) / Double(max(total, 1)) }

    /// A table with a line for each digit; a point stands for 0.
    package var description: String {
        let width = max(4, "\(counts.joined().max() ?? 0)".count + 1)
        let line = { (head: String, cells: [String]) in
            "  " + head + cells.map { $0.aligned(right: width) }.joined()
        }
        let rows = counts.enumerated().map { digit, row in line("\(digit)", row.map { $0 == 0 ? "." : "\($0)" }) }
        return ([line(" ", counts.indices.map(String.init))] + rows).joined(separator: "\n")
    }
}
