/// How a tensor's elements lie in its storage: element `[i, j, ...]` is `offset + i * strides[0] + j * strides[1] + ...`
/// elements from the start.
///
/// - *contiguous*: true iff the elements follow one another in row-major order without gaps, from `offset` on.
/// - *view*: a layout over a storage that holds more or other elements than the layout's own.
package struct Layout: Sendable {
    package var shape: Shape
    package var strides: InlineArray<8, Int>
    package var offset: Int

    package init(shape: Shape, strides: InlineArray<8, Int>, offset: Int) {
        self.shape = shape
        self.strides = strides
        self.offset = offset
    }

    /// The contiguous layout of `shape`.
    package init(_ shape: Shape) {
        var strides = InlineArray<8, Int>(repeating: 0)
        var step = 1
        var i = shape.rank
        while i > 0 {
            i -= 1
            strides[i] = step
            step &*= Swift.max(shape.sizes[i], 1)
        }
        self.init(shape: shape, strides: strides, offset: 0)
    }

    package var rank: Int { shape.rank }

    /// Whether several indices lead to one element.
    package var repeats: Bool {
        for i in 0..<shape.rank where strides[i] == 0 && shape.sizes[i] > 1 { return true }
        return false
    }

    /// Whether all indices lead to one element.
    package var isRepeated: Bool {
        for i in 0..<shape.rank where strides[i] != 0 && shape.sizes[i] > 1 { return false }
        return true
    }

    package var isContiguous: Bool {
        var step = 1
        var i = shape.rank
        while i > 0 {
            i -= 1
            let size = shape.sizes[i]
            if size != 1 {
                if strides[i] != step { return shape.elementCount == 0 }
                step &*= size
            }
        }
        return true
    }
}

// MARK: - Views

extension Layout {
    /// Dimensions in another order: dimension `i` of the result is dimension `order[i]` of this.
    package func permuted(_ order: [Int]) -> Layout {
        var result = self
        for (i, from) in order.enumerated() {
            result.shape.sizes[i] = shape.sizes[from]
            result.strides[i] = strides[from]
        }
        return result
    }

    package func swapping(_ a: Int, _ b: Int) -> Layout {
        var result = self
        result.shape.sizes.swapAt(a, b)
        result.strides.swapAt(a, b)
        return result
    }

    /// This layout stretched to `target`, which the caller has found by broadcasting: strides of 0 repeat.
    package func stretched(to target: Shape) -> Layout {
        if shape == target { return self }
        var strides = InlineArray<8, Int>(repeating: 0)
        let lead = target.rank - rank
        for i in 0..<rank {
            strides[lead + i] = shape.sizes[i] == 1 && target.sizes[lead + i] != 1 ? 0 : self.strides[i]
        }
        return Layout(shape: target, strides: strides, offset: offset)
    }

    /// Elements `start, start + step, ...` (`count` of them) of dimension `dim`.
    package func sliced(_ dim: Int, start: Int, count: Int, step: Int) -> Layout {
        var result = self
        result.offset += count > 0 ? start * strides[dim] : 0
        result.shape.sizes[dim] = count
        // Of one element the step may be anything.
        result.strides[dim] = strides[dim] &* step
        return result
    }

    /// Without dimension `dim`, at `index` of it.
    package func selecting(_ dim: Int, _ index: Int) -> Layout {
        sliced(dim, start: index, count: 1, step: 1).removing(dim)
    }

    package func removing(_ dim: Int) -> Layout {
        var result = self
        for i in dim..<(rank - 1) {
            result.shape.sizes[i] = shape.sizes[i + 1]
            result.strides[i] = strides[i + 1]
        }
        result.shape.rank -= 1
        return result
    }

    /// With a dimension of size 1 before position `dim`.
    package func inserting(_ dim: Int) -> Layout {
        var result = Layout(shape: Shape(), strides: InlineArray(repeating: 0), offset: offset)
        for i in 0...rank {
            if i == dim {
                result.strides[result.shape.rank] = 1
                result.shape.append(1)
            }
            if i < rank {
                result.strides[result.shape.rank] = strides[i]
                result.shape.append(shape.sizes[i])
            }
        }
        return result
    }

    /// The same elements in the same order as `target`, which has as many; nil where that takes a copy.
    package func reshaped(to target: Shape) -> Layout? {
        if isContiguous {
            var result = Layout(target)
            result.offset = offset
            return result
        }
        return regrouped(to: target)
    }

    /// The strides of `target` over the same elements in the same order, where whole runs of dimensions that lie evenly are
    /// split or merged; nil where there are none, so that only a copy will do.
    private func regrouped(to target: Shape) -> Layout? {
        guard !shape.contains(0) else { return Layout(target) }
        var result = Layout(shape: target, strides: InlineArray(repeating: 1), offset: offset)
        // A dimension of size 1 has no say: leave it out.
        let old = (0..<rank).filter { shape.sizes[$0] != 1 }
        let new = (0..<target.rank).filter { target.sizes[$0] != 1 }
        var (i, j) = (0, 0)
        while i < old.count && j < new.count {
            var (oldEnd, newEnd) = (i + 1, j + 1)
            var (oldSize, newSize) = (shape.sizes[old[i]], target.sizes[new[j]])
            while oldSize != newSize {
                if oldSize < newSize {
                    guard oldEnd < old.count else { return nil }
                    oldSize *= shape.sizes[old[oldEnd]]
                    oldEnd += 1
                } else {
                    guard newEnd < new.count else { return nil }
                    newSize *= target.sizes[new[newEnd]]
                    newEnd += 1
                }
            }
            for k in i..<(oldEnd - 1)
            where strides[old[k]] != strides[old[k + 1]] * shape.sizes[old[k + 1]] { return nil }
            var step = strides[old[oldEnd - 1]]
            for k in (j..<newEnd).reversed() {
                result.strides[new[k]] = step
                step *= target.sizes[new[k]]
            }
            (i, j) = (oldEnd, newEnd)
        }
        return result
    }
}

extension Layout {
    /// The dimensions in `range` as one, if they lie evenly: how many elements, and how far apart.
    package func merged(_ range: Range<Int>) -> (count: Int, stride: Int)? {
        var (count, stride) = (1, 1)
        var dim = range.upperBound
        while dim > range.lowerBound {
            dim -= 1
            let size = shape.sizes[dim]
            if size == 1 { continue }
            if count == 1 {
                stride = strides[dim]
            } else if strides[dim] != stride * count {
                guard shape.contains(0) else { return nil }
                // Without elements, anywhere, every stride will do.
                return (range.reduce(1) { $0 * shape[$1] }, 1)
            }
            count *= size
            if count == 0 { return (0, 1) }
        }
        return (count, stride)
    }
}
