import Cusp
import CuspNN
import CuspTesting
import Testing

/// Losses of rows; their figures are among the conformance cases.
@Suite struct MarginLossesTests {
    private let x = Tensor([[1.1, 0.5, 3], [0.2, 2.3, 0]], dtype: .float64)
    private let labels = Tensor([0, 1], dtype: .int64)

    @Test func multiMargin() throws {
        // Row 0: (1 - 1.1 + 0.5 + 1 - 1.1 + 3) / 3; row 1: nothing.
        let losses = multiMarginLoss(x, labels: labels, reduction: .none).array(of: Double.self)
        #expect(abs(losses[0] - 3.3 / 3) < 1e-15 && losses[1] == 0)
        let squared = multiMarginLoss(
            x[0], labels: labels[0], isSquared: true, weight: Tensor([2, 1, 1], dtype: .float64))
        #expect(squared.shape == [] && abs(squared.item(as: Double.self) - 2 * (0.16 + 8.41) / 3) < 1e-14)
        for isSquared in [false, true] {
            let f = { (x: Tensor) in
                multiMarginLoss(x, labels: labels, isSquared: isSquared, margin: 0.9, reduction: .sum)
            }
            try gradientCheck(at: x, of: f)
            try secondOrderCheck(at: x, of: { f($0) + ($0 * $0).sum() })
        }
        // At the kink nothing.
        for policy in KinkPolicy.allCases {
            let tie = Tensor([[1, 0]], requiresGrad: true)
            try policy.use { multiMarginLoss(tie, labels: Tensor([0], dtype: .int64)) }.backward()
            #expect(tie.grad!.floats == [0, 0])
        }
    }

    @Test func multilabel() throws {
        let targets = Tensor([[2, 0, -1], [1, -1, 0]], dtype: .int64)
        // Row 0, targets 2 and 0, other 1: max(0, 1 - 3 + 0.5) + (1 - 1.1 + 0.5); row 1, target 1, others 0 and 2: nothing.
        let losses = multilabelMarginLoss(x, targets: targets, reduction: .none).array(of: Double.self)
        #expect(abs(losses[0] - 0.4 / 3) < 1e-15 && losses[1] == 0)
        #expect(multilabelMarginLoss(x, targets: targets - 3, reduction: .none).array(of: Double.self) == [0, 0])
        try gradientCheck(at: x) { multilabelMarginLoss($0, targets: targets) }
        let truth = Tensor([[1, 0, 0.5], [0, 1, 1]], dtype: .float64)
        try gradientCheck(at: x) { multilabelSoftMarginLoss($0, truth) }
        let one = multilabelSoftMarginLoss(Tensor([0.0, 1000], dtype: .float64), Tensor([1, 0], dtype: .float64))
        #expect(abs(one.item(as: Double.self) - (0.6931471805599453 + 1000) / 2) < 1e-12)
    }

    @Test func triplet() throws {
        let (a, p, n) = (
            Tensor([0.0, 0], dtype: .float64), Tensor([3.0, 4], dtype: .float64), Tensor([0.0, 5.5], dtype: .float64)
        )
        let loss = tripletMarginLoss(a, p, n, epsilon: 0)
        #expect(abs(loss.item(as: Double.self) - 0.5) < 1e-15)
        let swapped = tripletMarginLoss(a, p, n, epsilon: 0, isSwapped: true).item(as: Double.self)
        #expect(abs(swapped - (6 - 11.25.squareRoot())) < 1e-14)
        for (isSwapped, p2) in [(false, 2.0), (true, 2), (false, 1)] {
            try gradientCheck(at: [x, x * 0.3 + 1, x * 0.7 - 0.45]) {
                tripletMarginLoss($0[0], $0[1], $0[2], margin: 3, p: p2, isSwapped: isSwapped)
            }
        }
    }

