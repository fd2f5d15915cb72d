import Cusp
import CuspTool
import Foundation
import Testing

@Suite struct DigitsFileTests {
    private static let row = Array(repeating: "1", count: 64).joined(separator: ",") + ",7"
    private static let rest = row.dropFirst()

    /// A file of good rows around a bad one, and what its message has to say.
    struct Bad: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let line: String
        let mentions: [String]
    }

    @Test(arguments: [
        Bad(testDescription: "too few", line: String(row.dropLast(2)), mentions: ["64 numbers", "65"]),
        Bad(testDescription: "too many", line: row + ",1", mentions: ["66 numbers", "65"]),
        Bad(testDescription: "one", line: "5", mentions: ["1 number", "65"]),
        Bad(testDescription: "empty", line: "", mentions: ["empty", "65"]),
        Bad(testDescription: "a large pixel", line: "17" + rest, mentions: ["column 1 ", "\"17\"", "0 to 16"]),
        Bad(testDescription: "a negative pixel", line: "-1" + rest, mentions: ["column 1 ", "\"-1\""]),
        Bad(testDescription: "a huge pixel", line: "99999999999999999999999" + rest, mentions: ["column 1 "]),
        Bad(testDescription: "a fraction", line: "1.5" + rest, mentions: ["column 1 ", "\"1.5\""]),
        Bad(testDescription: "a large label", line: row.dropLast() + "10", mentions: ["column 65", "0 to 9"]),
        Bad(testDescription: "a missing label", line: String(row.dropLast()), mentions: ["column 65", "\"\""]),
        Bad(testDescription: "two in one", line: "1 1" + rest, mentions: ["column 1 ", "\"1 1\""]),
        Bad(testDescription: "a word", line: "pixel" + rest, mentions: ["column 1 ", "\"pixel\""]),
        Bad(testDescription: "another script", line: "١" + rest, mentions: ["column 1 ", "\"١\""]),
        Bad(testDescription: "no text", line: "\u{0}\u{1}", mentions: ["not text"]),
    ])
    func aBadLineIsNamed(bad: Bad) {
        for ending in ["\n", "\r\n"] {
            let text = [Self.row, Self.row, bad.line, Self.row, Self.row, ""].joined(separator: ending)
            let error = #expect(throws: Digits.ReadingError.self) { try Digits(parsing: Array(text.utf8), "some.csv") }
            let message = error?.description ?? ""
            #expect(message.hasPrefix("some.csv:3: "), "\(message)")
            #expect(!message.contains("\n") && !message.contains("\r"))
            for part in bad.mentions { #expect(message.contains(part), "\(message)") }
        }
    }

    @Test func otherFilesAreNamed() {
        let message = { (bytes: [UInt8]) -> String in
            let error = #expect(throws: Digits.ReadingError.self) { try Digits(parsing: bytes, "f") }
            return error?.description ?? ""
        }
        #expect(message([]) == "f:1: the file is empty")
        #expect(message(Array("\n\n".utf8)) == "f:1: the file is empty")
        #expect(message([0x7F, 0x45, 0x4C, 0x46, 0, 0xFF]).hasPrefix("f:1: this is not text"))
        #expect(message(Array(Self.row.utf8) + [10, 0xC3, 0x28]).hasPrefix("f:2: this is not text"))
        #expect(message(Array(Self.row.utf8)).hasPrefix("f:1: the file ends here"))
        for path in ["/no/such/file.csv", NSTemporaryDirectory()] {
            let error = #expect(throws: Digits.ReadingError.self) { try Digits(contentsOf: path) }
            #expect(error?.description.hasPrefix(path + ": ") == true)
        }
    }

    @Test func goodFilesAreRead() throws {
        let rows = (0..<5).map { "\($0)" + Self.rest }
        let text = rows.joined(separator: "\r\n") + "\r\n\n"
        let digits = try Digits(parsing: Array(text.utf8), "f")
        #expect(digits.count == 5 && digits.images.shape == [5, 64])
        let first: [Float] = [0, 0.0625, 0.125, 0.1875, 0.25]
        #expect(digits.images[.all, 0].floats == first)
        #expect(digits.labels.array(of: Int.self) == [7, 7, 7, 7, 7] && digits.labels.dtype == .int64)
    }

    @Test func theBundledFileIsWhole() throws {
        let digits = try Digits(contentsOf: Digits.bundledFile)
        #expect(digits.count == 1797)
        let images = digits.images.array(of: Double.self)
        #expect(images.min() == 0 && images.max() == 1)
        // As many of each digit as the source says.
        let counts = digits.labels.array(of: Int.self).reduce(into: Array(repeating: 0, count: 10)) { $0[$1] += 1 }
        let expected = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
        #expect(counts == expected)
    }

    @Test func theSplitIsASplit() throws {
        let digits = try Digits(contentsOf: Digits.bundledFile)
        var (random, again, other) = (RandomStream(seed: 1), RandomStream(seed: 1), RandomStream(seed: 2))
        let (training, test) = digits.split(&random)
        #expect(training.count == 1437 && test.count == 360)
        let parts = Tensor.sortedRows(training) + Tensor.sortedRows(test)
        #expect(parts.sorted() == Tensor.sortedRows(digits))
        #expect(Tensor.sortedRows(digits.split(&again).test) == Tensor.sortedRows(test))
        #expect(Tensor.sortedRows(digits.split(&other).test) != Tensor.sortedRows(test))
    }
}

extension Tensor {
    /// Each image with its label as text, sorted.
    fileprivate static func sortedRows(_ digits: Digits) -> [String] {
        let (pixels, labels) = (digits.images.array(of: Double.self), digits.labels.array(of: Int.self))
        return labels.indices.map { row in
            "\(pixels[(row * 64)..<(row * 64 + 64)].map { Int($0 * 16) }) \(labels[row])"
        }.sorted()
    }
}
