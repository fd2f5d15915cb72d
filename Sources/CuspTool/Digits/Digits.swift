import Cusp
import Foundation

/// Images of handwritten digits and what they show.
package struct Digits {
    /// `[n, 64]`, float32: eight rows of eight pixels, 0 for paper to 1 for ink.
    package let images: Tensor
    /// `[n]`, int64, 0 to 9.
    package let labels: Tensor

    package var count: Int { labels.elementCount }

    static let pixels = 64
    static let classes = 10

    /// What is wrong with a file, in one sentence that names file and line.
    package struct ReadingError: Error, CustomStringConvertible {
        package let description: String
    }

    /// The file that comes with the tool.
    package static var bundledFile: String {
        Bundle.module.path(forResource: "digits", ofType: "csv") ?? "digits.csv"
    }

    /// Reads a file of lines with 65 comma-separated whole numbers: 64 pixels from 0 to 16, and the digit from 0 to 9.
    ///
    /// - Throws: ``ReadingError`` if the file cannot be read, is no text, or has a line that is not of this form.
    package init(contentsOf path: String) throws {
        let data: Data
        do {
            // Not Data(contentsOf:), which refuses pipes and devices.
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            data = try file.readToEnd() ?? Data()
        } catch {
            throw ReadingError(description: "\(path): \(Self.reason(path))")
        }
        try self.init(parsing: [UInt8](data), path)
    }

    /// The same from the text itself; `path` is what messages call it.
    package init(parsing bytes: [UInt8], _ path: String) throws {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // Lines may end as on Windows, and the last ones may be empty.
        for i in lines.indices where lines[i].last == UInt8(ascii: "\r") { lines[i].removeLast() }
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard !lines.isEmpty else { throw ReadingError(description: "\(path):1: the file is empty") }
        var pixels: [Float] = []
        var labels: [Int] = []
        pixels.reserveCapacity(lines.count * Self.pixels)
        for (index, line) in lines.enumerated() {
            do {
                labels.append(try Self.parse(line, into: &pixels))
            } catch {
                throw ReadingError(description: "\(path):\(index + 1): \(error.text)")
            }
        }
        guard labels.count >= 5 else {
            throw ReadingError(
                description: "\(path):\(labels.count): the file ends here, and at least 5 images are needed")
        }
        images = Tensor(pixels, shape: [labels.count, Self.pixels]) / 16
        self.labels = Tensor(labels, shape: [labels.count])
    }

    private struct LineError: Error { let text: String }

    /// Appends the pixels of a line, and gives its label.
    private static func parse(
        _ line: ArraySlice<UInt8>, into pixels: inout [Float]
    ) throws(LineError) -> Int {
        let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        for (column, field) in fields.prefix(Self.pixels + 1).enumerated() {
            let last = column == Self.pixels
            guard let number = number(field), number <= (last ? 9 : 16) else {
                let expected = last ? "a digit from 0 to 9" : "a pixel from 0 to 16"
                throw LineError(text: complaint(line, field, column, expected))
            }
            if fields.count != Self.pixels + 1 { continue }
            if last { return number }
            pixels.append(Float(number))
        }
        let numbers = fields.count == 1 ? "1 number" : "\(fields.count) numbers"
        throw LineError(text: "the line has \(numbers), and \(Self.pixels + 1) are expected")
    }

    /// A whole number of at most three digits, perhaps with space around it.
    private static func number(_ field: ArraySlice<UInt8>) -> Int? {
        var number: Int?
        var ended = false
        for byte in field {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard !ended, (number ?? 0) < 100 else { return nil }
                number = (number ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
            case UInt8(ascii: " "), UInt8(ascii: "\t"): ended = number != nil
            default: return nil
            }
        }
        return number
    }

    /// Why a field is no such number.
    private static func complaint(
        _ line: ArraySlice<UInt8>, _ field: ArraySlice<UInt8>, _ column: Int, _ expected: String
    ) -> String {
        let isPrinting = line.allSatisfy { $0 >= 32 || $0 == UInt8(ascii: "\t") }
        guard isPrinting, String(validating: line, as: UTF8.self) != nil else {
            return "this is not text; lines of \(pixels + 1) numbers are expected"
        }
        guard !line.isEmpty else { return "the line is empty, and \(pixels + 1) numbers are expected" }
        var shown = String(decoding: field, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        if shown.count > 20 { shown = shown.prefix(20) + "..." }
        return "column \(column + 1) is \"\(shown)\", and \(expected) is expected"
    }

    private static func reason(_ path: String) -> String {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        guard exists else { return "there is no such file" }
        if isDirectory.boolValue { return "this is a folder, not a file" }
        return "the file cannot be read"
    }
}

extension Digits {
    private init(images: Tensor, labels: Tensor) {
        self.images = images
        self.labels = labels
    }

    /// These rows only, in this order.
    private func rows(_ rows: ArraySlice<Int>) -> Digits {
        var images: [Float] = []
        let (pixels, digits) = (self.images.floats, labels.array(of: Int.self))
        for row in rows { images += pixels[row * Self.pixels..<(row + 1) * Self.pixels] }
        return Digits(
            images: Tensor(images, shape: [rows.count, Self.pixels]),
            labels: Tensor(rows.map { digits[$0] }, shape: [rows.count]))
    }

    /// In random order, the first 80 % to train on and the rest to test with.
    package func split(_ random: inout RandomStream) -> (training: Digits, test: Digits) {
        let order = random.permutation(count)
        let part = count * 4 / 5
        return (rows(order[..<part]), rows(order[part...]))
    }
}
