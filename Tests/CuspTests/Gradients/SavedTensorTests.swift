import Cusp
import Foundation
import Testing

@Suite struct SavedTensorTests {
    /// A tensor as plain numbers.
    struct Numbers: Sendable {
        let elements: [Double], shape: Shape, dtype: DType
        init(_ x: Tensor) { (elements, shape, dtype) = (x.elements, x.shape, x.dtype) }
        var tensor: Tensor { Tensor(elements, Array(shape), dtype) }
    }

    /// What the rule names is kept, each tensor that it names and nothing else.
    @Test(arguments: OperationRow.all)
    func onlyWhatRulesName(row: OperationRow) throws {
        let packed = Shared(0)
        var operands = row.operands(seed: 1).map { $0.leaf * 1 }
        let shells = operands.map { Weak($0.buffer.storage) }
        let y = try withSavedTensorHooks {
            packed.change { $0 += 1 }
            return Numbers($0)
        } unpack: {
            $0.tensor
        } _: {
            row.function(operands).sum()
        }
        #expect(packed.value == row.saved)
        operands = []
        #expect(shells.allSatisfy { $0.object == nil }, "an operand is kept besides what is packed")
        #expect(y.requiresGrad)
    }

    /// Packed and unpacked, tensors give the same gradients to the bit, of first and second order.
    @Test(arguments: OperationRow.all)
    func sameGradients(row: OperationRow) throws {
        func gradients(_ body: (() throws -> Tensor) throws -> Tensor) throws -> [[UInt64]] {
            let x = row.operands(seed: 2).map(\.leaf)
            let y = try body { (row.function(x) * row.function(x)).sum() }
            let first = try Cusp.gradients(of: [y], at: x, createGraph: true).map { $0! }
            let z = first.reduce(Tensor(0.0)) { $0 + ($1 * $1).sum() }
            try z.backward()
            return (first + x.map { $0.grad! }).map(\.bits)
        }
        let unpacked = Shared(0)
        let hooked = try gradients { body in
            try withSavedTensorHooks {
                Numbers($0)
            } unpack: { numbers in
                unpacked.change { $0 += 1 }
                return numbers.tensor
            } _: {
                try body()
            }
        }
        #expect(try hooked == gradients { try $0() })
        #expect(unpacked.value > 0)
    }

