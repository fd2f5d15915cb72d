import Cusp
import Foundation

/// What became of a case.
package struct Outcome: Sendable {
    package enum Status: String, Codable, Sendable { case ok, unsupported, error }

    package var index: Int
    package var status: Status
    package var message: String?
    package var outputs: [Tensor] = []
    /// One for each input that requires a gradient, nil for none; nil if the case asks for none.
    package var gradients: [Tensor?]?
    package var secondGradients: [Tensor?]?

    init(_ index: Int, _ status: Status, _ message: String? = nil) {
        self.index = index
        self.status = status
        self.message = message
    }
}

/// What Cusp does not have: an operator, a form of its arguments, a type of elements.
package struct Unsupported: Error, CustomStringConvertible {
    package let description: String

    init(_ what: String) { description = what + " is not supported" }
}

/// results.json, as FORMAT.md has it.
private struct Results: Encodable {
    struct Row: Encodable {
        var `case`: Int
        var status: Outcome.Status
        var message: String?
        var outputs: [StoredTensor]
        var gradients: [StoredTensor?]?
        var secondGradients: [StoredTensor?]?

        enum CodingKeys: String, CodingKey {
            case `case`, status, message, outputs, gradients
            case secondGradients = "second_gradients"
        }
    }
    var results: [Row]
}

/// Writes results.json and data.bin into `folder`.
///
/// - Throws: ``ConformanceError`` if that cannot be done.
package func write(_ outcomes: [Outcome], to folder: URL) throws {
    var elements = Data()
    let rows = outcomes.map { outcome in
        Results.Row(
            case: outcome.index, status: outcome.status, message: outcome.message,
            outputs: outcome.outputs.map { elements.append($0) },
            gradients: outcome.gradients?.map { $0.map { elements.append($0) } },
            secondGradients: outcome.secondGradients?.map { $0.map { elements.append($0) } })
    }
    do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try JSONEncoder().encode(Results(results: rows)).write(to: folder.appendingPathComponent("results.json"))
        try elements.write(to: folder.appendingPathComponent("data.bin"))
    } catch {
        throw ConformanceError("the results cannot be written to \(folder.path): \(error.localizedDescription)")
    }
}

extension Data {
    /// Appends the tensor's elements in row-major order and says where they are.
    fileprivate mutating func append(_ tensor: Tensor) -> StoredTensor {
        let whole = tensor.contiguous()
        let size = whole.elementCount * whole.dtype.size
        append(contentsOf: repeatElement(0, count: -count & 7))
        let offset = count
        append(UnsafeRawBufferPointer(start: whole.buffer.start, count: size).bindMemory(to: UInt8.self))
        let layout = Layout(whole.shape)
        return StoredTensor(
            offset: offset, bytes: size, dtype: whole.dtype.description, shape: Array(whole.shape),
            strides: whole.shape.indices.map { layout.strides[$0] }, start: 0, grad: false)
    }
}
