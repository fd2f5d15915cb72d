import CKernels

extension Tensor {
    /// The elements in row-major order, copied and converted.
    ///
    ///     Tensor([[1, 2], [3, 4]]).array(of: Int.self)     // [1, 2, 3, 4]
    public func array<S: Scalar>(of type: S.Type = S.self) -> [S] {
        let count = elementCount
        return [S](unsafeUninitializedCapacity: count) { elements, initialized in
            if count > 0 {
                let target = ck_operand(elements.baseAddress!, S.dtype, Layout(shape), stretchedTo: shape)
                buffer.copy(to: target)
            }
            initialized = count
        }
    }

    /// The elements in row-major order as `Float`.
    public var floats: [Float] { array() }

    /// The only element.
    ///
    ///     Tensor([3]).item()     // 3.0
    ///
    /// Traps where there is not exactly one.
    public func item<S: Scalar>(
        as type: S.Type = S.self, file: StaticString = #fileID, line: UInt = #line
    ) -> S {
        guard elementCount == 1 else {
            report(TensorError(.shape, "item: the shape \(shape) has not one element"), file, line)
            return S.zero
        }
        return array(of: type)[0]
    }

    /// The elements converted to another type; this tensor itself where it has that type already.
    ///
    /// Floats become integers by truncation (saturating; NaN gives 0), any number but 0 becomes true. The gradient goes
    /// through between float types, and ends at the others.
    public func asType(_ dtype: DType, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        if dtype == self.dtype { return self }
        return attempt(file: file, line: line) { () throws(TensorError) in
            let result = try buffer.copied(as: dtype)
            let from = self.dtype
            return record("asType", self, result: result) { g, inputs in
                inputs.give(0) { g.asType(from) }
            }
        }
    }

    /// The same elements in contiguous memory; this tensor itself where they are.
    public func contiguous(file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        if isContiguous { return self }
        return attempt(file: file, line: line) { () throws(TensorError) in
            record("contiguous", self, result: try buffer.copied()) { g, inputs in
                inputs.give(0) { g }
            }
        }
    }
}