    @Test func onDisk() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("cusp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory.path) }

        func run(_ body: (() -> Tensor) throws -> Tensor) throws -> [UInt64] {
            let x = Tensor.range(600).asType(.float32).reshaped([20, 30]).transposed().leaf
            let small = Tensor([1, 2]).leaf
            let y = try body { exp(matmul(x, x.transposed()) * 1e-6).softmax(dim: 1)[0..<2] * small[0] * small[1] }
            try y.sum().backward(retainGraph: true)
            let first = x.grad!.bits
            try y.sum().backward()
            return first + x.grad!.bits
        }
        let plain = try run { $0() }
        let stored = try run { body in
            let y = try withSavedTensors(onDisk: directory, ofBytes: 1000) { body() }
            #expect(try files().count == 4, "two of matmul, one of exp, one of softmax")
            return y
        }
        #expect(stored == plain)
        #expect(try files().isEmpty)

        let missing = directory.appendingPathComponent("missing")
        let x = Tensor([1, 2]).leaf
        #expect(throws: (any Error).self) {
            _ = try withSavedTensors(onDisk: missing, ofBytes: 0) { exp(x) }
        }
        let y = try withSavedTensors(onDisk: directory, ofBytes: 0) { exp(x) }
        for file in try files() { try Data([1, 2, 3]).write(to: directory.appendingPathComponent(file)) }
        #expect(message { try y.sum().backward() }?.contains("has 3 bytes instead of 8") == true)
        #expect(x.grad == nil)
    }

    struct Failure: Error, Equatable { var name: String }

    @Test func errors() throws {
        let (x, w) = (Tensor([1, 2]).leaf, Tensor([3, 4]).leaf)
        x.grad = Tensor([7, 7])
        let y = try withSavedTensorHooks {
            $0
        } unpack: { _ in
            throw Failure(name: "unpack")
        } _: {
            exp(x) + w
        }
        #expect(throws: Failure(name: "unpack")) { try y.sum().backward() }
        #expect(x.grad?.floats == [7, 7] && w.grad == nil)

        let wrong = try withSavedTensorHooks {
            $0
        } unpack: {
            $0[0]
        } _: {
            exp(x)
        }
        #expect(
            message { try wrong.sum().backward() }
                == "withSavedTensorHooks: unpack gave float32 of shape [] for what was packed as float32 of shape [2]")

        let calls = Shared(0)
        #expect(throws: Failure(name: "pack 1")) {
            try withSavedTensorHooks { (_: Tensor) -> Tensor in
                calls.change { $0 += 1 }
                throw Failure(name: "pack \(calls.value)")
            } unpack: {
                $0
            } _: {
                // What could not be packed is kept.
                try (exp(x) * w).sum().backward()
            }
        }
        #expect(calls.value == 3)
        #expect(w.grad?.floats == exp(x).floats)
    }

    /// The inner hooks count, what hooks compute is not packed, and what needs no gradient is not either.
    @Test func nested() throws {
        let x = Tensor([1, 2]).leaf
        let seen = Shared<[String]>([])
        func hooked<T>(_ name: String, _ body: () throws -> T) throws -> T {
            try withSavedTensorHooks { tensor in
                seen.change { $0.append("\(name) packs \(tensor.floats), \(tensor.requiresGrad)") }
                return exp(tensor * tensor)
            } unpack: {
                seen.change { $0.append("\(name) unpacks") }
                return sqrt(log($0))
            } _: {
                try body()
            }
        }
        try hooked("outer") {
            let y = sigmoid(x)
            let z = try hooked("inner") { tanh(x * 3) }
            _ = sigmoid(Tensor([1, 2]))
            withoutGradients { _ = sigmoid(x) }
            try (y + z).sum().backward()
        }
        #expect(
            seen.value == [
                "outer packs [1.0, 2.0], false", "inner packs [3.0, 6.0], false", "outer unpacks", "inner unpacks",
            ])
    }

    /// Hooks see the tensors of an operation whose gradient is wanted only.
    @Test func ofOneOperand() throws {
        let (x, w) = (Tensor([[1, 2]]).leaf, Tensor([[3], [4]]))
        let shapes = Shared<[Shape]>([])
        let y = try withSavedTensorHooks { tensor in
            shapes.change { $0.append(tensor.shape) }
            return tensor
        } unpack: {
            $0
        } _: {
            matmul(x, w)
        }
        #expect(shapes.value == [[2, 1]])
        try y.sum().backward()
        #expect(x.grad?.floats == [3, 4])
    }

    @Test func manyThreads() throws {
        let w = Tensor.range(1000).asType(.float64).leaf
        let (packed, unpacked) = (Shared(0), Shared(0))
        let errors = Shared<[any Error]>([])
        DispatchQueue.concurrentPerform(iterations: 16) { i in
            do {
                let y = try withSavedTensorHooks { tensor in
                    packed.change { $0 += 1 }
                    return Numbers(tensor)
                } unpack: { numbers in
                    unpacked.change { $0 += 1 }
                    return numbers.tensor
                } _: {
                    sigmoid(w * 1e-3) * Double(i)
                }
                try y.sum().backward()
            } catch {
                errors.change { $0.append(error) }
            }
        }
        #expect(errors.value.isEmpty && packed.value == 16 && unpacked.value == 16)
        let expected = (sigmoidSlope(w.detached() * 1e-3) * 0.12).elements
        for (a, b) in zip(w.grad!.elements, expected) { #expect(abs(a - b) < 1e-13) }
    }
}

struct Weak {
    weak var object: AnyObject?
    init(_ object: AnyObject) { self.object = object }
}
