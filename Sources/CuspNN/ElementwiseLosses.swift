import Cusp

/// What becomes of the losses of all elements.
public enum LossReduction: Sendable, CaseIterable { case none, mean, sum }

// Each loss is one pointwise function; its sum or mean is the end of the same pass.

private let squaredError = Pointwise { x, t in (x - t) * (x - t) }
private let absoluteError = Pointwise { x, t in abs(x - t) }
private let smoothAbsoluteError = Pointwise { x, t, beta in
    let d = abs(x - t)
    return `where`(d .< beta, 0.5 * d * d / beta, d - 0.5 * beta)
}
private let huberError = Pointwise { x, t, delta in
    let d = abs(x - t)
    return `where`(d .<= delta, 0.5 * d * d, delta * (d - 0.5 * delta))
}
/// A probability that is 0 or 1, as its target says, is at the least loss that it can have: it has no slope there.
private let settled = Pointwise { p, _ in
    p
} derivative: { p, t in
    (`where`((p .== t) .& (p * (1 - p) .== 0), 0, 1), nil)
}
private let binaryEntropy = Pointwise { p, t, weight in
    let p = settled(p, t)
    return -weight * (t * clamp(log(p), min: -100) + (1 - t) * clamp(log1p(-p), min: -100))
}
private let binaryEntropyOfLogits = Pointwise { x, t, weight, positive in
    weight * ((1 - t) * x + (1 + (positive - 1) * t) * softplus(-x))
}
private let divergence = Pointwise { x, t in `where`(t .== 0, -t * x, t * (log(t) - x)) }
private let divergenceOfLogs = Pointwise { x, t in exp(t) * (t - x) }
private let stirling = Pointwise { t in
    `where`(t .> 1, t * log(t) - t + 0.5 * log(2 * Double.pi * t), 0)
}
private let poisson = Pointwise { x, t, epsilon, full in x - t * log(x + epsilon) + full * stirling(t) }
private let poissonOfLog = Pointwise { x, t, full in exp(x) - t * x + full * stirling(t) }
/// At least so much, with the gradient of the variance itself, so that a variance that is too small can grow.
private let atLeast = Pointwise { x, least in
    maximum(x, least)
} derivative: { _, _ in
    (1, nil)
}
private let gaussian = Pointwise { x, t, variance, epsilon, constant in
    let v = atLeast(variance, epsilon)
    return 0.5 * (log(v) + (x - t) * (x - t) / v) + constant
}
private let hinge = Pointwise { x, y, margin in
    `where`(y .!= 1, clamp(margin - x, min: 0), 0) + `where`(y .!= -1, x, 0)
}
private let softMargin = Pointwise { x, y in softplus(-y * x) }
private let ranking = Pointwise { a, b, y, margin in clamp(margin - y * (a - b), min: 0) }

/// (x - t)².
///
///     meanSquaredError(Tensor([1, 2]), Tensor([1, 5]))     // 4.5
public func meanSquaredError(_ x: Tensor, _ target: Tensor, reduction: LossReduction = .mean) -> Tensor {
    squaredError.reduced(reduction, x, target)
}

/// |x - t|; the gradient is 0 where they are equal.
public func absoluteLoss(_ x: Tensor, _ target: Tensor, reduction: LossReduction = .mean) -> Tensor {
    absoluteError.reduced(reduction, x, target)
}

/// (x - t)² / (2 beta) where |x - t| is less than beta, else |x - t| - beta / 2.
public func smoothAbsoluteLoss(
    _ x: Tensor, _ target: Tensor, beta: Double = 1, reduction: LossReduction = .mean
) -> Tensor {
    smoothAbsoluteError.reduced(reduction, x, target, beta)
}

/// (x - t)² / 2 where |x - t| is at most delta, else delta (|x - t| - delta / 2).
///
/// Source: Huber, "Robust Estimation of a Location Parameter", 1964.
public func huberLoss(
    _ x: Tensor, _ target: Tensor, delta: Double = 1, reduction: LossReduction = .mean
) -> Tensor {
    huberError.reduced(reduction, x, target, delta)
}

/// -(t log p + (1 - t) log(1 - p)) for probabilities p; each logarithm counts as -100 at least, and has no gradient below.
/// Where p is 0 or 1 and the target the same, its gradient is 0.
///
/// Where p comes from a sigmoid, ``binaryCrossEntropy(logits:_:weight:positiveWeight:reduction:)`` is exact.
public func binaryCrossEntropy(
    _ p: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: LossReduction = .mean
) -> Tensor {
    guard let weight else { return binaryEntropy.reduced(reduction, p, target, 1.0) }
    return binaryEntropy.reduced(reduction, p, target, weight)
}

