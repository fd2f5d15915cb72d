import Cusp

extension Operator {
    static let creation: Table = [
        "zeros": .one { try .zeros(Shape($0.sizes()), dtype: $0.dtype() ?? .float32) },
        "ones": .one { try .ones(Shape($0.sizes()), dtype: $0.dtype() ?? .float32) },
        "full": .one { try full(Shape($0.sizes()), $0.number("fill_value"), $0.dtype() ?? .float32) },
        "zeros_like": .like { x, _ in (x.shape, 0) },
        "ones_like": .like { x, _ in (x.shape, 1) },
        "full_like": .like { x, call in (x.shape, try call.number("fill_value")) },
        "new_zeros": .like { _, call in (Shape(try call.sizes()), 0) },
        "new_ones": .like { _, call in (Shape(try call.sizes()), 1) },
        "new_full": .like { _, call in (Shape(try call.sizes()), try call.number("fill_value")) },
        "scalar_tensor": .one { try full([], $0.number("s"), $0.dtype() ?? .float32) },
        "eye": .one { call in
            let rows = try call.int("n")
            let columns = try call.int("m", rows)
            return .identity(max(rows, columns), dtype: try call.dtype() ?? .float32)[0..<rows, 0..<columns]
        },
        "arange": .one { call in
            var bounds = try call.rest().map { try $0.number("a bound") }
            if bounds.count == 1 { bounds.insert(0, at: 0) }
            if bounds.count == 2 { bounds.append(1) }
            guard bounds.count == 3 else { throw Unsupported("arange without bounds") }
            let dtype = try call.dtype() ?? .float32
            let (start, end, step) = (bounds[0].number.double, bounds[1].number.double, bounds[2].number.double)
            if dtype.isFloatingPoint {
                let count = Tensor.range(Int(((end - start) / step).rounded(.up)), dtype: .float64)
                return (count * step + start).asType(dtype)
            }
            let (first, stride) = (Int(start), Int(step))
            let count = (Double(Int(end) - first) / Double(stride)).rounded(.up)
            return (Tensor.range(Int(count)) * stride + first).asType(dtype)
        },
    ]

    private static func full(_ shape: Shape, _ value: any PlainNumber, _ dtype: DType) -> Tensor {
        .full(shape, value, dtype: dtype)
    }

    /// One number everywhere, in the type of the tensor or the one that the call gives.
    private static func like(
        _ body: @escaping @Sendable (Tensor, Call) throws -> (Shape, any PlainNumber)
    ) -> Operator {
        .one { call in
            let x = try call.tensor()
            let (shape, value) = try body(x, call)
            return full(shape, value, try call.dtype() ?? x.dtype)
        }
    }

    static let casts: Table = [
        "float": .cast(.float32), "double": .cast(.float64), "half": .cast(.float16), "bfloat16": .cast(.bfloat16),
        "int": .cast(.int32), "long": .cast(.int64), "byte": .cast(.uint8), "bool": .cast(.bool),
    ]

    private static func cast(_ dtype: DType) -> Operator { .unary { $0.asType(dtype) } }
}
