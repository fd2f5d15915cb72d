import Cusp
import CuspNN

extension Operator {
    static let losses: Table = [
        "nn.functional.cross_entropy": .one { call in
            let (logits, labels) = (try call.tensor(), try call.tensor("target"))
            guard logits.rank == 2, labels.dtype == .int64, try call.string("reduction", "mean") == "mean" else {
                throw Unsupported("a form of cross entropy other than the mean of labels over rows")
            }
            return crossEntropy(logits: logits, labels: labels)
        },
        "nn.functional.mse_loss": .loss { x, t, _ in { meanSquaredError(x, t, reduction: $0) } },
        "nn.functional.l1_loss": .loss { x, t, _ in { absoluteLoss(x, t, reduction: $0) } },
        "nn.functional.smooth_l1_loss": .loss { x, t, call in
            let beta = try call.double("beta", 1)
            return { smoothAbsoluteLoss(x, t, beta: beta, reduction: $0) }
        },
        "nn.functional.huber_loss": .loss { x, t, call in
            let delta = try call.double("delta", 1)
            return { huberLoss(x, t, delta: delta, reduction: $0) }
        },
        "nn.functional.binary_cross_entropy": .loss { x, t, call in
            let weight = try call.optionalTensor("weight")
            return { binaryCrossEntropy(x, t, weight: weight, reduction: $0) }
        },
        "nn.functional.binary_cross_entropy_with_logits": .loss { x, t, call in
            let weight = try call.optionalTensor("weight")
            let positive = try call.optionalTensor("pos_weight")
            return { binaryCrossEntropy(logits: x, t, weight: weight, positiveWeight: positive, reduction: $0) }
        },
        "nn.functional.kl_div": .one { call in
            let (x, t) = (try call.tensor(), try call.tensor("target"))
            let logTarget = try call.bool("log_target")
            let reduction = try call.string("reduction", "mean")
            guard reduction == "batchmean" else {
                return klDivergence(x, t, logTarget: logTarget, reduction: try LossReduction(reduction))
            }
            return klDivergence(x, t, logTarget: logTarget, reduction: .sum) / Double(x.shape[0])
        },
        "nn.functional.poisson_nll_loss": .loss { x, t, call in
            let (logInput, full) = (try call.bool("log_input", true), try call.bool("full"))
            let epsilon = try call.double("eps", 1e-8)
            return { poissonLoss(x, t, logInput: logInput, full: full, epsilon: epsilon, reduction: $0) }
        },
        "nn.functional.gaussian_nll_loss": .loss { x, t, call in
            var variance = try call.tensor("var")
            // One variance for a whole row may come without that dimension.
            if variance.rank == x.rank - 1 { variance = variance.unsqueezed(dim: -1) }
            let (full, epsilon) = (try call.bool("full"), try call.double("eps", 1e-6))
            return { gaussianLoss(x, t, variance: variance, full: full, epsilon: epsilon, reduction: $0) }
        },
        "nn.functional.hinge_embedding_loss": .loss { x, y, call in
            let margin = try call.double("margin", 1)
            return { hingeEmbeddingLoss(x, y, margin: margin, reduction: $0) }
        },
        "nn.functional.nll_loss": .loss { x, labels, call in
            let (weight, ignored) = (try call.optionalTensor("weight"), try call.int("ignore_index", -100))
            return { negativeLogLikelihood(x, labels: labels, weight: weight, ignoring: ignored, reduction: $0) }
        },
        "nn.functional.multi_margin_loss": .loss { x, labels, call in
            let (p, margin) = (try call.int("p", 1), try call.double("margin", 1))
            let weight = try call.optionalTensor("weight")
            return {
                multiMarginLoss(x, labels: labels, isSquared: p == 2, margin: margin, weight: weight, reduction: $0)
            }
        },
        "nn.functional.multilabel_margin_loss": .loss { x, targets, _ in
            { multilabelMarginLoss(x, targets: targets, reduction: $0) }
        },
        "nn.functional.multilabel_soft_margin_loss": .loss { x, t, call in
            let weight = try call.optionalTensor("weight")
            return { multilabelSoftMarginLoss(x, t, weight: weight, reduction: $0) }
        },
        "nn.functional.triplet_margin_loss": .loss { anchor, positive, call in
            let negative = try call.tensor("negative")
            let (margin, p) = (try call.double("margin", 1), try call.double("p", 2))
            let (epsilon, isSwapped) = (try call.double("eps", 1e-6), try call.bool("swap"))
            return {
                tripletMarginLoss(
                    anchor, positive, negative, margin: margin, p: p, epsilon: epsilon, isSwapped: isSwapped,
                    reduction: $0)
            }
        },
        "nn.functional.cosine_embedding_loss": .loss { a, b, call in
            let (label, margin) = (try call.tensor("target"), try call.double("margin", 0))
            return { cosineEmbeddingLoss(a, b, label, margin: margin, reduction: $0) }
        },
        "nn.functional.soft_margin_loss": .loss { x, y, _ in { softMarginLoss(x, y, reduction: $0) } },
        "nn.functional.margin_ranking_loss": .loss { a, b, call in
            let (y, margin) = (try call.tensor("target"), try call.double("margin", 0))
            return { marginRankingLoss(a, b, y, margin: margin, reduction: $0) }
        },
    ]

    /// Of a prediction and a target, reduced as the call says.
    private static func loss(
        _ read: @escaping @Sendable (Tensor, Tensor, Call) throws -> (LossReduction) -> Tensor
    ) -> Operator {
        .one { call in
            let body = try read(try call.tensor(), try call.tensor("target"), call)
            return body(try LossReduction(call.string("reduction", "mean")))
        }
    }
}

extension LossReduction {
    fileprivate init(_ name: String) throws {
        switch name {
        case "none": self = .none
        case "mean": self = .mean
        case "sum": self = .sum
        default: throw Unsupported("the reduction \(name)")
        }
    }
}

extension Call {
    fileprivate func double(_ name: String, _ otherwise: Double) throws -> Double {
        try number(name, otherwise).number.double
    }
}
