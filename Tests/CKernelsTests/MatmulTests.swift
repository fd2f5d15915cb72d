import CKernels
import Testing

/// The sizes of a product.
struct MatmulCase: Sendable, CustomTestStringConvertible {
    var batch = 1, m: Int, n: Int, k: Int
    var testDescription: String { "\(batch) x [\(m), \(k)] · [\(k), \(n)]" }
    init(_ m: Int, _ n: Int, _ k: Int, batch: Int = 1) { (self.m, self.n, self.k, self.batch) = (m, n, k, batch) }
}

/// How one operand lies in memory: the strides of its batches, rows and columns.
struct Placement: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let strides: @Sendable (_ rows: Int, _ columns: Int) -> (batch: Int, row: Int, column: Int)

    static let all = [
        Placement(testDescription: "plain") { ($0 * $1, $1, 1) },
        Placement(testDescription: "transposed") { ($0 * $1, 1, $0) },
        Placement(testDescription: "every second") { ($0 * $1 * 4, $1 * 4, 2) },
        Placement(testDescription: "reversed") { ($0 * $1, -$1, -1) },
        Placement(testDescription: "one row") { (0, 0, $1 > 1 ? 1 : 0) },
        Placement(testDescription: "one batch") { (0, $1, 1) },
    ]
}

/// One operand, in memory of its own.
struct Operand2D<T> {
    let memory: [T], origin: Int, strides: (batch: Int, row: Int, column: Int)

    init(_ placement: Placement, _ batch: Int, _ rows: Int, _ columns: Int, _ element: () -> T) {
        strides = placement.strides(rows, columns)
        let ends = [(batch, strides.batch), (rows, strides.row), (columns, strides.column)].map {
            max($0.0 - 1, 0) * $0.1
        }
        origin = -ends.map { min($0, 0) }.reduce(0, +)
        memory = (0...(origin + ends.map { max($0, 0) }.reduce(0, +))).map { _ in element() }
    }

    subscript(batch: Int, row: Int, column: Int) -> T {
        memory[origin + batch * strides.batch + row * strides.row + column * strides.column]
    }

    func withMatrix<R>(_ body: (ck_matrix) -> R) -> R {
        memory.withUnsafeBufferPointer {
            body(
                ck_matrix(
                    data: $0.baseAddress! + origin, batch_stride: Int64(strides.batch), row_stride: Int64(strides.row),
                    column_stride: Int64(strides.column)))
        }
    }
}

func matmul<T: ComputeType>(_ c: MatmulCase, _ a: Operand2D<T>, _ b: Operand2D<T>) -> [T] {
    let batch = Int64(c.batch)
    let m = Int64(c.m)
    let n = Int64(c.n)
    let k = Int64(c.k)
    let size = ck_matmul_scratch(T.dtype, batch, m, n, k)
    // The scratch ends where its memory does, with a mark behind it.
    let scratch = UnsafeMutableRawPointer.allocate(byteCount: size + 64, alignment: 64)
    defer { scratch.deallocate() }
    scratch.storeBytes(of: 0x5ca1_ab1e, toByteOffset: size, as: UInt64.self)
    defer {
        precondition(scratch.load(fromByteOffset: size, as: UInt64.self) == 0x5ca1_ab1e, "\(c) wrote past its scratch")
    }
    return [T](unsafeUninitializedCapacity: c.batch * c.m * c.n + 1) { buffer, count in
        a.withMatrix { a in
            b.withMatrix { b in ck_matmul(T.dtype, batch, m, n, k, a, b, ck_matmul_end(), buffer.baseAddress, scratch) }
        }
        count = c.batch * c.m * c.n
    }
}

extension KernelTests {
    @Suite struct Matmul {
        /// Around the tiles of all instruction sets, and around a panel of k.
        static let cases =
            [1, 2, 3, 5, 6, 7, 8, 9, 13, 15, 16, 17, 28, 29, 33].flatMap {
                [MatmulCase($0, 5, 3), .init(3, $0, 5), .init(5, 3, $0)]
            }
            + [
                (26, 48, 300), (1, 1, 1), (1, 40, 300), (40, 1, 300), (1, 1, 5000), (300, 2, 7), (15, 33, 513),
                (16, 16, 16),
            ]
            .map { MatmulCase($0.0, $0.1, $0.2) }
            // Narrow ones, of which the transposes are multiplied where that reads the long operand as it lies.
            + [
                (70, 2, 40), (2, 70, 40), (131, 10, 270), (10, 131, 270), (65, 16, 64), (16, 65, 64), (90, 7, 600),
                (4, 300, 270),
            ]
            .map { MatmulCase($0.0, $0.1, $0.2) }
            // A few vectors, and lines of every number that is left over.
            + [(2, 41, 600), (3, 100, 90), (4, 12, 33), (70, 4, 300), (41, 2, 33), (9, 3, 520)]
            .map { MatmulCase($0.0, $0.1, $0.2) }
            + [
                MatmulCase(9, 17, 5, batch: 7), .init(40, 3, 30, batch: 5), .init(3, 40, 30, batch: 5),
                .init(1, 33, 20, batch: 5), .init(33, 1, 20, batch: 5),
            ]
        static let empty = [MatmulCase(0, 3, 4), .init(3, 0, 4), .init(3, 4, 0), .init(2, 2, 2, batch: 0)]
        static let large = [
            MatmulCase(130, 150, 300), .init(1, 1100, 300), .init(1100, 1, 300), .init(30, 20, 10, batch: 50),
        ]

