import CKernels
import Cusp
import Foundation
import Testing

/// Every elementwise function works on expressions as it does on tensors, under the same name.
@Suite struct AlgebraTests {
    static let types: [DType] = [.float32, .float64, .int32, .int64, .uint8, .bool]

    @Test(arguments: Algebra.entries.indices)
    func sameOnExpressions(index: Int) {
        let entry = Algebra.entries[index]
        var random = SeededGenerator(seed: index)
        for types in [Self.types.map { [$0, $0, $0] }, (0..<12).map { _ in random.types(3) }].joined() {
            let x = types.prefix(entry.arity).map { Tensor(Domain.small.samples(40, &random), [40], $0) }
            let eager = Algebra.apply(index, Array(x))
            let fused = PointwiseFunction("f", arity: entry.arity) { [Algebra.apply(index, $0)] }
            let result = fused.results(x.map(\.operand))[0]
            #expect(result.dtype == eager.dtype, "\(entry.name) of \(types)")
            #expect(sameNumbers(result, eager), "\(entry.name) of \(types): \(result), not \(eager)")
        }
    }

    @Test(arguments: Algebra.wholes)
    func sameOnExpressions(whole name: String) {
        var random = SeededGenerator(seed: 1)
        for types in [
            [DType.int32, .int32], [.int64, .int64], [.uint8, .uint8], [.int32, .int64], [.uint8, .int32],
        ] {
            let x = types.map { Tensor(Domain.small.samples(40, &random), [40], $0) }
            let eager = Algebra.applyWhole(name, x[0], x[1])
            let fused = PointwiseFunction("f", arity: 2) { [Algebra.applyWhole(name, $0[0], $0[1])] }
            let result = fused.results(x.map(\.operand))[0]
            #expect(result.dtype == eager.dtype, "\(types)")
            #expect(sameNumbers(result, eager), "\(types): \(result), not \(eager)")
        }
    }

    /// The table has whatever is declared for `Elementwise` in the sources.
    @Test func everyFunctionIsInTheTable() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources").standardized
        var declared: Set<String> = []
        for folder in ["Cusp/Ops", "Cusp/Kinks", "CuspNN"] {
            let folder = sources.appending(path: folder)
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file.hasSuffix(".swift")
            {
                let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
                for line in text.split(separator: "\n") {
                    if let match = line.firstMatch(of: #/^public func `?(\w+)`?<E: Elementwise>/#) {
                        declared.insert(String(match.1))
                    }
                    let operators = #/^ +(?:@inlinable )?public static (prefix )?func (\S+) \(a: Self/#
                    if let match = line.firstMatch(of: operators) {
                        declared.insert((match.1 ?? "") + String(match.2))
                    }
                }
            }
        }
        #expect(declared.count > 80)
        #expect(declared == Set(Algebra.entries.map(\.name) + Algebra.wholes))
    }

    /// What the table is made of is all that the kernels have; chain stands in derivatives, copy in casts.
    @Test func everyPrimitiveIsInTheTable() {
        var texts = Algebra.entries.indices.map { i in
            PointwiseFunction("f", arity: Algebra.entries[i].arity) { [Algebra.apply(i, $0)] }.description
        }
        for name in Algebra.wholes {
            texts.append(PointwiseFunction("f", arity: 2) { [Algebra.applyWhole(name, $0[0], $0[1])] }.description)
        }
        let words = Set(texts.joined(separator: " ").split { " \n,".contains($0) }.map(String.init))
        for i in 0..<CK_OPERATION_COUNT.rawValue {
            let name = String(cString: ck_describe(ck_operation(i)).name)
            #expect(words.contains(name) || ["chain", "copy"].contains(name), "\(name)")
        }
    }
}

extension SeededGenerator {
    mutating func types(_ count: Int) -> [DType] {
        (0..<count).map { _ in AlgebraTests.types[below(AlgebraTests.types.count)] }
    }
}

/// The same bits, where every NaN counts as the same.
func sameNumbers(_ a: Tensor, _ b: Tensor) -> Bool {
    a.dtype == b.dtype && a.shape == b.shape
        && zip(a.elements, b.elements).allSatisfy { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN }
}
