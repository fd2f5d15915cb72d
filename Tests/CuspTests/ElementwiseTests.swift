import CKernels
import Cusp
import Testing

/// Every row of the table: values.
@Suite struct ElementwiseTests {
    /// What is wrong with `result`, or nil.
    static func problem(_ row: ElementwiseRow, _ result: Tensor, _ operands: [Tensor]) -> String? {
        let dtype = operands[0].dtype
        guard result.dtype == (row.gives == .booleans ? .bool : dtype) else { return "a result of \(result.dtype)" }
        let columns = operands.map { $0.expanded(to: result.shape).elements }
        for (i, value) in result.elements.enumerated() {
            let numbers = columns.map { $0[i] }
            let expected = row.reference(numbers)
            if ulps(value, expected, result.dtype) > row.bound(dtype) {
                return "\(row.name) of \(numbers) is \(value), not \(expected)"
            }
        }
        return nil
    }

    @Test(arguments: ElementwiseRow.all, [DType.float32, .float64])
    func everyArrangement(row: ElementwiseRow, dtype: DType) {
        var random = SeededGenerator(seed: 1)
        for a in Arrangement.allCases {
            for b in row.arity > 1 ? Arrangement.allCases : [.contiguous] {
                let arrangements = [a, b, Arrangement.allCases.randomElement(using: &random)!]
                for (rows, columns) in [(3, 5), (0, 5), (3, 0), (1, 1)] {
                    let operands = zip(row.domains, arrangements).map {
                        $1.tensor(rows, columns, dtype, $0, &random)
                    }
                    let problem = Self.problem(row, row.apply(operands), operands)
                    #expect(problem == nil, "\(arrangements), [\(rows), \(columns)]")
                }
            }
        }
    }

    @Test(arguments: ElementwiseRow.all, [DType.float32, .float64])
    func everyLength(row: ElementwiseRow, dtype: DType) {
        var random = SeededGenerator(seed: 2)
        for length in Array(0...40) + [63, 64, 65, 511, 512, 513, 1025, 5000] {
            let operands = row.domains.map { Tensor($0.samples(length, &random), [length], dtype) }
            let problem = Self.problem(row, row.apply(operands), operands)
            #expect(problem == nil, "length \(length)")
        }
    }

    @Test(arguments: ElementwiseRow.all.filter { $0.inPlace != nil }, [DType.float32, .float64])
    func inPlace(row: ElementwiseRow, dtype: DType) throws {
        var random = SeededGenerator(seed: 3)
        for a in Arrangement.full {
            for b in row.arity > 1 ? Arrangement.allCases : [.contiguous] {
                for (rows, columns) in [(3, 5), (0, 5), (1, 1), (40, 30)] {
                    let operands = zip(row.domains, [a, b]).map { $1.tensor(rows, columns, dtype, $0, &random) }
                    let expected = row.apply(operands)
                    var x = operands[0]
                    row.inPlace!(&x, Array(operands.dropFirst()))
                    #expect(x.bits == expected.bits && x.dtype == dtype, "a copy of \(a), \(b)")

                    x = Tensor(try operands[0].buffer.copied())
                    let before = x.buffer.start
                    row.inPlace!(&x, Array(operands.dropFirst()))
                    #expect(x.bits == expected.bits && x.buffer.start == before, "in its own memory, \(b)")
                }
            }
        }
    }

    @Test func everyOperationIsInATable() {
        let all = (0..<CK_OPERATION_COUNT.rawValue).map { String(cString: ck_describe(ck_operation($0)).name) }
        let primitives = ElementwiseRow.all.flatMap(\.primitives) + IntegerRow.all.flatMap(\.primitives)
        let rows = primitives.map { String(cString: ck_describe($0).name) }
        // copy is asType and contiguous, chain is in every gradient.
        let others = ["copy", "chain"]
        #expect(Set(all) == Set(rows + others))
        #expect(Set(rows).isDisjoint(with: others))
    }

    @Test func halvesAreRoundedToEven() {
        let x = Tensor([0.5, 1.5, 2.5, -0.5, -1.5])
        #expect(round(x).floats == [0, 2, 2, 0, -2] && trunc(x).floats == [0, 1, 2, 0, -1])
        #expect(floor(x).floats == [0, 1, 2, -1, -2] && ceil(x).floats == [1, 2, 3, 0, -1])
        #expect(round(Tensor([3], dtype: .int64)).dtype == .int64)
    }

    @Test func theRulerMeasures() throws {
        let row = try #require(ElementwiseRow.all.first { $0.name == "exp" })
        let x = Tensor([0.5, 1, 2], [3], .float32)
        #expect(Self.problem(row, exp(x), [x]) == nil)
        #expect(Self.problem(row, exp(x) * 1.000001, [x]) != nil)
        #expect(Self.problem(row, Tensor.zeros([3]), [x]) != nil)
        #expect(Self.problem(row, Tensor.full([3], Double.nan), [x]) != nil)
        #expect(Self.problem(row, exp(x).asType(.float64), [x]) != nil)
        let add = try #require(ElementwiseRow.all.first { $0.name == "a + b" })
        let sum = x + x
        #expect(Self.problem(add, sum, [x, x]) == nil)
        #expect(Self.problem(add, sum + Tensor([0, 0, Double(Float(4).ulp)], [3], .float32), [x, x]) != nil)
    }
}
