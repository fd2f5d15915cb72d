import Cusp
import Testing

extension Tensor {
    init(_ values: [Double], _ shape: [Int], _ dtype: DType) {
        self = Tensor(values, shape: Shape(shape)).asType(dtype)
    }

    /// The elements in row-major order, read one by one by the definition of a layout, without a kernel.
    var elements: [Double] {
        let layout = buffer.layout
        return Array(shape).reduce([[]]) { heads, size in heads.flatMap { head in (0..<size).map { head + [$0] } } }
            .map { (index: [Int]) in
                let place = index.indices.reduce(layout.offset) { $0 + index[$1] * layout.strides[$1] }
                let at = buffer.storage.data + place * dtype.size
                return switch dtype {
                case .float32: Double(at.load(as: Float.self))
                case .float64: at.load(as: Double.self)
                case .int32: Double(at.load(as: Int32.self))
                case .int64: Double(at.load(as: Int64.self))
                case .uint8, .bool: Double(at.load(as: UInt8.self))
                case .float16, .bfloat16: fatalError("read as another type")
                }
            }
    }

    /// The bits of the elements, so that NaN and the sign of zero count too.
    var bits: [UInt64] { elements.map(\.bitPattern) }

    /// The same elements, as a leaf of a graph; in the same memory, with the same strides.
    var leaf: Tensor {
        var leaf = detached()
        leaf.requiresGrad = true
        return leaf
    }
}

/// How an operand lies in memory.
enum Arrangement: CaseIterable {
    case contiguous, transposed, everySecond, backwards, row, column, expanded, scalar

    /// Those that have all elements of the shape, none twice.
    static let full: [Arrangement] = [.contiguous, .transposed, .everySecond, .backwards]

    /// A tensor that broadcasts to `[rows, columns]`.
    func tensor(
        _ rows: Int, _ columns: Int, _ dtype: DType, _ domain: Domain, _ random: inout SeededGenerator
    ) -> Tensor {
        func make(_ shape: [Int]) -> Tensor {
            Tensor(domain.samples(shape.reduce(1, *), &random), shape, dtype)
        }
        return switch self {
        case .contiguous: make([rows, columns])
        case .transposed: make([columns, rows]).transposed()
        case .everySecond: make([2 * rows, 2 * columns + 1])[.stride(from: 1, by: 2), .stride(to: 2 * columns, by: 2)]
        case .backwards: make([rows, columns])[.stride(by: -1), .stride(by: -1)]
        case .row: make([columns])
        case .column: make([rows, 1])
        case .expanded: make([1, columns]).expanded(to: [rows, columns])
        case .scalar: make([])
        }
    }
}

/// The distance from `exact` in units in the last place of the type; infinite where one is NaN or infinite and the other is not.
func ulps(_ result: Double, _ exact: Double, _ dtype: DType) -> Double {
    if dtype == .float64 { return ulps(result, exact, exact.ulp) }
    let rounded = dtype == .float32 ? Double(Float(exact)) : exact
    if result == rounded { return 0 }
    return ulps(result, exact, dtype == .float32 ? Double(Float(exact).ulp) : 0)
}

private func ulps(_ result: Double, _ exact: Double, _ unit: Double) -> Double {
    if result == exact || (result.isNaN && exact.isNaN) { return 0 }
    if !result.isFinite || !exact.isFinite { return .infinity }
    return (result - exact).magnitude / unit
}