/// -(w t log σ(x) + (1 - t) log σ(-x)), exact for logits of any size; w weighs the positive class.
///
///     binaryCrossEntropy(logits: Tensor([0, 100]), Tensor([1, 0]), reduction: .none)     // [  0.6931472 100.       ]
public func binaryCrossEntropy(
    logits x: Tensor, _ target: Tensor, weight: Tensor? = nil, positiveWeight: Tensor? = nil,
    reduction: LossReduction = .mean
) -> Tensor {
    switch (weight, positiveWeight) {
    case (nil, nil): binaryEntropyOfLogits.reduced(reduction, x, target, 1.0, 1.0)
    case (let weight?, nil): binaryEntropyOfLogits.reduced(reduction, x, target, weight, 1.0)
    case (nil, let positive?): binaryEntropyOfLogits.reduced(reduction, x, target, 1.0, positive)
    case (let weight?, let positive?): binaryEntropyOfLogits.reduced(reduction, x, target, weight, positive)
    }
}

/// The divergence of Kullback and Leibler, t (log t - x) where x are the logarithms of probabilities: 0 for t = 0.
///
/// - Parameter logTarget: whether the target, too, is the logarithms of probabilities.
public func klDivergence(
    _ x: Tensor, _ target: Tensor, logTarget: Bool = false, reduction: LossReduction = .mean
) -> Tensor {
    (logTarget ? divergenceOfLogs : divergence).reduced(reduction, x, target)
}

/// The negative logarithm of the Poisson distribution's density at t: eˣ - t x, or of a rate x itself, x - t log(x + epsilon).
///
/// - Parameters:
///   - logInput: whether x is the logarithm of the rate.
///   - full: adds Stirling's approximation of log t! where t is larger than 1.
public func poissonLoss(
    _ x: Tensor, _ target: Tensor, logInput: Bool = true, full: Bool = false, epsilon: Double = 1e-8,
    reduction: LossReduction = .mean
) -> Tensor {
    let full = full ? 1.0 : 0.0
    return logInput
        ? poissonOfLog.reduced(reduction, x, target, full) : poisson.reduced(reduction, x, target, epsilon, full)
}

/// The negative logarithm of the normal distribution's density at t: (log v + (x - t)² / v) / 2, where v is the variance, but
/// `epsilon` at least; the gradient of a variance below that is the one at `epsilon`.
///
/// - Parameter full: adds log(2π) / 2.
public func gaussianLoss(
    _ x: Tensor, _ target: Tensor, variance: Tensor, full: Bool = false, epsilon: Double = 1e-6,
    reduction: LossReduction = .mean
) -> Tensor {
    gaussian.reduced(reduction, x, target, variance, epsilon, full ? 0.91893853320467274178 : 0.0)
}

/// x where the label is 1, max(0, margin - x) where it is -1.
public func hingeEmbeddingLoss(
    _ x: Tensor, _ label: Tensor, margin: Double = 1, reduction: LossReduction = .mean
) -> Tensor {
    hinge.reduced(reduction, x, label, margin)
}

/// log(1 + exp(-y x)) for labels y of 1 and -1, without overflow.
public func softMarginLoss(_ x: Tensor, _ label: Tensor, reduction: LossReduction = .mean) -> Tensor {
    softMargin.reduced(reduction, x, label)
}

/// max(0, margin - y (a - b)): the order of a and b, where y is 1 if a should be the larger one, else -1.
public func marginRankingLoss(
    _ a: Tensor, _ b: Tensor, _ label: Tensor, margin: Double = 0, reduction: LossReduction = .mean
) -> Tensor {
    ranking.reduced(reduction, a, b, label, margin)
}

extension LossReduction {
    /// The losses, or what becomes of them.
    func of(_ losses: Tensor) -> Tensor {
        switch self {
        case .none: losses
        case .mean: losses.mean()
        case .sum: losses.sum()
        }
    }
}

extension Pointwise {
    func reduced<each O: TensorOperand>(_ reduction: LossReduction, _ operands: repeat each O) -> Tensor {
        switch reduction {
        case .none: values(repeat each operands)
        case .mean: mean(repeat each operands)
        case .sum: sum(repeat each operands)
        }
    }
}
