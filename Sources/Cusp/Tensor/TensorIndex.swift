/// What a tensor can be indexed with, one for each dimension from the first on: an integer, a range, ``Slice``.
///
///     x[0]                    // the first row
///     x[-1]                   // the last one
///     x[1..<3, .all]          // rows 1 and 2
///     x[.ellipsis, 0]         // the first of the last dimension
///     x[.stride(by: 2)]       // every other row
///     x[.newAxis]             // with a dimension of size 1 in front
public protocol TensorIndex {
    var slice: Slice { get }
}

/// A part of a dimension, or a place in the list of dimensions.
public enum Slice: TensorIndex, Sendable {
    /// The element at this position, counted from the end if negative; the dimension goes.
    case index(Int)
    /// The elements from one position up to, and without, another, counted from the end if negative; all `step` of them.
    case range(from: Int?, to: Int?, step: Int)
    /// As many whole dimensions as are left.
    case remaining
    /// A new dimension of size 1.
    case inserted

    public var slice: Slice { self }
}

extension TensorIndex where Self == Slice {
    /// The whole dimension.
    public static var all: Slice { .range(from: nil, to: nil, step: 1) }
    /// As many whole dimensions as are left.
    public static var ellipsis: Slice { .remaining }
    /// A new dimension of size 1.
    public static var newAxis: Slice { .inserted }
    /// Every `step`th element; from the last on if `step` is negative.
    public static func stride(from start: Int? = nil, to end: Int? = nil, by step: Int) -> Slice {
        .range(from: start, to: end, step: step)
    }
}

extension Int: TensorIndex {
    public var slice: Slice { .index(self) }
}
extension Range<Int>: TensorIndex {
    public var slice: Slice { .range(from: lowerBound, to: upperBound, step: 1) }
}
extension ClosedRange<Int>: TensorIndex {
    public var slice: Slice { .range(from: lowerBound, to: upperBound.next, step: 1) }
}
extension PartialRangeFrom<Int>: TensorIndex {
    public var slice: Slice { .range(from: lowerBound, to: nil, step: 1) }
}
extension PartialRangeUpTo<Int>: TensorIndex {
    public var slice: Slice { .range(from: nil, to: upperBound, step: 1) }
}
extension PartialRangeThrough<Int>: TensorIndex {
    public var slice: Slice { .range(from: nil, to: upperBound.next, step: 1) }
}

extension Int {
    /// The bound behind this last position; nil behind all of them.
    fileprivate var next: Int? { self == -1 || self == .max ? nil : self + 1 }
}

// MARK: - Layouts

extension Layout {
    /// The view that a list of indices selects.
    func indexed(_ slices: [Slice]) throws(TensorError) -> Layout {
        var result = self
        var dim = 0
        let named = slices.count { if case .index = $0 { true } else if case .range = $0 { true } else { false } }
        guard named <= rank else {
            throw TensorError(.index, "subscript: \(named) indices for the \(rank) dimensions of the shape \(shape)")
        }
        var open = true
        for slice in slices {
            switch slice {
            case .index(let index):
                let size = result.shape[dim]
                let position = index < 0 ? index + size : index
                guard (0..<size).contains(position) else {
                    throw TensorError(
                        .index,
                        "subscript: index \(index) is out of range for a dimension of size \(size) of the shape \(shape)"
                    )
                }
                result = result.selecting(dim, position)
            case .range(let from, let to, let step):
                result = try result.ranged(dim, from, to, step)
                dim += 1
            case .remaining:
                guard open else { throw TensorError(.index, "subscript: more than one ellipsis") }
                open = false
                dim += rank - named
            case .inserted:
                guard result.rank < Shape.maximumRank else {
                    throw TensorError(.shape, "subscript: a tensor has at most \(Shape.maximumRank) dimensions")
                }
                result = result.inserting(dim)
                dim += 1
            }
        }
        return result
    }

    /// Bounds past the ends are cut off, as in Python.
    private func ranged(_ dim: Int, _ from: Int?, _ to: Int?, _ step: Int) throws(TensorError) -> Layout {
        guard step != 0 else { throw TensorError(.index, "subscript: a step of 0") }
        let size = shape[dim]
        let settle = { (bound: Int) in bound < 0 ? bound + size : bound }
        let start: Int
        let span: Int
        if step > 0 {
            start = min(max(from.map(settle) ?? 0, 0), size)
            span = min(max(to.map(settle) ?? size, start), size) - start
        } else {
            start = min(max(from.map(settle) ?? size - 1, -1), size - 1)
            span = start - min(max(to.map(settle) ?? -1, -1), start)
        }
        // Rounded up, without a sum that a huge step would overflow.
        let count = span == 0 ? 0 : Int(UInt(span - 1) / step.magnitude) + 1
        return sliced(dim, start: max(start, 0), count: count, step: step)
    }
}
