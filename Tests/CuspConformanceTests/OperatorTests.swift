import Cusp
import CuspConformance
import Testing

/// Operators on integers, and where PyTorch leaves a choice open. The answers are PyTorch 2.13's.
@Suite struct OperatorTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let op: String
        let values: [String]
        let elements: [Int]
        let answer: [[Int]]?

        /// - answer: every result's elements; nil for a case that is not supported.
        init(_ op: String, _ values: String..., of elements: [Int] = [], gives answer: [[Int]]?) {
            (self.op, self.values, self.elements, self.answer) = (op, values, elements, answer)
        }

        var testDescription: String { "\(op) of \(elements) \(values.dropFirst())" }
    }

    private static func ints(_ count: Int, at place: Int = 0) -> String {
        #"{"tensor": \#(Folder.tensor([count], at: 8 * place, dtype: "int64"))}"#
    }
    private static func value(_ value: String) -> String { #"{"value": \#(value)}"# }

    static let rows: [Row] = [
        .init("nn.functional.hardtanh", ints(3), of: [-3, 0, 1 << 40], gives: [[-1, 0, 1]]),
        .init(
            "nn.functional.hardtanh", ints(2), value("-9"), value("1099511627777"), of: [-10, 1 << 41],
            gives: [[-9, 1 << 40 + 1]]),
        .init(
            "nn.functional.threshold", ints(2), value("1"), value("5"), of: [1, 1 << 40 + 1], gives: [[5, 1 << 40 + 1]]),
        reduction("mean", [-6, 1, 0], gives: [-2, 1, 0]),
        reduction("mean", [-6, 1, 0], alone: true, gives: [1, 1, 0]),
        reduction("sum", [1, 2, 3], gives: [3, 4, 3]),
        reduction("prod", [1, 2, 3], alone: true, gives: [-63, -15, 3]),
        reduction("amax", [8, 8, 8], gives: [9, 8, 8]), reduction("amax", [8, 8, 8], alone: true, gives: [9, 5, 8]),
        reduction("amin", [8, 8, 8], alone: true, gives: [-7, -3, 8]),
        .init("logspace", value("2"), value("4"), value("2"), #"{"float": "0x1.0p+1"}"#, gives: [[4, 16]]),
        .init(
            "logspace", value("2"), #"{"float": "0x1.3333333333333p+0"}"#, value("4"), #"{"float": "0x1.4p+2"}"#,
            gives: [[25, 14, 8, 5]]),
        .init("movedim", ints(2), value("0"), value("-1"), of: [1, 2], gives: [[1, 2]]),
        .init("mode", ints(3), of: [2, 1, 2], gives: [[2], [2]]),
        .init("mode", ints(17), of: Array(1...16) + [9], gives: nil),
        .init("topk", ints(4), value("2"), of: [1, 3, 1, 2], gives: [[3, 2], [1, 3]]),
        .init("topk", ints(4), value("2"), of: [3, 1, 3, 2], gives: nil),
        .init("topk", ints(3), value("2"), of: [2, 3, 2], gives: nil),
        .init("kthvalue", ints(3), value("2"), of: [4, 4, 3], gives: nil),
        .init("kthvalue", ints(3), value("1"), of: [4, 4, 3], gives: [[3], [2]]),
    ]

    /// The values 9 and -7 go to place 0, 5 and -3 to place 1.
    private static func reduction(_ kind: String, _ own: [Int], alone: Bool = false, gives answer: [Int]) -> Row {
        .init(
            "scatter_reduce", ints(3), value("0"), ints(4, at: 3), ints(4, at: 7), value("\"\(kind)\""),
            of: own + [0, 0, 1, 1] + [9, -7, 5, -3] + (alone ? [0] : []), gives: [answer])
    }

    @Test(arguments: rows)
    func ofIntegers(row: Row) throws {
        var named = row.op == "logspace" ? [#""dtype": {"dtype": "int64"}"#] : []
        if row.op == "scatter_reduce" { named = [#""include_self": {"value": \#(row.elements.count == 11)}"#] }
        let files = try Folder(
            Folder.manifest(
                #"{"op": "\#(row.op)", "variant": "", "sample": 0, "input": \#(row.values[0]), "args": ["#
                    + row.values.dropFirst().joined(separator: ", ")
                    + #"], "kwargs": {\#(named.joined(separator: ", "))}, "outputs": []}"#),
            elements: row.elements.map { Double(bitPattern: UInt64(bitPattern: Int64($0))) })
        let outcome = Runner(try CaseFolder(files.url), policy: .minimumNorm).run(0)
        guard let answer = row.answer else {
            #expect(outcome.status == .unsupported && outcome.message?.contains("equal elements") == true)
            return
        }
        #expect(outcome.status == .ok, "\(outcome.message ?? "")")
        #expect(outcome.outputs.map(\.dtype) == answer.map { _ in .int64 })
        #expect(outcome.outputs.map { $0.array(of: Int.self) } == answer)
    }
}
