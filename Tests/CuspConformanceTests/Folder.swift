import CuspConformance
import Foundation

/// A case folder made by a test, removed with it.
final class Folder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("cusp-conformance-\(UUID())")

    /// - Parameter elements: the contents of data.bin; no file if nil.
    init(_ manifest: String?, elements: [Double]? = []) throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        if let manifest { try Data(manifest.utf8).write(to: url.appendingPathComponent("manifest.json")) }
        if let elements {
            try elements.withUnsafeBytes { try Data($0).write(to: url.appendingPathComponent("data.bin")) }
        }
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var results: URL { url.appendingPathComponent("results") }

    /// The text of a tensor in a manifest, of contiguous elements unless strides are given.
    static func tensor(
        _ shape: [Int], at offset: Int = 0, count: Int? = nil, strides: [Int]? = nil, start: Int = 0,
        grad: Bool = false,
        dtype: String = "float64"
    ) -> String {
        let dense = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
        let bytes = 8 * (count ?? shape.reduce(1, *))
        return #"{"offset": \#(offset), "bytes": \#(bytes), "dtype": "\#(dtype)", "shape": \#(shape), "#
            + #""strides": \#(strides ?? dense), "start": \#(start), "grad": \#(grad)}"#
    }

    static func manifest(_ cases: String..., format: Int = 1, policy: String? = nil) -> String {
        let policy = policy.map { #", "policy": "\#($0)""# } ?? ""
        return #"{"format": \#(format)\#(policy), "cases": [\#(cases.joined(separator: ", "))]}"#
    }

    /// A case with these tensors as its arguments. `more` is what else the case holds.
    static func test(
        _ op: String, _ tensors: String..., kwargs: String = "", outputs: String = "", more: String = ""
    ) -> String {
        let values = tensors.map { #"{"tensor": \#($0)}"# }
        return #"{"op": "\#(op)", "variant": "", "sample": 0, "input": \#(values[0]), "#
            + #""args": [\#(values.dropFirst().joined(separator: ", "))], "kwargs": {\#(kwargs)}, "#
            + #""outputs": [\#(outputs)]\#(more)}"#
    }
}
