extension Tensor {
    /// Elements from Swift numbers, in row-major order.
    ///
    ///     Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
    ///
    /// The elements' type is that of the numbers (`Int` is stored as int64). The numbers are copied. Traps where their number is
    /// not that of the shape.
    public init<S: Scalar>(
        _ elements: [S], shape: Shape, requiresGrad: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) {
        self = attempt(file: file, line: line) { () throws(TensorError) in
            guard elements.count == shape.elementCount else {
                throw TensorError(
                    .shape, "Tensor: \(elements.count) elements for the shape \(shape) of \(shape.elementCount)")
            }
            let buffer = try Buffer(uninitialized: shape, S.dtype)
            elements.withUnsafeBytes { bytes in
                if let from = bytes.baseAddress { buffer.start.copyMemory(from: from, byteCount: bytes.count) }
            }
            return Tensor(buffer)
        }
        if requiresGrad { self.requiresGrad = true }
    }

    /// A vector of Swift numbers, of their type.
    ///
    /// An array that is written out as a literal makes float32 elements instead, see ``init(_:dtype:requiresGrad:file:line:)``.
    @_disfavoredOverload
    public init<S: Scalar>(
        _ elements: [S], requiresGrad: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) {
        self.init(elements, shape: [elements.count], requiresGrad: requiresGrad, file: file, line: line)
    }

    /// A matrix of Swift numbers, of their type, from its rows. Traps where they differ in length.
    @_disfavoredOverload
    public init<S: Scalar>(
        _ rows: [[S]], requiresGrad: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) {
        let columns = rows.first?.count ?? 0
        if let odd = rows.first(where: { $0.count != columns }) {
            report(TensorError(.shape, "Tensor: rows of \(columns) and of \(odd.count) elements"), file, line)
        }
        self.init(
            Array(rows.joined()), shape: [rows.count, columns], requiresGrad: requiresGrad, file: file, line: line)
    }

    /// A tensor of one element, of the number's type.
    @_disfavoredOverload
    public init(_ value: some Scalar) {
        self = .full([], value, dtype: type(of: value).dtype)
    }

    /// All elements equal to `value`.
    ///
    /// - Parameter dtype: float32 unless given.
    public static func full(
        _ shape: Shape, _ value: some Scalar, dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let buffer = try Buffer(uninitialized: shape, dtype)
            buffer.fill(value.number)
            return Tensor(buffer)
        }
    }

    /// All elements 0.
    public static func zeros(
        _ shape: Shape, dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        full(shape, 0, dtype: dtype, file: file, line: line)
    }

    /// All elements 1.
    public static func ones(
        _ shape: Shape, dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        full(shape, 1, dtype: dtype, file: file, line: line)
    }

    /// 0, 1, 2 ... up to, and without, `count`.
    ///
    ///     Tensor.range(4)     // [0 1 2 3] int64
    public static func range(
        _ count: Int, dtype: DType = .int64, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let shape = try Shape(checking: [Swift.max(count, 0)], for: "range")
            let buffer = try Buffer(uninitialized: shape, .int64)
            let elements = buffer.start.assumingMemoryBound(to: Int64.self)
            for i in 0..<shape[0] { elements[i] = Int64(i) }
            return Tensor(buffer).asType(dtype)
        }
    }

    /// The unit matrix of `count` rows.
    public static func identity(_ count: Int, dtype: DType = .float32) -> Tensor {
        let index = Tensor.range(count)
        return (index.unsqueezed(dim: 1) .== index).asType(dtype)
    }
}
