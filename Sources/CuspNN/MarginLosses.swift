import Cusp

// Losses of rows of scores or of vectors: what is done to the elements is a pointwise function with its sum, or mean, as the end of
// the same pass.

/// How much a score comes too near the one that should be larger; nothing where it is to be skipped.
private let excess = Pointwise { x, chosen, skip, margin in `where`(skip, 0, relu(margin - chosen + x)) }
private let squaredExcess = Pointwise { x, chosen, skip, margin in `where`(skip, 0, square(relu(margin - chosen + x))) }
private let gap = Pointwise { near, far, margin in clamp(margin + near - far, min: 0) }
private let product = Pointwise { a, b in a * b }
private let cosineError = Pointwise { dot, a, b, label, margin in
    let cosine = dot / (sqrt(a + 1e-12) * sqrt(b + 1e-12))
    return `where`(label .== 1, 1 - cosine, 0) + `where`(label .== -1, clamp(cosine - margin, min: 0), 0)
}

/// The mean over the classes of max(0, margin - x[label] + x[class])ᵖ, the label's own class left out, for each row.
///
///     let x = Tensor([[1, 0.5, 3], [0, 2, 0]])
///     multiMarginLoss(x, labels: Tensor([0, 1], dtype: .int64), reduction: .none)     // [1.1666666 0.       ]
///
/// - x: `[n, classes]` or `[classes]`; labels: as many integers as rows, from 0 to classes - 1; weight, by which a row of that label
///   counts: `[classes]`; the result: `[n]` or `[]`, or reduced
/// - Parameter isSquared: p = 2 instead of 1.
///
/// Traps for other shapes and types, and for a label that is out of range.
public func multiMarginLoss(
    _ x: Tensor, labels: Tensor, isSquared: Bool = false, margin: Double = 1, weight: Tensor? = nil,
    reduction: LossReduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    attempt(file: file, line: line) { () throws(TensorError) in
        let rows = x.rank < 2 ? x.reshaped([1, x.elementCount]) : x
        guard rows.rank == 2, labels.rank < 2, labels.elementCount == rows.shape[0] else {
            throw TensorError(
                .shape,
                "multiMarginLoss: scores of shape \(x.shape) and labels of shape \(labels.shape); expected [n, classes] and [n]"
            )
        }
        try checkLabels("multiMarginLoss", labels, classes: rows.shape[1], of: x)
        let index = labels.reshaped([labels.elementCount, 1])
        // [n, 1] == [classes] -> [n, classes]
        let isLabel = index .== Tensor.range(rows.shape[1])
        let error = isSquared ? squaredExcess : excess
        var losses = error.mean(rows, rows.gather(dim: 1, index: index), isLabel, margin, dims: [1])
        if let weight { losses = losses * weight.take(labels.reshaped([labels.elementCount]), dim: 0) }
        return reduction.of(x.rank < 2 ? losses.reshaped([]) : losses)
    }
}

/// For each row the sum of max(0, 1 - x[target] + x[other]) over its targets and all classes that are none, divided by the number of
/// classes.
///
/// - x: `[n, classes]` or `[classes]`; targets: classes in the same shape, of which those from the first negative one on do not
///   count; the result: `[n]` or `[]`, or reduced
///
/// Traps for other shapes and types, and for a target that is out of range.
public func multilabelMarginLoss(
    _ x: Tensor, targets: Tensor, reduction: LossReduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    attempt(file: file, line: line) { () throws(TensorError) in
        guard x.rank <= 2, x.shape == targets.shape else {
            throw TensorError(
                .shape,
                "multilabelMarginLoss: scores of shape \(x.shape) and targets of shape \(targets.shape); expected [n, classes] twice"
            )
        }
        let rows = x.rank < 2 ? x.reshaped([1, x.elementCount]) : x
        let listed = targets.reshaped(Array(rows.shape))
        let isPast = (listed .< 0).cumulativeSum(dim: 1) .> 0
        let index = `where`(isPast, 0, listed)
        try checkLabels("multilabelMarginLoss", index, classes: rows.shape[1], of: x)
        // [n, targets, 1] == [classes] -> [n, targets, classes] -> [n, 1, classes]
        let hits = (index.unsqueezed(dim: 2) .== Tensor.range(rows.shape[1])) .& .!isPast.unsqueezed(dim: 2)
        let isTarget = hits.asType(.int32).sum(dim: 1, keepDim: true) .> 0
        let chosen = rows.gather(dim: 1, index: index).unsqueezed(dim: 2)
        let losses = excess.sum(
            rows.unsqueezed(dim: 1), chosen, isTarget .| isPast.unsqueezed(dim: 2), 1.0, dims: [1, 2])
        return reduction.of((x.rank < 2 ? losses.reshaped([]) : losses) / Double(rows.shape[1]))
    }
}

/// The mean over the last dimension, that of the classes, of -(t log σ(x) + (1 - t) log σ(-x)).
public func multilabelSoftMarginLoss(
    _ x: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: LossReduction = .mean
) -> Tensor {
    reduction.of(binaryCrossEntropy(logits: x, target, weight: weight, reduction: .none).mean(dim: -1))
}

/// max(0, margin + d(anchor, positive) - d(anchor, negative)), where d(a, b) is the p-norm over the last dimension of a - b + epsilon.
///
/// - Parameter isSwapped: the negative's distance is the smaller one of that to the anchor and that to the positive.
///
/// Traps for a p that ``Tensor/norm(_:dims:keepDim:file:line:)`` does not take.
///
/// Source: Balntas, Riba, Ponsa, Mikolajczyk, "Learning local feature descriptors with triplets and shallow convolutional neural
/// networks", BMVC 2016.
public func tripletMarginLoss(
    _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, margin: Double = 1, p: Double = 2,
    epsilon: Double = 1e-6, isSwapped: Bool = false, reduction: LossReduction = .mean
) -> Tensor {
    let distance = { (a: Tensor, b: Tensor) in (a - b + epsilon).norm(p, dims: [-1]) }
    let far = distance(anchor, negative)
    let nearest = isSwapped ? minimum(far, distance(positive, negative)) : far
    return gap.reduced(reduction, distance(anchor, positive), nearest, margin)
}

/// 1 - cos(a, b) where the label is 1, max(0, cos(a, b) - margin) where it is -1; the angle is that over the last dimension.
///
///     cosineEmbeddingLoss(Tensor([1, 0]), Tensor([0, 2]), Tensor(1.0))     // 1.
///
/// The squared lengths count 1e-12 more, so that a vector of zeros has a cosine of 0 with all others, and a gradient.
public func cosineEmbeddingLoss(
    _ a: Tensor, _ b: Tensor, _ label: Tensor, margin: Double = 0, reduction: LossReduction = .mean
) -> Tensor {
    let dot = { (a: Tensor, b: Tensor) in product.sum(a, b, dims: [-1]) }
    return cosineError.reduced(reduction, dot(a, b), dot(a, a), dot(b, b), label, margin)
}
