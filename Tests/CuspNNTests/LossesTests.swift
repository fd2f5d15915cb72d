import Cusp
import CuspNN
import Foundation
import Testing

@Suite struct LossesTests {
    private let labels = Tensor([0, 2, 2, 1], dtype: .int64)

    /// PyTorch 2.13's answers in float64; the last row is where exponentials of the logits overflow.
    @Test func crossEntropyAsPyTorch() throws {
        let logits = Tensor(
            [[2, 0, -1], [0, 0, 0], [-3, 5, 1], [1000, 999, -1000]], dtype: .float64, requiresGrad: true)
        let loss = crossEntropy(logits: logits, labels: labels)
        try loss.backward()
        #expect(loss.shape == [] && loss.dtype == .float64)
        #expect(Swift.abs(loss.item(as: Double.self) - 1.650049824584319) < 1e-14)
        let expected = [
            -0.039051316379665135, 0.02854879984614862, 0.010502516533516512,
            0.08333333333333333, 0.08333333333333333, -0.16666666666666669,
            8.233010974097319e-05, 0.24542259820637616, -0.24550492831611712,
            0.18276464465750122, -0.18276464465750122, 0,
        ]
        for (ours, theirs) in zip(logits.grad!.array(of: Double.self), expected) {
            #expect(Swift.abs(ours - theirs) < 1e-15)
        }
    }

    @Test func crossEntropyInFloat32KeepsItsDigits() {
        let logits = Tensor([[2, 0, -1], [0, 0, 0], [-3, 5, 1], [1000, 999, -1000]])
        let loss = crossEntropy(logits: logits, labels: labels)
        #expect(loss.dtype == .float32)
        #expect(Swift.abs(loss.item(as: Double.self) / 1.650049824584319 - 1) < 2e-7)
    }

    @Test func crossEntropyGradientAgainstDifferences() throws {
        var random = RandomStream(seed: 3)
        let start = random.normal([5, 4], dtype: .float64)
        let direction = random.normal([5, 4], dtype: .float64)
        let labels = Tensor([3, 0, 1, 1, 2], dtype: .int64)
        var logits = start
        logits.requiresGrad = true
        try crossEntropy(logits: logits, labels: labels).backward()
        let slope = (logits.grad! * direction).sum().item(as: Double.self)
        let loss = { (t: Double) in
            crossEntropy(logits: start + t * direction, labels: labels).item(as: Double.self)
        }
        let h = 1e-4
        #expect(Swift.abs((loss(h) - loss(-h)) / (2 * h) - slope) < 1e-8)
    }

    /// An impossible class has no part in the gradient; a label on one costs infinitely much.
    @Test func crossEntropyWithInfiniteLogits() throws {
        let logits = Tensor([[0, -.infinity, 0]] as [[Double]], requiresGrad: true)
        let loss = crossEntropy(logits: logits, labels: Tensor([2], dtype: .int64))
        try loss.backward()
        #expect(logits.grad!.array(of: Double.self) == [0.5, 0, -0.5])
        #expect(crossEntropy(logits: logits, labels: Tensor([1], dtype: .int64)).item(as: Double.self) == .infinity)
    }

    @Test func crossEntropyOfNothingIsNaN() {
        let loss = crossEntropy(logits: .zeros([0, 3]), labels: .zeros([0], dtype: .int64))
        #expect(loss.item(as: Float.self).isNaN)
    }

