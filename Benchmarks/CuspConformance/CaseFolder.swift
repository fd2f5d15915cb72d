import Cusp
import Foundation

/// A folder of cases: their description and the elements of their tensors.
package struct CaseFolder: Sendable {
    package let path: String
    package let cases: [Case]
    /// The policy that the expected gradients follow, where the folder names one.
    package let policy: String?
    private let elements: Data

    /// - Throws: ``ConformanceError`` if the folder cannot be read or does not hold together.
    package init(_ folder: URL) throws {
        path = folder.path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw ConformanceError("there is no folder \(path)")
        }
        let text = try Self.read(folder, "manifest.json")
        let manifest: Manifest
        do {
            manifest = try JSONDecoder().decode(Manifest.self, from: text)
        } catch {
            throw ConformanceError("\(path)/manifest.json is no manifest of cases: \(Self.reason(error))")
        }
        guard manifest.format == 1 else {
            throw ConformanceError("\(path)/manifest.json has the format \(manifest.format); this program reads 1")
        }
        cases = manifest.cases
        policy = manifest.policy
        elements = try Self.read(folder, "data.bin")
        for (index, test) in cases.enumerated() {
            if let odd = test.tensors.first(where: { !$0.lies(in: elements.count) }) {
                throw ConformanceError(
                    "\(path): case \(index) (\(test.op)) has a tensor of shape \(odd.shape) that does not lie in data.bin"
                )
            }
        }
    }

    private static func read(_ folder: URL, _ name: String) throws -> Data {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent(name)) else {
            throw ConformanceError("\(folder.path) has no file \(name) that can be read")
        }
        return data
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        let context =
            switch error {
            case .dataCorrupted(let context), .keyNotFound(_, let context), .typeMismatch(_, let context),
                .valueNotFound(_, let context):
                context
            @unknown default: DecodingError.Context(codingPath: [], debugDescription: "\(error)")
            }
        let place = context.codingPath.map(\.stringValue).joined(separator: ".")
        return (place.isEmpty ? "" : "at \(place): ") + context.debugDescription
    }

    /// The tensor in the form that the case describes: the same strides over the same storage.
    ///
    /// - Throws: ``Unsupported`` for a type of elements, or so many dimensions, that Cusp does not have.
    package func tensor(_ stored: StoredTensor) throws -> Tensor {
        let dtype = try DType(named: stored.dtype)
        guard stored.shape.count <= Shape.maximumRank else {
            throw Unsupported("a tensor of more than \(Shape.maximumRank) dimensions")
        }
        let storage = try Storage(bytes: stored.bytes)
        elements.withUnsafeBytes { bytes in
            guard stored.bytes > 0 else { return }
            storage.data.copyMemory(from: bytes.baseAddress! + stored.offset, byteCount: stored.bytes)
        }
        var strides = InlineArray<8, Int>(repeating: 0)
        let shape = try Shape(checking: stored.shape, for: "a case's tensor")
        for (i, stride) in stored.strides.enumerated() { strides[i] = stride }
        return Tensor(
            Buffer(
                storage: storage, layout: Layout(shape: shape, strides: strides, offset: stored.start), dtype: dtype))
    }
}

extension StoredTensor {
    /// Whether the storage lies in a file of `size` bytes, and all elements in the storage.
    fileprivate func lies(in size: Int) -> Bool {
        guard offset >= 0, bytes >= 0, bytes <= size, offset <= size - bytes, (0...bytes).contains(start),
            strides.count == shape.count, shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 })
        else { return false }
        guard !shape.contains(0), let width = Self.widths[dtype] else { return true }
        var last = start
        for (count, stride) in zip(shape, strides) {
            let (reach, overflow) = (count - 1).multipliedReportingOverflow(by: stride)
            guard !overflow, reach <= bytes else { return false }
            last += reach
        }
        return last < bytes / width
    }

    private static let widths: [String: Int] = Dictionary(
        uniqueKeysWithValues: DType.allCases.map { ($0.description, $0.size) })
}

extension DType {
    /// - Throws: ``Unsupported`` for a type that Cusp does not have.
    init(named name: String) throws {
        guard let type = DType.allCases.first(where: { $0.description == name }) else {
            throw Unsupported("elements of type \(name)")
        }
        self = type
    }
}
