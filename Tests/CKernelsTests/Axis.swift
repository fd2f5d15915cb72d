import CKernels
import Testing

/// A tensor [outer, length, inner] and how it lies in memory.
struct AxisCase: Sendable, CustomTestStringConvertible {
    let name: String
    let outer, length, inner: Int
    let outerStride, stride, innerStride: Int

    var testDescription: String { "\(name) [\(outer), \(length), \(inner)]" }
    var lines: Int { outer * inner }

    /// The lines that are compared with a reference: all, or some of many, the first and the last among them.
    var checked: [Int] { lines <= 24 ? Array(0..<lines) : (0..<24).map { $0 * (lines - 1) / 23 } }

    var axis: ck_axis {
        ck_axis(
            outer: Int64(outer), length: Int64(length), inner: Int64(inner), outer_stride: Int64(outerStride),
            stride: Int64(stride), inner_stride: Int64(innerStride))
    }

    /// The places of the elements with the smallest and the largest address.
    var span: ClosedRange<Int> {
        let ends = [(outer, outerStride), (length, stride), (inner, innerStride)].map { max($0.0 - 1, 0) * $0.1 }
        return ends.map { min($0, 0) }.reduce(0, +)...ends.map { max($0, 0) }.reduce(0, +)
    }

    func place(_ o: Int, _ k: Int, _ i: Int) -> Int { o * outerStride + k * stride + i * innerStride - span.lowerBound }

    /// The elements along the axis, for each line that is checked.
    func lines<T>(of memory: [T]) -> [[T]] {
        checked.map { line in (0..<length).map { memory[place(line / inner, $0, line % inner)] } }
    }

    /// Calls `body` with the address of element [0, 0, 0].
    func withMemory<T>(_ memory: [T], _ body: (UnsafePointer<T>) -> Void) {
        precondition(memory.count == span.count)
        memory.withUnsafeBufferPointer { body($0.baseAddress! - span.lowerBound) }
    }

    func memory<T>(_ element: (inout SeededGenerator) -> T) -> [T] {
        var generator = SeededGenerator(seed: length * 1000 + inner)
        return span.map { _ in element(&generator) }
    }

    /// Elements about `step` apart along every line, the first third of it `first` lower or higher.
    func rising(by step: Double, first: Double) -> [Float] {
        var memory = memory { Float.random(in: -1...1, using: &$0) }
        for o in 0..<outer {
            for k in 0..<length {
                for i in 0..<inner {
                    memory[place(o, k, i)] += Float(step * Double(k)) + (k < length / 3 ? Float(first) : 0)
                }
            }
        }
        return memory
    }
}

extension AxisCase {
    /// Contiguous along the axis: [outer, inner, length] in memory.
    static func rows(_ outer: Int, _ length: Int, _ inner: Int = 1) -> AxisCase {
        AxisCase(
            name: "rows", outer: outer, length: length, inner: inner, outerStride: inner * length, stride: 1,
            innerStride: length)
    }

    /// Contiguous across it: [outer, length, inner] in memory.
    static func columns(_ outer: Int, _ length: Int, _ inner: Int) -> AxisCase {
        AxisCase(
            name: "columns", outer: outer, length: length, inner: inner, outerStride: length * inner, stride: inner,
            innerStride: 1)
    }

    /// [length, outer] in memory, reduced along the first: columns without an inner dimension.
    static func transposed(_ outer: Int, _ length: Int) -> AxisCase {
        AxisCase(
            name: "transposed", outer: outer, length: length, inner: 1, outerStride: 1, stride: outer, innerStride: 0)
    }

    /// Neighbouring columns that share their memory, lest the case take a lot of it.
    static func overlapping(_ length: Int, _ inner: Int, stride: Int = 1) -> AxisCase {
        AxisCase(
            name: "overlapping", outer: 1, length: length, inner: inner, outerStride: 0, stride: stride, innerStride: 1)
    }

    func with(name: String, outer: Int = 1, along: Int = 1, inner: Int = 1) -> AxisCase {
        AxisCase(
            name: "\(name) \(self.name)", outer: self.outer, length: length, inner: self.inner,
            outerStride: outerStride * outer, stride: stride * along, innerStride: innerStride * inner)
    }

    var strided: AxisCase { with(name: "strided", outer: 6, along: 3, inner: 2) }
    var reversed: AxisCase { with(name: "reversed", outer: -1, along: -1, inner: -1) }
    var repeatedAlong: AxisCase { with(name: "repeated along", along: 0) }
    var repeatedAcross: AxisCase { with(name: "repeated across", outer: 0, inner: 0) }

    /// Every layout with these sizes.
    static func layouts(_ outer: Int, _ length: Int, _ inner: Int) -> [AxisCase] {
        let plain = [rows(outer, length, inner), columns(outer, length, inner)]
        return plain + plain.flatMap { [$0.strided, $0.reversed, $0.repeatedAlong, $0.repeatedAcross] }
    }

    /// All lengths and widths around the vectors of 16 and 8, in every layout, and sizes that are cut into blocks and parts.
    static let small = (Array(0...36) + [47, 48, 49, 63, 64, 65, 70]).flatMap { n in
        [rows(3, n), columns(2, 5, n), columns(1, n, 20), transposed(19, n)]
    }
    static let everyLayout = [(2, 3, 4), (2, 17, 1), (1, 9, 33), (3, 70, 18), (1, 1, 40), (40, 1, 1), (2, 300, 5)]
        .flatMap { layouts($0.0, $0.1, $0.2) }
    static let blocks = [
        rows(1, 4096), rows(2, 4097), rows(1, 40_003), rows(3, 17_000), rows(1, 9001, 2).strided, rows(700, 8),
        columns(1, 129, 600), columns(1, 1100, 40), columns(2, 6000, 3), columns(1, 5000, 17).strided,
        columns(700, 2, 2),
        columns(2, 300, 4200).repeatedAcross,
    ]
    /// More columns of a long axis than are read side by side.
    static let wide = [overlapping(4200, 1030, stride: 2)]
}
