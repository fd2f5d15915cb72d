import Cusp
import Testing

/// Results of more than 16 MB, which are written past the caches: the same as in parts, which are not.
@Suite struct LargeResultsTests {
    private let x = Tensor((0..<5 << 20).map { Float($0) / Float(1 << 20) })

    private func expectSame(_ whole: Tensor, _ part: (Range<Int>) -> Tensor) {
        for start in stride(from: 0, to: x.shape[0], by: 1 << 20) {
            let range = start..<start + 1 << 20
            #expect((whole[range] .!= part(range)).sum().item() == 0, "from \(start)")
        }
    }

    @Test func oneInstruction() {
        expectSame(exp(-x)) { exp(-x[$0]) }
        expectSame(x + 1) { x[$0] + 1 }
        expectSame(x .>= 2.5) { x[$0] .>= 2.5 }
    }

    /// Numbers of either sign, some of them too large for the smaller types; the last line is not full.
    @Test(arguments: DType.allCases, DType.allCases)
    func conversions(from: DType, to: DType) {
        let count = (17 << 20) / to.size + 5
        let numbers = (remainder(Tensor.range(count, dtype: .int32), 70001) * 0.37 - 9000).asType(from)
        let whole = numbers.asType(to)
        for start in stride(from: 0, to: count, by: 1 << 19) {
            let range = start..<min(count, start + 1 << 19)
            #expect((whole[range] .!= numbers[range].asType(to)).sum().item() == 0, "from \(start)")
        }
    }

    @Test func aProgramWithSeveralResults() throws {
        let (a, b) = (x.leaf, (x * 2).leaf)
        let f = Pointwise { a, b in sigmoid(a * b) * b }
        let seed = x + 3
        try f(a, b).backward(gradient: seed)
        let (da, db) = (a.grad!, b.grad!)
        expectSame(da) { range in
            let part = a[range].leaf
            try! f(part, b[range]).backward(gradient: seed[range])
            return part.grad!
        }
        expectSame(db) { range in
            let part = b[range].leaf
            try! f(a[range], part).backward(gradient: seed[range])
            return part.grad!
        }
    }

    @Test func rowsThatDoNotBeginAtALine() {
        let table = x[0..<1021 * 5001].reshaped([1021, 5001])
        let row = x[0..<5001]
        let sum = table + row
        for i in stride(from: 0, to: 1021, by: 17) {
            #expect((sum[i] .!= table[i] + row).sum().item() == 0, "row \(i)")
        }
        var shifted = Tensor.zeros([5 << 20])
        shifted[3..<(5 << 20)] = x[0..<(5 << 20) - 3]
        expectSame(shifted) {
            $0.lowerBound == 0
                ? cat([Tensor.zeros([3]), x[0..<$0.upperBound - 3]]) : x[$0.lowerBound - 3..<$0.upperBound - 3]
        }
    }

    /// Rows that are whole lines, rows that are not, and long ones.
    @Test(arguments: [1024, 1021, 40960], [DType.float32, .float64])
    func rowByRow(columns: Int, dtype: DType) {
        let rows = x.shape[0] / columns
        let table = (x[0..<rows * columns].reshaped([rows, columns]) * 7).asType(dtype)
        let order = Tensor((0..<rows).map { Int64($0 * 3 % rows) })
        let operations: [(String, (Tensor) -> Tensor)] = [
            ("softmax", { $0.softmax(dim: 1) }), ("logSoftmax", { $0.logSoftmax(dim: 1) }),
            ("softmax, turned", { $0.transposed().contiguous().transposed().softmax(dim: 1) }),
            ("layerNorm", { $0.layerNorm() }), ("cumulativeSum", { $0.cumulativeSum(dim: 1) }),
        ]
        for (name, operation) in operations {
            let whole = operation(table)
            for first in stride(from: 0, to: rows, by: 32 * 40960 / columns) {
                let range = first..<min(rows, first + 32 * 40960 / columns)
                #expect((whole[range] .!= operation(table[range])).sum().item() == 0, "\(name) from row \(first)")
            }
        }
        let taken = table.take(order, dim: 0)
        for i in stride(from: 0, to: rows, by: 17) {
            #expect((taken[i] .!= table[i * 3 % rows]).sum().item() == 0, "row \(i) taken")
        }
    }

    /// Element (i, j) of a table with 5001 columns is i · 5001 + j, so each of its transposed form is known: of rows that begin at
    /// a line, and rows that do not, and of the first columns of rows that do.
    @Test(arguments: [DType.float32, .float64, .int32, .int64], [1021, 1024])
    func turned(dtype: DType, rows: Int) {
        let table = Tensor.range(rows * 5001, dtype: dtype).reshaped([rows, 5001])
        let turned = table.transposed().contiguous()
        let sum = turned + table.transposed()
        var wide = Tensor.zeros([5001, 1040], dtype: dtype)
        wide[0..<5001, 0..<rows] = table.transposed()
        for j in [0, 1, 15, 16, 63, 64, 2500, 4991, 4992, 4999, 5000] {
            let column = Tensor.range(rows, dtype: dtype) * 5001 + j
            #expect((turned[j] .!= column).sum().item() == 0, "row \(j)")
            #expect((sum[j] .!= column * 2).sum().item() == 0, "row \(j) of the sum")
            #expect((wide[j, 0..<rows] .!= column).sum().item() == 0, "row \(j) of the wide one")
            #expect(wide[j, rows..<1040].sum().item() == 0, "what follows row \(j)")
        }
    }

    /// What is turned and joined with another operand has the bits of what was turned before: of matrices and batches of them, in either
    /// order, with rows that end within a block, and with a row for all.
    @Test(arguments: [DType.float32, .float64], [[5001, 1024], [3, 1401, 1040]])
    func joined(dtype: DType, shape: [Int]) {
        let count = shape.reduce(1, *)
        let turned = Tensor.range(count, dtype: dtype).reshaped(shape) * 0.37 - 1000
        let table = turned.transposed(-1, -2).contiguous().transposed(-1, -2)
        let whole = Tensor.range(count, dtype: dtype).reshaped(shape) / 7 + 1
        let row = whole.flattened()[0..<shape.last!]
        let operations: [(String, (Tensor, Tensor) -> Tensor)] = [
            ("+", { $0 + $1 }), ("-", { $0 - $1 }), ("*", { $0 * $1 }), ("/", { $0 / $1 }),
        ]
        for (name, operation) in operations {
            for (other, what) in [(whole, "a matrix"), (row, "a row")] {
                let after = operation(other, table) .!= operation(other, turned)
                let before = operation(table, other) .!= operation(turned, other)
                #expect(after.sum().item() == 0, "\(what) \(name) what is turned")
                #expect(before.sum().item() == 0, "what is turned \(name) \(what)")
            }
        }
    }
}
