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
    guard logits.dtype.isFloatingPoint, labels.dtype == .int64 else {
        throw TensorError(
            .dtype,
            "crossEntropy: logits are \(logits.dtype) and labels \(labels.dtype); expected a float type and int64")
    }
    let classes = logits.shape[1]
    let numbered = labels.array(of: Int.self).enumerated()
    if let (row, label) = numbered.first(where: { !(0..<classes).contains($0.element) }) {
        throw TensorError(
            .index,
            "crossEntropy: label \(label) of row \(row) is not one of the classes 0 to \(classes - 1) of logits of shape \(logits.shape)"
        )
    }
}
