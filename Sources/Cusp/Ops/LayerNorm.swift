import Autograd
import CKernels

extension Tensor {
    /// Each part over the last dimensions with the mean 0 and the variance 1, times `weight`, plus `bias`:
    /// (x - mean) / √(variance + epsilon) · weight + bias, the variance divided by the number of elements.
    ///
    ///     Tensor([[1, 3], [2, 6]]).layerNorm(epsilon: 0)     // [[-1.  1.] [-1.  1.]]
    ///
    /// - weight, bias: of the sizes of the last `count` dimensions
    ///
    /// A row is read from memory once, and once more with its gradient on the way back. Traps for other shapes. Source: Ba,
    /// Kiros and Hinton, "Layer normalization", 2016.
    public func layerNorm(
        weight: Tensor? = nil, bias: Tensor? = nil, overLast count: Int = 1, epsilon: Double = 1e-5,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            guard (1...Swift.max(rank, 1)).contains(count), rank > 0 else {
                throw TensorError(.shape, "layerNorm: \(count) last dimensions of the shape \(shape)")
            }
            let part = shape.trailing(count)
            for (name, other) in [("weight", weight), ("bias", bias)] {
                guard let other, other.shape != part else { continue }
                throw TensorError(.shape, "layerNorm: a \(name) of shape \(other.shape) for parts of shape \(part)")
            }
            let dtype = [weight, bias].reduce(dtype.floating) { $1 == nil ? $0 : DType.promoted($0, $1!.dtype) }
            let columns = part.elementCount
            let rows = columns == 0 ? 0 : elementCount / columns
            let settled = { (x: Tensor) in x.asType(dtype.compute).reshaped(Shape().appending(columns)).contiguous() }
            let x = asType(dtype.compute).reshaped(Shape().appending(rows).appending(columns)).contiguous()
            let result = try Normalization(weight: weight.map(settled), bias: bias.map(settled), epsilon: epsilon)(x)
            return result.reshaped(shape).asType(dtype)
        }
    }
}

/// Layer normalisation of rows, all operands contiguous and of one type that kernels compute in.
private struct Normalization {
    let weight: Tensor?
    let bias: Tensor?
    let epsilon: Double

    func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        let (rows, columns) = (x.shape[0], x.shape[1])
        let result = try Buffer(uninitialized: x.shape, x.dtype)
        let means = try Buffer(uninitialized: [rows, 1], x.dtype)
        let scales = try Buffer(uninitialized: [rows, 1], x.dtype)
        ck_normalize(
            ck_dtype(UInt32(x.dtype.rawValue)), Int64(rows), Int64(columns), x.buffer.start, weight?.buffer.start,
            bias?.buffer.start, epsilon, result.start, means.start, scales.start)
        withExtendedLifetime((weight, bias)) {}
        let operands = [x] + (weight.map { [$0] } ?? []) + (bias.map { [$0] } ?? [])
        guard Recording.isOn, operands.contains(where: { $0.source != nil }) else {
            return record("layerNorm", operands, result: result, keeping: false) { _, _, _ in }
        }
        let saved = SavedTensor(x)
        let (hasWeight, biasAt) = (weight != nil, bias == nil ? nil : operands.count - 1)
        let gradient = NormalizationGradient(
            weight: weight.map { SavedTensor($0) }, epsilon: epsilon, means: means, scales: scales)
        return record("layerNorm", operands, result: result, keeping: false) { g, _, inputs in
            let x = try saved.tensor
            let (mean, scale) = gradient.moments(x)
            if inputs.wants(0) { inputs[0] = try gradient.slope(g, x, mean, scale) }
            if hasWeight { inputs.give(1) { NormalizationGradient.weighted.sum(g, x, mean, scale, dims: [0]) } }
            if let biasAt { inputs.give(biasAt) { g.sum(dim: 0) } }
        }
    }
}

/// The way back. For a second derivative it is made of operations that can be differentiated, else it is one pass over a row.
private struct NormalizationGradient: Sendable {
    let weight: SavedTensor?
    let epsilon: Double
    let means: Buffer
    let scales: Buffer

    static let weighted = Pointwise { g, x, mean, scale in g * ((x - mean) * scale) }

    func moments(_ x: Tensor) -> (mean: Tensor, scale: Tensor) {
        guard Recording.isOn else { return (Tensor(means), Tensor(scales)) }
        let variance = x.variance(dim: 1, correction: 0, keepDim: true)
        return (x.mean(dim: 1, keepDim: true), 1 / sqrt(variance + epsilon))
    }

    /// (h - mean(h) - y mean(h y)) scale, where h is the gradient of the normalised row y.
    func slope(_ g: Tensor, _ x: Tensor, _ mean: Tensor, _ scale: Tensor) throws -> Tensor {
        let weight = try weight?.tensor
        guard Recording.isOn else { return try fused(g, x.contiguous(), weight?.contiguous()) }
        let h = weight.map { g * $0 } ?? g
        let y = (x - mean) * scale
        return (h - h.mean(dim: 1, keepDim: true) - y * (h * y).mean(dim: 1, keepDim: true)) * scale
    }

    private func fused(_ g: Tensor, _ x: Tensor, _ weight: Tensor?) throws(TensorError) -> Tensor {
        let gradient = try g.buffer.contiguous()
        let result = try Buffer(uninitialized: x.shape, x.dtype)
        ck_normalize_gradient(
            ck_dtype(UInt32(x.dtype.rawValue)), Int64(x.shape[0]), Int64(x.shape[1]), gradient.start, x.buffer.start,
            weight?.buffer.start, means.start, scales.start, result.start)
        withExtendedLifetime((gradient, weight, means, scales)) {}
        return Tensor(result)
    }
}