        @Test(arguments: KernelTests.instructionSets, cases + empty + large)
        func floats(set: String, c: MatmulCase) {
            KernelTests.with(instructionSet: set) {
                for (i, left) in Placement.all.enumerated() {
                    for right in [Placement.all[i], Placement.all[(i + 1) % Placement.all.count]] {
                        check(left, right, as: Float.self)
                        check(right, left, as: Double.self)
                    }
                }
            }

            func check<T: ComputeType & BinaryFloatingPoint>(_ left: Placement, _ right: Placement, as: T.Type) {
                var generator = SeededGenerator(seed: 3)
                let a = Operand2D(left, c.batch, c.m, c.k) { T(Float.random(in: -1...1, using: &generator)) }
                let b = Operand2D(right, c.batch, c.k, c.n) { T(Float.random(in: -1...1, using: &generator)) }
                expectProduct(c, a, b, "\(T.self), \(left.testDescription), \(right.testDescription)")
            }
        }

        /// Each element within the bound for k rounded terms, against sums with more digits; of a large product, some of them.
        func expectProduct<T: ComputeType & BinaryFloatingPoint>(
            _ c: MatmulCase, _ a: Operand2D<T>, _ b: Operand2D<T>, _ placements: String
        ) {
            let got = matmul(c, a, b)
            var wrong = 0
            for i in stride(from: 0, to: got.count, by: max(1, got.count / 100)) {
                let (batch, row, column) = (i / (c.m * c.n), i / c.n % c.m, i % c.n)
                var exact: Wide = 0
                var size: Wide = 0
                for p in 0..<c.k {
                    let term = Wide(a[batch, row, p]) * Wide(b[batch, p, column])
                    exact += term
                    size += abs(term)
                }
                if !(abs(Wide(got[i]) - exact) <= size * Wide(T.ulpOfOne) * Wide(min(c.k, 260)) / 2) { wrong += 1 }
            }
            #expect(wrong == 0, "\(placements)")
        }

        @Test(arguments: cases + empty)
        func integersWrapAround(c: MatmulCase) {
            var generator = SeededGenerator(seed: 5)
            for (left, right) in zip(Placement.all, Placement.all.reversed()) {
                check { Int32.random(in: .min ... .max, using: &generator) }
                check { Int64.random(in: .min ... .max, using: &generator) }
                func check<T: ComputeType & FixedWidthInteger>(_ element: () -> T) {
                    let a = Operand2D(left, c.batch, c.m, c.k, element)
                    let b = Operand2D(right, c.batch, c.k, c.n, element)
                    #expect(
                        matmul(c, a, b)
                            == (0..<c.batch * c.m * c.n).map { i in
                                (0..<c.k).reduce(0) {
                                    $0 &+ a[i / (c.m * c.n), i / c.n % c.m, $1] &* b[i / (c.m * c.n), $1, i % c.n]
                                }
                            })
                }
            }
        }

        /// The contract, to the last bit: a chain of fused multiply-adds in each panel of 256, panels added in order.
        @Test(
            arguments: [
                MatmulCase(7, 19, 600), .init(1, 19, 600), .init(130, 70, 300), .init(90, 5, 600), .init(10, 90, 600),
                .init(4, 90, 600), .init(2, 41, 600), .init(90, 3, 600),
            ], 0..<4)
        func elementsAreChainsOfFusedMultiplyAdds(c: MatmulCase, transposed: Int) {
            var generator = SeededGenerator(seed: 6)
            let (left, right) = (Placement.all[transposed & 1], Placement.all[transposed >> 1])
            // A vector by rows that lie the other way is a sum in lanes.
            guard c.m > 1 || right.testDescription == "plain" else { return }
            let a = Operand2D(left, 1, c.m, c.k) { Float.random(in: -1...1, using: &generator) }
            let b = Operand2D(right, 1, c.k, c.n) { Float.random(in: -1...1, using: &generator) }
            let exact = (0..<c.m * c.n).map { i in
                stride(from: 0, to: c.k, by: 256).reduce(Float(0)) { sum, panel in
                    sum
                        + (panel..<min(panel + 256, c.k)).reduce(Float(0)) {
                            $0.addingProduct(a[0, i / c.n, $1], b[0, $1, i % c.n])
                        }
                }
            }
            for set in KernelTests.fusing {
                KernelTests.with(instructionSet: set) { #expect(matmul(c, a, b) == exact) }
            }
        }

        @Test(arguments: cases + large)
        func sameBitsOnAnyMachine(c: MatmulCase) {
            var generator = SeededGenerator(seed: 7)
            for (left, right) in [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1)] {
                let a = Operand2D(Placement.all[left], c.batch, c.m, c.k) {
                    Float.random(in: -1...1, using: &generator)
                }
                let b = Operand2D(Placement.all[right], c.batch, c.k, c.n) {
                    Float.random(in: -1...1, using: &generator)
                }
                expectSameBits { matmul(c, a, b).map(\.bitPattern) }
            }
        }
    }
}
