/// The sizes of a tensor's dimensions, at most eight of them. A shape without dimensions is that of a single element.
///
///     let shape: Shape = [2, 3]
///     shape.rank             // 2
///     shape.elementCount     // 6
public struct Shape: Sendable {
    /// The most dimensions that a tensor can have.
    public static let maximumRank = 8

    @usableFromInline var sizes: InlineArray<8, Int>
    /// The number of dimensions.
    public internal(set) var rank: Int

    package init(rank: Int, sizes: InlineArray<8, Int>) {
        self.rank = rank
        self.sizes = sizes
    }

    /// - Throws: `TensorError` if there are too many dimensions, a negative one, or more elements than can be counted.
    package init(checking dimensions: [Int], for operation: String) throws(TensorError) {
        self.init()
        for size in dimensions {
            guard rank < Self.maximumRank else {
                throw TensorError(.shape, "\(operation): a tensor has at most \(Self.maximumRank) dimensions")
            }
            guard size >= 0 else {
                throw TensorError(.shape, "\(operation): the size \(size) in \(dimensions) is negative")
            }
            append(size)
        }
        try checkCount(for: operation)
    }

    /// A shape with these sizes. Traps where a size is negative, there are more than eight, or the elements cannot be counted
    /// (inside `Tensor.checked` it is `[0]` then).
    public init(_ dimensions: some Sequence<Int>) {
        do {
            try self.init(checking: Array(dimensions), for: "Shape")
        } catch {
            report(error, #fileID, #line)
            self.init()
            append(0)
        }
    }

    /// The shape of a single element.
    public init() {
        self.init(rank: 0, sizes: InlineArray(repeating: 1))
    }

    /// The number of elements: the product of the sizes, 1 without dimensions.
    @inlinable public var elementCount: Int {
        var count = 1
        for i in 0..<rank { count &*= sizes[i] }
        return count
    }

    /// That the product of the sizes (zeros left out, so that a view of an empty tensor is safe too) fits, with room for bytes.
    package func checkCount(for operation: String) throws(TensorError) {
        var count = 1
        for size in self where size > 0 {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            if overflow || product > Int.max / 16 {
                throw TensorError(.shape, "\(operation): the shape \(self) has more elements than memory can address")
            }
            count = product
        }
    }

    package mutating func append(_ size: Int) {
        sizes[rank] = size
        rank += 1
    }

    package func appending(_ size: Int) -> Shape {
        var longer = self
        longer.append(size)
        return longer
    }

    /// The first `count` dimensions.
    package func leading(_ count: Int) -> Shape { Shape(rank: Swift.min(Swift.max(count, 0), rank), sizes: sizes) }

    /// The last `count` dimensions.
    package func trailing(_ count: Int) -> Shape {
        var last = Shape()
        for i in Swift.max(rank - count, 0)..<rank { last.append(sizes[i]) }
        return last
    }
}

extension Shape: RandomAccessCollection, MutableCollection {
    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { rank }
    @inlinable public subscript(position: Int) -> Int {
        get {
            check(position)
            return sizes[position]
        }
        set {
            check(position)
            sizes[position] = newValue
        }
    }

    @inlinable @inline(__always) func check(_ position: Int) {
        if position < 0 || position >= rank { stop(at: position) }
    }

    @usableFromInline func stop(at position: Int) -> Never {
        fatalError("no dimension \(position) in the shape \(self)")
    }
}

extension Shape: Hashable {
    @inlinable public static func == (a: Shape, b: Shape) -> Bool {
        guard a.rank == b.rank else { return false }
        for i in 0..<a.rank where a.sizes[i] != b.sizes[i] { return false }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        for size in self { hasher.combine(size) }
    }
}

extension Shape {
    /// Another number for each shape, where the sizes fit into 60 bits that they share evenly; else 0.
    package var code: UInt64 {
        guard rank > 0 else { return 1 << 60 }
        let bits = 60 / rank
        var code = UInt64(rank + 1)
        for i in 0..<rank {
            guard sizes[i] >> bits == 0 else { return 0 }
            code = code << UInt64(bits) | UInt64(sizes[i])
        }
        return code
    }
}

extension Shape: ExpressibleByArrayLiteral, CustomStringConvertible {
    public init(arrayLiteral dimensions: Int...) {
        self.init(dimensions)
    }

    public var description: String { "[" + map(String.init).joined(separator: ", ") + "]" }
}

extension Shape {
    /// The position of dimension `dim`, where -1 is the last one.
    package func position(of dim: Int, in operation: String) throws(TensorError) -> Int {
        let position = dim < 0 ? dim + rank : dim
        guard position >= 0 && position < rank else {
            throw TensorError(.shape, "\(operation): dimension \(dim) is not one of the \(rank) of the shape \(self)")
        }
        return position
    }

    /// The shape that both can be stretched to: aligned at the last dimension, where a size of 1 (or none) repeats.
    package static func broadcast(_ a: Shape, _ b: Shape, for operation: String) throws(TensorError) -> Shape {
        if a == b { return a }
        var result = a.rank >= b.rank ? a : b
        for i in 1..<(result.rank + 1) {
            let left = i <= a.rank ? a.sizes[a.rank - i] : 1
            let right = i <= b.rank ? b.sizes[b.rank - i] : 1
            guard left == right || left == 1 || right == 1 else {
                throw TensorError(
                    .shape,
                    "\(operation): the shapes \(a) and \(b) do not broadcast: from the right, each pair of sizes must be equal or one of them 1"
                )
            }
            result.sizes[result.rank - i] = left == 1 ? right : left
        }
        try result.checkCount(for: "broadcast")
        return result
    }
}
