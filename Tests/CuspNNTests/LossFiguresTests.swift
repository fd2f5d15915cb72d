import Cusp
import CuspNN
import CuspTesting
import Testing

/// Losses against PyTorch's figures, element by element and reduced, and their gradients.
@Suite struct LossFiguresTests {
    typealias Reference = FunctionReferences

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// By place: the gradient where PyTorch's is not the slope, or one of another policy.
        let slopes: [Int: Double]
        let legacy: [Int: Double]
        let apply: @Sendable (Tensor, LossReduction) -> Tensor

        init(
            _ name: String, slopes: [Int: Double] = [:], legacy: [Int: Double]? = nil,
            _ apply: @escaping @Sendable (Tensor, LossReduction) -> Tensor
        ) {
            (testDescription, self.slopes, self.legacy, self.apply) = (name, slopes, legacy ?? slopes, apply)
        }
    }

    private static func tensor(_ values: [Double]) -> Tensor { Tensor(values, shape: [values.count]) }
    private static let (t, b, y, v) = (
        tensor(Reference.t), tensor(Reference.b), tensor(Reference.y), tensor(Reference.v)
    )

    static let rows: [Row] = [
        Row("meanSquaredError") { meanSquaredError($0, t, reduction: $1) },
        Row("absoluteLoss") { absoluteLoss($0, t, reduction: $1) },
        Row("smoothAbsoluteLoss") { smoothAbsoluteLoss($0, t, beta: 2, reduction: $1) },
        Row("huberLoss") { huberLoss($0, t, delta: 1.5, reduction: $1) },
        // PyTorch divides by p (1 - p), but by 1e-12 at least, where the logarithm is not bounded, and where it is.
        Row("binaryCrossEntropy", slopes: [0: 0, 4: 0, 6: -1e30]) { binaryCrossEntropy($0, b, reduction: $1) },
        Row("binaryCrossEntropy of logits") {
            binaryCrossEntropy(
                logits: $0, b, weight: v, positiveWeight: Tensor([2.0], dtype: .float64), reduction: $1)
        },
        Row("klDivergence") { klDivergence($0, b, reduction: $1) },
        Row("klDivergence of logarithms") { klDivergence($0, t, logTarget: true, reduction: $1) },
        Row("poissonLoss") { poissonLoss($0, v, full: true, reduction: $1) },
        Row("poissonLoss of rates") { poissonLoss($0, v, logInput: false, reduction: $1) },
        Row("gaussianLoss") { gaussianLoss($0, t, variance: v, full: true, reduction: $1) },
        Row("hingeEmbeddingLoss") { hingeEmbeddingLoss($0, y, margin: 1.5, reduction: $1) },
        Row("softMarginLoss") { softMarginLoss($0, y, reduction: $1) },
        Row("marginRankingLoss") { marginRankingLoss($0, t, y, margin: 0.75, reduction: $1) },
    ]

    @Test func everyReferenceHasARow() {
        #expect(Set(Self.rows.map(\.testDescription)) == Set(Reference.losses.keys))
    }

    @Test(arguments: rows, KinkPolicy.allCases) func asPyTorch(row: Row, policy: KinkPolicy) throws {
        let reference = Reference.losses[row.testDescription]!
        var x = Self.tensor(reference.x)
        x.requiresGrad = true
        let (losses, mean, sum) = policy.use {
            (row.apply(x, .none), row.apply(x, .mean), row.apply(x, .sum))
        }
        for (i, (a, b)) in zip(losses.array(of: Double.self), reference.none).enumerated() {
            #expect(ActivationFiguresTests.agree(a, b), "loss \(i): \(a), not \(b)")
        }
        #expect(ActivationFiguresTests.agree(mean.item(as: Double.self), reference.mean))
        #expect(ActivationFiguresTests.agree(sum.item(as: Double.self), reference.sum))
        for (result, part) in [(losses.sum(), 1.0), (sum, 1), (mean, Double(reference.x.count))] {
            x.grad = nil
            try result.backward()
            for (i, (a, b)) in zip(x.grad!.array(of: Double.self), reference.gradients).enumerated() {
                let expected = (policy == .legacy ? row.legacy : row.slopes)[i] ?? b
                // A slope may be a difference of numbers of size 1.
                let same = ActivationFiguresTests.agree(a * part, expected) || abs(a * part - expected) < 1e-15
                #expect(same, "slope \(i): \(a * part), not \(expected)")
            }
        }
    }

    /// First and second derivatives with regard to all operands, away from kinks.
    @Test func gradients() throws {
        let x = Tensor([0.3, 0.6, 0.2, 0.9], dtype: .float64)
        let t = Tensor([0.55, 0.1, 0.7, 0.4], dtype: .float64)
        let v = Tensor([0.5, 1.5, 2, 0.25], dtype: .float64)
        let label = Tensor([1, -1, -1, 1], dtype: .int64)
        let functions: [([Tensor]) -> Tensor] = [
            { meanSquaredError($0[0], $0[1]) }, { absoluteLoss($0[0], $0[1]) },
            { smoothAbsoluteLoss($0[0], $0[1], beta: 0.4) }, { huberLoss($0[0], $0[1], delta: 0.4) },
            { binaryCrossEntropy($0[0], $0[1], weight: $0[2]) },
            { binaryCrossEntropy(logits: $0[0], $0[1], weight: $0[2], positiveWeight: $0[2]) },
            { klDivergence($0[0], $0[1]) }, { klDivergence($0[0], $0[1], logTarget: true) },
            { poissonLoss($0[0], $0[1] + 2, full: true) }, { poissonLoss($0[0], $0[1], logInput: false) },
            { gaussianLoss($0[0], $0[1], variance: $0[2], full: true) },
            { hingeEmbeddingLoss($0[0], label) }, { softMarginLoss($0[0], label) },
            { marginRankingLoss($0[0], $0[1], label, margin: 0.2) },
        ]
        for (i, f) in functions.enumerated() {
            for reduction in [1.0, 2] {
                do {
                    try gradientCheck(at: [x, t, v], of: { f($0) * reduction + 0 * ($0[0] * $0[1] * $0[2]).sum() })
                    try secondOrderCheck(at: [x, t, v], of: { f($0) + 0.1 * ($0[0] * $0[1] * $0[2]).sum() })
                } catch { Issue.record("function \(i): \(error)") }
            }
        }
    }

    /// Huge, tiny, infinite and undefined operands: no overflow on the way to a loss that is finite.
    @Test func extremes() {
        func one(_ loss: Tensor) -> Double { loss.item(as: Double.self) }
        func number(_ x: Double) -> Tensor { Tensor(x).asType(.float64) }
        #expect(one(binaryCrossEntropy(logits: number(1e300), number(0))) == 1e300)
        #expect(one(binaryCrossEntropy(logits: number(-1e300), number(0))) == 0)
        #expect(one(softMarginLoss(number(1e4), number(-1))) == 1e4)
        #expect(one(huberLoss(number(1e300), number(-1e300))) == 2e300)
        #expect(one(klDivergence(number(-5), number(0))) == 0)
        #expect(one(absoluteLoss(number(.infinity), number(1))) == .infinity)
        for loss in [meanSquaredError, absoluteLoss].map({ $0(number(.nan), number(1), .mean) }) {
            #expect(one(loss).isNaN)
        }
        #expect(one(meanSquaredError(.zeros([0]), .zeros([0]))).isNaN)
        #expect(one(meanSquaredError(.zeros([0]), .zeros([0]), reduction: .sum)) == 0)
        #expect(meanSquaredError(.zeros([0]), .zeros([0]), reduction: .none).shape == [0])
        // Labels may be integers, and broadcast.
        #expect(hingeEmbeddingLoss(Tensor([0.5, 2]), Tensor(-1, dtype: .int64), reduction: .none).floats == [0.5, 0])
    }
}
