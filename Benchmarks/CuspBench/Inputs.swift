import Cusp

/// Makes the input arrays of one case, the same numbers as every peer makes: see PROTOCOL.md. The k-th array made is stream k.
package struct Inputs {
    private var stream: UInt32 = 0

    package init() {}

    /// 24 random bits for the index `i` of a stream.
    @inlinable package static func bits(_ i: UInt32, stream: UInt32) -> UInt32 {
        var h = i &+ stream &* 0x9E37_79B9
        h ^= h >> 16
        h = h &* 0x7FEB_352D
        h ^= h >> 15
        h = h &* 0x846C_A68B
        h ^= h >> 16
        return h >> 8
    }

    private mutating func make<S: Scalar>(_ shape: [Int], _ element: (UInt32) -> S) -> Tensor {
        let (count, stream) = (shape.reduce(1, *), stream)
        self.stream += 1
        let elements = [S](unsafeUninitializedCapacity: count) { elements, initialized in
            for i in 0..<count {
                elements.initializeElement(
                    at: i, to: element(Self.bits(UInt32(truncatingIfNeeded: i), stream: stream)))
            }
            initialized = count
        }
        return Tensor(elements, shape: Shape(shape))
    }

    /// 0 to 1.
    package mutating func unit(_ shape: [Int]) -> Tensor {
        make(shape) { Float($0) * 0x1p-24 }
    }

    /// -2 to 2, times `scale`, a power of two.
    package mutating func signed(_ shape: [Int], scale: Float = 1) -> Tensor {
        make(shape) { (Float($0) * 0x1p-24 * 4 - 2) * scale }
    }

    /// 0.5 to 2.5.
    package mutating func positive(_ shape: [Int]) -> Tensor {
        make(shape) { Float($0) * 0x1p-24 * 2 + 0.5 }
    }

    /// int64, 0 to limit - 1.
    package mutating func index(_ limit: Int, _ shape: [Int]) -> Tensor {
        make(shape) { (Int($0) * limit) >> 24 }
    }

    package mutating func mask(_ shape: [Int]) -> Tensor {
        make(shape) { (Int($0) * 2) >> 24 == 1 }
    }
}

/// The input of a row of the table: what numbers, in what shape for a given n.
package struct Input: Sendable {
    let make: @Sendable (inout Inputs, Int) -> Tensor

    static let unit = Input { $0.unit([$1]) }
    static let signed = Input { $0.signed([$1]) }
    static let positive = Input { $0.positive([$1]) }
    static let mask = Input { $0.mask([$1]) }
    /// The matrix [r, c] of PROTOCOL.md.
    static let matrix = Input { $0.signed(table($1)) }
    static let transposedMatrix = Input { $0.signed(table($1).reversed()) }
    /// [c]
    static let row = Input { $0.signed([table($1)[1]]) }
    static let positiveRow = Input { $0.positive([table($1)[1]]) }
    /// [r, 1]
    static let column = Input { $0.signed([table($1)[0], 1]) }

    /// [r], of rows
    static let rowIndex = Input { $0.index(table($1)[0], [table($1)[0]]) }

    static func signed(_ shape: Int...) -> Input { Input { inputs, _ in inputs.signed(shape) } }

    /// The shape of the two-dimensional ids for a given n.
    package static func table(_ n: Int) -> [Int] {
        let columns = n >= 65536 ? 1024 : n >= 256 ? 256 : max(n / 4, 1)
        return [n / columns, columns]
    }
}
