import CKernels

/// Strided elements with value semantics: a storage, a layout over it, and the elements' type. What a tensor is without its
/// gradients.
///
/// Copies and views share the storage; ``makeUnique()`` is the one place where shared elements part.
package struct Buffer: Sendable {
    package var storage: Storage
    package var layout: Layout
    package var dtype: DType

    package init(storage: Storage, layout: Layout, dtype: DType) {
        self.storage = storage
        self.layout = layout
        self.dtype = dtype
    }

    /// Contiguous elements with unspecified values.
    package init(uninitialized shape: Shape, _ dtype: DType) throws(TensorError) {
        self.init(storage: try Storage(bytes: shape.elementCount &* dtype.size), layout: Layout(shape), dtype: dtype)
    }

    package var shape: Shape { layout.shape }

    /// The first element's address.
    package var start: UnsafeMutableRawPointer { storage.data + layout.offset &* dtype.size }

    package func viewed(_ layout: Layout) -> Buffer { Buffer(storage: storage, layout: layout, dtype: dtype) }

    /// This buffer as a kernel's operand in a loop over `shape`, to which it broadcasts.
    package func operand(stretchedTo shape: Shape) -> ck_operand {
        ck_operand(start, dtype, layout, stretchedTo: shape)
    }
}

extension ck_operand {
    /// The elements at `data` in a loop over `shape`, to which their layout broadcasts.
    package init(
        _ data: UnsafeMutableRawPointer, _ dtype: DType, _ layout: borrowing Layout, stretchedTo shape: borrowing Shape
    ) {
        let strides = layout.shape == shape ? layout.strides : layout.stretched(to: copy shape).strides
        typealias Strides = (Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64)
        self.init(
            data: data, strides: unsafeBitCast(strides, to: Strides.self), dtype: ck_dtype(UInt32(dtype.rawValue)))
    }

    /// An operand of one element, which repeats.
    @inlinable
    package init(repeating data: UnsafeMutableRawPointer, _ dtype: DType) {
        self.init()
        self.data = data
        self.dtype = ck_dtype(UInt32(dtype.rawValue))
    }
}

extension Shape {
    /// Calls `body` with the sizes as the kernels take them.
    package func withSizes<T>(_ body: (UnsafePointer<Int64>) -> T) -> T {
        var sizes = self.sizes
        return withUnsafePointer(to: &sizes) { sizes in
            body(UnsafeRawPointer(sizes).assumingMemoryBound(to: Int64.self))
        }
    }
}

// MARK: - Copies

extension Buffer {
    /// Writes `source`, which broadcasts to this shape, over these elements, converting. The storage must be unique, or the
    /// caller owns it otherwise; the two must not overlap.
    package func assign(_ source: Buffer) {
        assign(source.operand(stretchedTo: shape))
    }

    /// Writes one number over these elements.
    package func fill(_ value: Number) {
        // One element, as a backward pass starts from, is not worth a loop.
        if layout.shape.elementCount == 1, dtype == .float32 {
            return start.storeBytes(of: value.float, as: Float.self)
        }
        switch value {
        case .bool(let value): fill(value ? 1 : 0, .int64)
        case .int(let value): fill(Int64(value), .int64)
        case .float(let value): fill(value, .float64)
        }
    }

    private func fill<T>(_ value: T, _ type: DType) {
        var value = value
        withUnsafeMutableBytes(of: &value) {
            assign(ck_operand(repeating: $0.baseAddress!, type))
        }
    }

    /// Writes these elements to `target`, an operand in a loop over this shape.
    package func copy(to target: ck_operand) {
        Self.copy(operand(stretchedTo: shape), to: target, shape)
    }

    private func assign(_ source: ck_operand) {
        Self.copy(source, to: operand(stretchedTo: shape), shape)
    }

    private static func copy(_ source: ck_operand, to target: ck_operand, _ shape: Shape) {
        // Through the wider of the two types, so that nothing is lost on the way.
        let from = DType(rawValue: UInt8(source.dtype.rawValue))!
        let to = DType(rawValue: UInt8(target.dtype.rawValue))!
        let compute = DType.promoted(from, to).compute
        var instruction = ck_instruction(operation: UInt8(CK_copy.rawValue), dst: 1, a: 0, b: 0, c: 0)
        var program = ck_program()
        program.inputs = 1
        program.outputs = 1
        program.count = 1
        withUnsafePointer(to: &instruction) { instruction in
            program.instructions = instruction
            withUnsafeTemporaryAllocation(of: ck_operand.self, capacity: 2) { operands in
                operands[0] = source
                operands[1] = target
                shape.withSizes {
                    ck_run(&program, ck_dtype(UInt32(compute.rawValue)), Int32(shape.rank), $0, operands.baseAddress)
                }
            }
        }
    }

    /// A contiguous copy of the elements, of `type` where it is given.
    package func copied(as type: DType? = nil) throws(TensorError) -> Buffer {
        let result = try Buffer(uninitialized: shape, type ?? dtype)
        result.assign(self)
        return result
    }

    /// These elements, contiguous: this buffer itself where it is, else a copy.
    package func contiguous() throws(TensorError) -> Buffer {
        layout.isContiguous ? self : try copied()
    }

    /// Makes the storage unique, copying the elements if anyone else can see them.
    package mutating func makeUnique() throws(TensorError) {
        if !isKnownUniquelyReferenced(&storage) { self = try copied() }
    }
}