    @Test func cosine() throws {
        let label = Tensor([1, -1], dtype: .int64)
        try gradientCheck(at: [x, x * x - 1]) { cosineEmbeddingLoss($0[0], $0[1], label, margin: 0.1) }
        try secondOrderCheck(at: [x, x * x - 1]) { cosineEmbeddingLoss($0[0], $0[1], label, margin: 0.1) }
        #expect(cosineEmbeddingLoss(Tensor([1, 0]), Tensor([0, 2]), Tensor(1.0)).item() == Float(1))
        // No length is too large or too small.
        let large = cosineEmbeddingLoss(Tensor([1e15, 0]), Tensor([1e15, 1e15]), Tensor(1.0)).item(as: Float.self)
        #expect(abs(large - (1 - 0.5.squareRoot().asFloat)) < 1e-6)
        let zero = Tensor([0.0, 0], requiresGrad: true)
        let loss = cosineEmbeddingLoss(zero, Tensor([3, 4]), Tensor(-1.0))
        try loss.backward()
        #expect(loss.item() == Float(0) && zero.grad!.floats.allSatisfy(\.isFinite))
    }

    @Test func likelihood() throws {
        let logarithms = x.logSoftmax(dim: 1)
        let exact = crossEntropy(logits: x, labels: labels).item(as: Double.self)
        #expect(abs(negativeLogLikelihood(logarithms, labels: labels).item(as: Double.self) - exact) < 1e-15)
        let weight = Tensor([2, 3, 1], dtype: .float64)
        let losses = negativeLogLikelihood(x, labels: labels, weight: weight, reduction: .none)
        #expect(losses.array(of: Double.self) == [-2.2, -2.3 * 3])
        let mean = negativeLogLikelihood(x, labels: labels, weight: weight).item(as: Double.self)
        #expect(abs(mean - (-2.2 - 6.9) / 5) < 1e-15)
        // A label out of range that does not count, and gradients of 0 there, whatever x is.
        let some = Tensor([0, -100], dtype: .int64)
        let y = Tensor([[1, 2], [-.infinity, .nan]] as [[Double]], requiresGrad: true)
        let loss = negativeLogLikelihood(y, labels: some, ignoring: -100)
        try loss.backward()
        #expect(loss.item() == Double(-1) && y.grad!.array(of: Double.self) == [-1, 0, 0, 0])
        #expect(negativeLogLikelihood(y, labels: some * 0 - 100, ignoring: -100).item(as: Double.self).isNaN)
        try gradientCheck(at: [x, weight]) { negativeLogLikelihood($0[0], labels: labels, weight: $0[1]) }
        let images = x.reshaped([1, 3, 2])
        #expect(
            negativeLogLikelihood(images, labels: Tensor([[2, 0]], dtype: .int64), reduction: .none).shape == [1, 2])
    }

    static let mistakes: [(body: @Sendable () -> Tensor, parts: [String])] = [
        (
            { multiMarginLoss(.zeros([2, 3]), labels: .zeros([3], dtype: .int64)) },
            ["multiMarginLoss: ", "[2, 3]", "[3]"]
        ),
        (
            { multiMarginLoss(.zeros([2, 3]), labels: Tensor([0, 3], dtype: .int64)) },
            ["multiMarginLoss: label 3 of row 1", "0 to 2"]
        ),
        ({ multiMarginLoss(.zeros([2, 3]), labels: .zeros([2])) }, ["multiMarginLoss: ", "float32", "int64"]),
        (
            { multilabelMarginLoss(.zeros([2, 3]), targets: .zeros([2], dtype: .int64)) },
            ["multilabelMarginLoss: ", "[2]"]
        ),
        (
            { multilabelMarginLoss(.zeros([1, 2]), targets: Tensor([[2, -1]], dtype: .int64)) },
            ["multilabelMarginLoss: label 2"]
        ),
        (
            { negativeLogLikelihood(.zeros([2, 3]), labels: .zeros([3], dtype: .int64)) },
            ["negativeLogLikelihood: ", "[3]"]
        ),
        (
            { negativeLogLikelihood(.zeros([2, 3]), labels: Tensor([-1, 0], dtype: .int64)) },
            ["negativeLogLikelihood: label -1 of row 0"]
        ),
        ({ cosineEmbeddingLoss(.zeros([2]), .zeros([3]), Tensor(1.0)) }, ["[2] and [3]"]),
        ({ meanSquaredError(.zeros([2]), .zeros([3])) }, ["[2] and [3]"]),
    ]

    @Test(arguments: mistakes.indices) func sentences(index: Int) throws {
        let error = #expect(throws: TensorError.self) { try Tensor.checked(Self.mistakes[index].body) }
        for part in Self.mistakes[index].parts {
            #expect(error?.description.contains(part) == true, "\(String(describing: error))")
        }
    }
}

extension Double {
    fileprivate var asFloat: Float { Float(self) }
}
