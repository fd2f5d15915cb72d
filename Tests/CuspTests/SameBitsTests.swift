import CKernels
import Cusp
import Foundation
import Testing

/// The same bits, forward and backward, for 1 to 8 threads and every instruction set that fuses multiply-adds: for every
/// operation of the tables. Both are the process's, so each test runs in one of its own.
@Suite struct SameBitsTests {
    /// The instruction sets that this machine has and that promise the same bits; the baseline, on its own, where there are
    /// none.
    static let sets: [String] = {
        defer { ck_use_instruction_set_here(nil) }
        let fusing = ["avx2", "avx512", "neon"].filter { (set: String) in ck_use_instruction_set_here(set) }
        return fusing.isEmpty ? ["baseline"] : fusing
    }()

    static func bytes(_ x: Tensor) -> Data {
        let buffer = x.contiguous().buffer
        let size = x.dtype.size
        return Data(bytes: buffer.storage.data + buffer.layout.offset * size, count: x.elementCount * size)
    }

    static func check(_ label: String, _ results: () throws -> [Tensor]) rethrows {
        var expected: [Data]?
        for set in sets {
            #expect(ck_use_instruction_set(set))
            for threads in [1, 2, 5, 8] {
                Cusp.threads = threads
                let found = try results().map(bytes)
                for i in found.indices where found[i] != (expected ?? found)[i] {
                    Issue.record("\(label): result \(i) has other bits with \(set) and \(threads) threads")
                }
                expected = expected ?? found
            }
        }
    }

    /// What `function` gives, then the gradients of its sum where it has floats.
    static func resultAndGradients(_ function: ([Tensor]) -> Tensor, _ operands: [Tensor]) throws -> [Tensor] {
        let leaves = operands.map(\.leaf)
        let y = function(leaves)
        guard y.requiresGrad else { return [y] }
        return try [y] + gradients(of: [(y * y).sum()], at: leaves, allowUnused: true).compactMap(\.self)
    }

    static let shape = [330, 500]  // as many as go to several threads even where all that is done is an addition

    /// Operands of a float type, every second one transposed.
    static func operands(_ domains: [Domain], _ dtype: DType) -> [Tensor] {
        var random = SeededGenerator(seed: 21)
        return domains.enumerated().map { i, domain in
            let arrangement = i % 2 == 0 ? Arrangement.contiguous : .transposed
            return arrangement.tensor(shape[0], shape[1], dtype, domain, &random)
        }
    }

    @Test func elementwise() async {
        await #expect(processExitsWith: .success) {
            for row in ElementwiseRow.all {
                for dtype in [DType.float32, .float64] {
                    let operands = Self.operands(row.domains, dtype)
                    try Self.check("\(row) \(dtype)") { try Self.resultAndGradients(row.apply, operands) }
                }
            }
            #expect(ck_widest_team() > 1, "nothing ran on several threads")
        }
    }

    @Test func reductionsAndRowFunctions() async {
        await #expect(processExitsWith: .success) {
            for dtype in [DType.float32, .float64] {
                let x = Self.operands([.range(-3, 3)], dtype)
                for row in ReductionRow.all {
                    for dims in [[0], [1]] + (row.position ? [] : [[0, 1]]) {
                        try Self.check("\(row) \(dtype) \(dims)") {
                            try Self.resultAndGradients({ row.apply($0[0], dims, false) }, x)
                        }
                    }
                }
                for row in RowFunction.all {
                    for dim in 0...1 {
                        try Self.check("\(row) \(dtype) \(dim)") {
                            try Self.resultAndGradients({ row.apply($0[0], dim) }, x)
                        }
                    }
                }
            }
            #expect(ck_widest_team() > 1, "nothing ran on several threads")
        }
    }

    /// Every rule, at the small shapes of its table, then products and copies that are large enough for threads.
    @Test func operationsWithRules() async {
        await #expect(processExitsWith: .success) {
            for row in OperationRow.all {
                let operands = row.operands(seed: 22)
                try Self.check(row.name) { try Self.resultAndGradients(row.function, operands) }
            }
            for dtype in [DType.float32, .float64] {
                let x = Self.operands([.range(-3, 3), .range(-3, 3)], dtype)
                let large: [(String, ([Tensor]) -> Tensor)] = [
                    ("matmul", { matmul($0[0], $0[1].transposed()) }),
                    ("matmul plus", { matmul($0[0], $0[1].transposed(), plus: $0[0][0, 0], rectified: true) }),
                    ("matmul by a vector", { matmul($0[0], $0[1][0]) }),
                    ("cat", { cat([$0[0], $0[1]], dim: 1) }),
                    ("flipped", { $0[1].flipped(dim: 0).contiguous() }),
                    ("asType", { $0[0].asType(.float64) * $0[1].asType(.float32) }),
                ]
                for (name, function) in large {
                    try Self.check("\(name) \(dtype)") { try Self.resultAndGradients(function, x) }
                }
            }
            #expect(ck_widest_team() > 1, "nothing ran on several threads")
        }
    }

    @Test func random() async {
        await #expect(processExitsWith: .success) {
            Self.check("uniform and normal") {
                var stream = RandomStream(seed: 23)
                return [DType.float32, .float64].flatMap {
                    [stream.uniform(Shape(Self.shape), dtype: $0), stream.normal(Shape(Self.shape), dtype: $0)]
                }
            }
        }
    }
}
