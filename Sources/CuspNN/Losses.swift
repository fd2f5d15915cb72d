import Cusp

/// The mean over the batch of -log p, where p is the probability that the softmax of the logits gives to the right label:
/// logSumExp(logits) - logits[label].
///
///     let logits = Tensor([[2, 0], [0, 0]])
///     crossEntropy(logits: logits, labels: Tensor([0, 1], dtype: .int64))     // 0.41003755
///
/// - logits: `[n, classes]`, of a float type; labels: `[n]`, int64, from 0 to classes - 1; the result: `[]`, NaN for n = 0
///
/// No logit is too large or too small: the largest of a row is subtracted before anything is exponentiated. The gradient of a
/// row is (softmax - 1 at the label) / n. Traps for other shapes and types, and for a label that is out of range.
public func crossEntropy(
    logits: Tensor, labels: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    attempt(file: file, line: line) { () throws(TensorError) in
        try checkCrossEntropy(logits, labels)
        // [n, 1] == [classes] -> [n, classes], true at the label
        let isLabel = labels.unsqueezed(dim: 1) .== Tensor.range(logits.shape[1])
        let total = `where`(isLabel, logits.logSoftmax(dim: 1), 0).sum()
        return total / -Double(labels.elementCount)
    }
}

private func checkCrossEntropy(_ logits: Tensor, _ labels: Tensor) throws(TensorError) {
    guard logits.rank == 2, logits.shape[1] > 0, labels.rank == 1, labels.shape[0] == logits.shape[0] else {
        throw TensorError(
            .shape,
            "crossEntropy: logits of shape \(logits.shape) and labels of shape \(labels.shape); expected [n, classes] and [n]"
        )
    }
    guard logits.dtype.isFloatingPoint else {
        throw TensorError(.dtype, "crossEntropy: logits are \(logits.dtype); expected a float type")
    }
    try checkLabels("crossEntropy", labels, classes: logits.shape[1], of: logits)
}

/// That these are positions among the classes.
func checkLabels(_ operation: String, _ labels: Tensor, classes: Int, of x: Tensor) throws(TensorError) {
    guard labels.dtype == .int64 else {
        throw TensorError(.dtype, "\(operation): labels are \(labels.dtype); expected int64")
    }
    let numbered = labels.array(of: Int.self).enumerated()
    if let (row, label) = numbered.first(where: { !(0..<classes).contains($0.element) }) {
        throw TensorError(
            .index,
            "\(operation): label \(label) of row \(row) is not one of the classes 0 to \(classes - 1) of a tensor of shape \(x.shape)"
        )
    }
}

private let likelihood = Pointwise { x, weight, isKept in `where`(isKept, -weight * x, 0) }

/// -x[label] for logarithms x of probabilities, the loss whose x comes from a log-softmax over the classes.
///
///     let x = Tensor([[2, 0], [0, 0]]).logSoftmax(dim: 1)
///     negativeLogLikelihood(x, labels: Tensor([0, 1], dtype: .int64))     // 0.41003755
///
/// - x: `[n, classes, ...]` or `[classes]`; labels: int64, `[n, ...]` or `[]`, from 0 to classes - 1; weight, by which a label counts:
///   `[classes]`; the result: in the shape of the labels, or reduced
/// - Parameter ignoring: a label that does not count: its loss is 0, and it has no part in the mean, which is that of the weights.
///
/// Traps for other shapes and types, and for a label that is out of range.
public func negativeLogLikelihood(
    _ x: Tensor, labels: Tensor, weight: Tensor? = nil, ignoring: Int? = nil, reduction: LossReduction = .mean,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    attempt(file: file, line: line) { () throws(TensorError) in
        let dim = x.rank == 1 ? 0 : 1
        guard x.rank > 0, Array(labels.shape) == Array(x.shape[..<dim]) + Array(x.shape[(dim + 1)...]) else {
            throw TensorError(
                .shape,
                "negativeLogLikelihood: logarithms of shape \(x.shape) and labels of shape \(labels.shape); expected [n, classes, ...] and [n, ...]"
            )
        }
        let isKept = ignoring.map { labels .!= $0 } ?? Tensor(true)
        let index = ignoring == nil ? labels : `where`(isKept, labels, 0)
        try checkLabels("negativeLogLikelihood", index, classes: x.shape[dim], of: x)
        let chosen = x.gather(dim: dim, index: index.unsqueezed(dim: dim)).squeezed(dim: dim)
        let weights = weight?.take(index, dim: 0) ?? Tensor(1).asType(x.dtype)
        guard reduction == .mean else { return likelihood.reduced(reduction, chosen, weights, isKept) }
        let total = `where`(isKept, weights, 0).expanded(to: index.shape).sum()
        return likelihood.sum(chosen, weights, isKept) / total
    }
}
