import Foundation

/// The text half of a case folder, as the file has it.
struct Manifest: Decodable {
    var format: Int
    var policy: String?
    var cases: [Case]
}

/// One call of an operator, and what is known about its results.
package struct Case: Decodable, Sendable {
    package var op: String
    package var variant: String
    package var sample: Int
    package var input: Value<StoredTensor>
    package var args: [Value<StoredTensor>]
    package var kwargs: [String: Value<StoredTensor>]
    package var outputs: [StoredTensor]
    package var cotangents: [StoredTensor]?
    package var gradients: [StoredTensor?]?
    package var secondCotangents: [StoredTensor]?
    package var secondGradients: [StoredTensor?]?

    enum CodingKeys: String, CodingKey {
        case op, variant, sample, input, args, kwargs, outputs, cotangents, gradients
        case secondCotangents = "second_cotangents"
        case secondGradients = "second_gradients"
    }

    var tensors: [StoredTensor] {
        let arguments = [input] + args + Array(kwargs.values)
        let results = [gradients, secondGradients].compactMap { $0 }.joined().compactMap { $0 }
        return arguments.flatMap(\.elements) + outputs + (cotangents ?? []) + (secondCotangents ?? []) + results
    }
}

/// Where a tensor lies in data.bin.
package struct StoredTensor: Codable, Sendable {
    package var offset: Int
    package var bytes: Int
    package var dtype: String
    package var shape: [Int]
    /// In elements, like `start`.
    package var strides: [Int]
    package var start: Int
    package var grad: Bool
}

/// An argument of an operator; what stands for a tensor is up to the reader.
package indirect enum Value<Element> {
    case tensor(Element)
    case list([Value])
    case none
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(String)
    case dtype(String)
    case slice(from: Int?, to: Int?, step: Int?)
    case ellipsis
    /// A memory format or a device.
    case skipped

    /// The tensors, lists flattened.
    var elements: [Element] {
        switch self {
        case .tensor(let tensor): [tensor]
        case .list(let values): values.flatMap(\.elements)
        default: []
        }
    }

    func map<T>(_ change: (Element) throws -> T) rethrows -> Value<T> {
        switch self {
        case .tensor(let tensor): .tensor(try change(tensor))
        case .list(let values): .list(try values.map { try $0.map(change) })
        case .none: .none
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .float(let value): .float(value)
        case .string(let value): .string(value)
        case .dtype(let name): .dtype(name)
        case .slice(let from, let to, let step): .slice(from: from, to: to, step: step)
        case .ellipsis: .ellipsis
        case .skipped: .skipped
        }
    }
}

extension Value: Sendable where Element: Sendable {}

extension Value: Decodable where Element: Decodable {
    private enum Key: String, CodingKey { case tensor, list, value, float, dtype, slice, ellipsis, skip }

    package init(from decoder: any Decoder) throws {
        let box = try decoder.container(keyedBy: Key.self)
        guard let key = box.allKeys.first else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: box.codingPath, debugDescription: "an argument of no known kind"))
        }
        switch key {
        case .tensor: self = .tensor(try box.decode(Element.self, forKey: key))
        case .list: self = .list(try box.decode([Value].self, forKey: key))
        case .dtype: self = .dtype(try box.decode(String.self, forKey: key))
        case .ellipsis: self = .ellipsis
        case .skip: self = .skipped
        case .value:
            if try box.decodeNil(forKey: key) {
                self = .none
            } else if let value = try? box.decode(Bool.self, forKey: key) {
                self = .bool(value)
            } else if let value = try? box.decode(Int.self, forKey: key) {
                self = .int(value)
            } else {
                self = .string(try box.decode(String.self, forKey: key))
            }
        case .float:
            guard let value = Double(try box.decode(String.self, forKey: key)) else {
                throw DecodingError.dataCorruptedError(forKey: key, in: box, debugDescription: "not a number")
            }
            self = .float(value)
        case .slice:
            let bounds = try box.decode([Int?].self, forKey: key)
            guard bounds.count == 3 else {
                throw DecodingError.dataCorruptedError(forKey: key, in: box, debugDescription: "a slice of three")
            }
            self = .slice(from: bounds[0], to: bounds[1], step: bounds[2])
        }
    }
}
