import CKernels

/// Random numbers that a seed determines, on any number of threads: Philox4x32-10, a counter-based generator.
///
///     var random = RandomStream(seed: 7)
///     let weights = random.normal([784, 512])
///
/// Each call takes the next stream of the seed, so that a second call gives other numbers. Source: Salmon, Moraes, Dror, Shaw,
/// "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public struct RandomStream: Sendable {
    public let seed: UInt64
    private var next: UInt64 = 0

    public init(seed: UInt64) { self.seed = seed }

    /// Numbers from `low` up to, and without, `high`, all equally likely.
    public mutating func uniform(
        _ shape: Shape, from low: Double = 0, to high: Double = 1, dtype: DType = .float32
    ) -> Tensor {
        fill(CK_UNIFORM, shape, dtype) * (high - low) + low
    }

    /// Normally distributed numbers.
    public mutating func normal(
        _ shape: Shape, mean: Double = 0, deviation: Double = 1, dtype: DType = .float32
    ) -> Tensor {
        fill(CK_NORMAL, shape, dtype) * deviation + mean
    }

    /// The numbers 0 ..< count in random order.
    public mutating func permutation(_ count: Int) -> [Int] {
        let keys = uniform([count], dtype: .float64).array(of: Double.self)
        return (0..<count).sorted { (keys[$0], $0) < (keys[$1], $1) }
    }

    private mutating func fill(_ distribution: ck_distribution, _ shape: Shape, _ dtype: DType) -> Tensor {
        defer { next += 1 }
        return attempt { () throws(TensorError) in
            guard dtype.isFloatingPoint else {
                throw TensorError(.dtype, "RandomStream: random numbers are of a float type, not \(dtype)")
            }
            let buffer = try Buffer(uninitialized: shape, dtype.compute)
            ck_random(
                distribution, ck_dtype(UInt32(dtype.compute.rawValue)), seed, next, Int64(shape.elementCount),
                buffer.start)
            return Tensor(dtype == dtype.compute ? buffer : try buffer.copied(as: dtype))
        }
    }
}