    /// Where p is what the target says it is as good as it can be; the least of all slopes of a function on [0, 1] there is 0.
    @Test(arguments: KinkPolicy.allCases)
    func binaryCrossEntropyOfCertainties(policy: KinkPolicy) throws {
        let p = Tensor([0, 1, 0.25, 0.25] as [Double], requiresGrad: true)
        let target = Tensor([0, 1, 0, 0.25] as [Double])
        let losses = policy.use { binaryCrossEntropy(p, target, reduction: .none) }
        let entropy = -(0.25 * Foundation.log(0.25) + 0.75 * Foundation.log(0.75))
        for (loss, exact) in zip(losses.array(of: Double.self), [0, 0, -Foundation.log(0.75), entropy]) {
            #expect(Swift.abs(loss - exact) < 1e-15)
        }
        let slope = try gradients(of: [losses.sum()], at: [p], createGraph: true)[0]!
        #expect(slope.array(of: Double.self) == [0, 0, 1 / 0.75, 0])
        let second = try gradients(of: [slope[2...].sum()], at: [p])[0]!.array(of: Double.self)
        #expect(Swift.abs(second[2] - 1 / (0.75 * 0.75)) < 1e-14 && Swift.abs(second[3] - 1 / (0.25 * 0.75)) < 1e-14)
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        let logits: Tensor
        let labels: Tensor
        let kind: TensorError.Kind
        let mentions: [String]

        var testDescription: String { "\(logits.dtype) \(logits.shape) with \(labels.dtype) \(labels.shape)" }
    }

    /// At 0, where the logits of a layer begin whose weights are 0: the slope and the bend of log(1 + eˣ) are 1/2 and 1/4.
    @Test(arguments: KinkPolicy.allCases)
    func bendsAtZero(policy: KinkPolicy) throws {
        let rows: [(f: (Tensor) -> Tensor, slope: Double, bend: Double)] = [
            ({ logSigmoid($0) }, 0.5, -0.25),
            ({ softMarginLoss($0, Tensor([1], dtype: .float64)) }, -0.5, 0.25),
            ({ binaryCrossEntropy(logits: $0, Tensor([0], dtype: .float64)) }, 0.5, 0.25),
            ({ binaryCrossEntropy(logits: $0, Tensor([1], dtype: .float64)) }, -0.5, 0.25),
        ]
        for (i, row) in rows.enumerated() {
            for zero in [0, -0.0] {
                let x = Tensor([zero] as [Double])
                let found = try policy.use {
                    let slope = try gradient(at: x) { row.f($0).sum() }
                    return [slope.item(as: Double.self), try hessian(at: x) { row.f($0).sum() }.item()]
                }
                #expect(found == [row.slope, row.bend], "\(i)")
            }
        }
    }

    @Test(arguments: [
        Mistake(
            logits: .zeros([4]), labels: .zeros([4], dtype: .int64), kind: .shape, mentions: ["[4]", "[n, classes]"]),
        Mistake(
            logits: .zeros([4, 3]), labels: .zeros([3], dtype: .int64), kind: .shape, mentions: ["[4, 3]", "[3]"]),
        Mistake(
            logits: .zeros([4, 3]), labels: .zeros([4, 1], dtype: .int64), kind: .shape, mentions: ["[4, 3]", "[4, 1]"]),
        Mistake(logits: .zeros([4, 0]), labels: .zeros([4], dtype: .int64), kind: .shape, mentions: ["[4, 0]"]),
        Mistake(logits: .zeros([1, 3]), labels: .zeros([1]), kind: .dtype, mentions: ["float32", "int64"]),
        Mistake(
            logits: .zeros([1, 3], dtype: .int32), labels: .zeros([1], dtype: .int64), kind: .dtype,
            mentions: ["int32"]),
        Mistake(
            logits: .zeros([2, 3]), labels: Tensor([0, 3], dtype: .int64), kind: .index,
            mentions: ["label 3", "row 1", "0 to 2", "[2, 3]"]),
        Mistake(
            logits: .zeros([2, 3]), labels: Tensor([-1, 0], dtype: .int64), kind: .index,
            mentions: ["label -1", "row 0"]),
    ])
    func crossEntropyNamesMistakes(mistake: Mistake) throws {
        let error = #expect(throws: TensorError.self) {
            try Tensor.checked { crossEntropy(logits: mistake.logits, labels: mistake.labels) }
        }
        #expect(error?.kind == mistake.kind)
        let text = error?.description ?? ""
        #expect(text.hasPrefix("crossEntropy: "))
        for part in mistake.mentions { #expect(text.contains(part), "\(text)") }
    }
}
