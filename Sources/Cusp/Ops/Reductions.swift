import Autograd
import CKernels

extension Tensor {
    /// The sum over the dimension `dim`, where -1 is the last one; the same sum in the same order on any number of threads.
    ///
    ///     Tensor([[1, 2], [3, 4]]).sum(dim: 0)     // [4. 6.]
    ///
    /// Integers and booleans add up in int64. The sum of nothing is 0.
    /// - Parameter keepDim: whether the dimension stays, with size 1.
    public func sum(
        dim: Int, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        sum(dims: [dim], keepDim: keepDim, file: file, line: line)
    }

    /// The sum over these dimensions; over all of them if nil.
    ///
    ///     Tensor([[1, 2], [3, 4]]).sum()     // 10.
    public func sum(
        dims: [Int]? = nil, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        if dims == nil, !keepDim, let total = total() { return total }
        return attempt(file: file, line: line) { () throws(TensorError) in
            let part = try Reduced("sum", shape, dims)
            let operand = dtype.isFloatingPoint ? self : asType(.int64)
            return record("sum", self, result: try operand.reduced(CK_SUM, part, keepDim)) { g, inputs in
                inputs.give(0) { part.repeated(g) }
            }
        }
    }

    /// The mean over these dimensions, or over all; NaN of nothing. Of integers a float32.
    public func mean(
        dims: [Int]? = nil, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let part = try Reduced("mean", shape, dims)
            return asType(dtype.floating).sum(dims: part.dims, keepDim: keepDim) / Double(part.count)
        }
    }

    /// The mean over the dimension `dim`.
    public func mean(
        dim: Int, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        mean(dims: [dim], keepDim: keepDim, file: file, line: line)
    }

    /// The largest element over these dimensions, or over all; NaN where there is one. Equal ones share the gradient. Traps
    /// where there are no elements to choose from.
    public func max(
        dims: [Int]? = nil, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        extreme("max", CK_MAX, dims, keepDim, file, line)
    }

    /// The largest element over the dimension `dim`.
    public func max(dim: Int, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        extreme("max", CK_MAX, [dim], keepDim, file, line)
    }

    /// The smallest element over these dimensions, or over all. See ``max(dims:keepDim:file:line:)``.
    public func min(
        dims: [Int]? = nil, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        extreme("min", CK_MIN, dims, keepDim, file, line)
    }

    /// The smallest element over the dimension `dim`.
    public func min(dim: Int, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        extreme("min", CK_MIN, [dim], keepDim, file, line)
    }

    /// Where the largest element over the dimension `dim` is: the first of equal ones, or the first NaN. int64, no gradient.
    ///
    ///     Tensor([[1, 5, 5], [7, 2, 3]]).argmax(dim: 1)     // [1 0] int64
    public func argmax(
        dim: Int, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        position("argmax", CK_ARGMAX, dim, keepDim, file, line)
    }

    /// Where the smallest element over the dimension `dim` is. See ``argmax(dim:keepDim:file:line:)``.
    public func argmin(
        dim: Int, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        position("argmin", CK_ARGMIN, dim, keepDim, file, line)
    }

    private func extreme(
        _ name: String, _ kind: ck_reduction, _ dims: [Int]?, _ keepDim: Bool, _ file: StaticString, _ line: UInt
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let part = try Reduced(name, shape, dims)
            try part.requireElements()
            let result = try reduced(kind, part, keepDim)
            let x = SavedTensor(self, for: self)
            return recordKeepingResult(name, self, result: result) { g, y, inputs in
                try inputs.give(0) { part.shared(g, among: try x!.tensor .== part.restored(y)) }
            }
        }
    }

    private func position(
        _ name: String, _ kind: ck_reduction, _ dim: Int, _ keepDim: Bool, _ file: StaticString, _ line: UInt
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let part = try Reduced(name, shape, [dim])
            try part.requireElements()
            return Tensor(try reduced(kind, part, keepDim))
        }
    }

    /// This gradient of a broadcast operand, summed over the dimensions in which the operand of shape `target` repeated.
    func summed(to target: Shape) -> Tensor {
        if shape == target { return self }
        let lead = rank - target.rank
        let dims = (0..<rank).filter { $0 < lead || (target[$0 - lead] == 1 && shape[$0] != 1) }
        return sum(dims: dims, keepDim: true).reshaped(target)
    }
}

// MARK: - The sum of all

extension Tensor {
    /// The sum over all dimensions of contiguous elements, as nearly every loss ends: one row, with nothing to settle. Nil
    /// where it is not that simple.
    private func total() -> Tensor? {
        guard isContiguous, dtype == .float32 || dtype == .float64,
            var result = try? Tensor(uninitialized: Shape(), dtype)
        else { return nil }
        let axis = ck_axis((1, 1), (elementCount, 1), (1, 1))
        ck_reduce(CK_SUM, ck_dtype(UInt32(dtype.rawValue)), axis, body.start, result.body.start)
        let node = body.source == nil || !Recording.isOn ? nil : TotalNode(self)
        if Watch.isOn { Watch.note("sum", [self], [result], node) }
        if let node { result.source = Edge(node) }
        return result
    }
}

/// The rule of the sum over all dimensions.
private final class TotalNode: Node<Tensor>, @unchecked Sendable {
    private let shape: Shape

    init(_ operand: Tensor) {
        shape = operand.shape
        // Backward writes what forward read, at about a nanosecond an element.
        super.init(operand.source, work: Double(operand.elementCount), savesValues: false)
    }

    override var name: String { "sum" }

    override func backward(_ gradient: consuming Tensor, into inputs: inout Contributions<Tensor>) throws {
        inputs.give(0) {
            gradient.repeated(over: shape)
                ?? gradient.reshaped(Shape(repeatElement(1, count: shape.rank))).expanded(to: shape)
        }
    }
}
