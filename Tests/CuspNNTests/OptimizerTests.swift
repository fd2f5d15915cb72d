import Cusp
import CuspNN
import Testing

/// Where PyTorch 2.13's optimizers take p from [1, -2, 0.5] in float64, minimising Σ c p² / 2 with c = [1, 10, 0.1].
struct Trajectory: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable ([Parameter]) -> any Optimizer
    let expected: [[Double]]

    static let all = [
        Trajectory(
            testDescription: "SGD", make: { SGD($0, learningRate: 0.05) },
            expected: [
                [0.95, -1.0, 0.4975],
                [0.9025, -0.5, 0.4950125],
                [0.857375, -0.25, 0.4925374375],
                [0.81450625, -0.125, 0.49007475031250003],
            ]),
        Trajectory(
            testDescription: "SGD with weight decay", make: { SGD($0, learningRate: 0.05, weightDecay: 0.1) },
            expected: [
                [0.945, -0.99, 0.495],
                [0.893025, -0.49004999999999993, 0.49005],
                [0.843908625, -0.24257474999999995, 0.4851495],
                [0.797493650625, -0.12007450124999997, 0.48029800500000003],
            ]),
        Trajectory(
            testDescription: "SGD with momentum", make: { SGD($0, learningRate: 0.05, momentum: 0.9) },
            expected: [
                [0.95, -1.0, 0.4975],
                [0.8574999999999999, 0.4000000000000001, 0.4927625],
                [0.7313749999999999, 1.4600000000000002, 0.4860349375],
                [0.5812937499999999, 1.684, 0.4775499565625],
            ]),
        Trajectory(
            testDescription: "SGD with momentum and weight decay",
            make: { SGD($0, learningRate: 0.05, momentum: 0.9, weightDecay: 0.1) },
            expected: [
                [0.945, -0.99, 0.495],
                [0.843525, 0.4189500000000002, 0.48555],
                [0.7058036249999999, 1.4754352500000003, 0.4721895],
                [0.543035188125, 1.6811771737500003, 0.455443155],
            ]),
        Trajectory(
            testDescription: "Adam", make: { Adam($0, learningRate: 0.1) },
            expected: [
                [0.900000001, -1.90000000005, 0.400000019999996],
                [0.8004122297123382, -1.8001664857113877, 0.3011874610171555],
                [0.701586274504415, -1.7006233914339461, 0.20487131296416447],
                [0.603939062682108, -1.6015048944653312, 0.1129154789359387],
            ]),
        Trajectory(
            testDescription: "Adam with other constants",
            make: { Adam($0, learningRate: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-3) },
            expected: [
                [0.9000999000999, -1.9000049997500126, 0.4019607843137255],
                [0.8007919882062264, -1.8002622064849336, 0.305605283164859],
                [0.7025626874066673, -1.7009559133856749, 0.21251507616230897],
                [0.6059800290527467, -1.6022814297237702, 0.12485083841020508],
            ]),
    ]
}

@Suite struct OptimizerTests {
    private func run(_ trajectory: Trajectory, _ dtype: DType, tolerance: Double) throws {
        let p = Parameter(Tensor([1, -2, 0.5], dtype: dtype))
        let c = Tensor([1, 10, 0.1], dtype: dtype)
        let optimizer = trajectory.make([p])
        for (step, expected) in trajectory.expected.enumerated() {
            optimizer.zeroGradients()
            try ((c * p.value * p.value).sum() / 2).backward()
            optimizer.step()
            for (ours, theirs) in zip(p.value.array(of: Double.self), expected) {
                #expect(Swift.abs(ours - theirs) <= tolerance * Swift.abs(theirs), "step \(step + 1): \(p.value)")
            }
            #expect(p.value.isLeaf)
        }
    }

    @Test(arguments: Trajectory.all) func goesWherePyTorchGoes(trajectory: Trajectory) throws {
        try run(trajectory, .float64, tolerance: 1e-13)
        try run(trajectory, .float32, tolerance: 2e-6)
    }

    @Test(arguments: Trajectory.all) func whatHasNoGradientStays(trajectory: Trajectory) throws {
        let (used, unused) = (Parameter(Tensor([1, -2, 0.5], dtype: .float64)), Parameter(Tensor([7])))
        let optimizer = trajectory.make([unused, used])
        try (Tensor([1, 10, 0.1], dtype: .float64) * used.value * used.value / 2).sum().backward()
        optimizer.step()
        #expect(unused.value.floats == [7])
        #expect(Swift.abs(used.value[0].item(as: Double.self) - trajectory.expected[0][0]) < 1e-12)
    }

    /// A graph that is still to be passed keeps the parameter that it saw.
    @Test(arguments: Trajectory.all) func aStepDoesNotReachBackIntoAGraph(trajectory: Trajectory) throws {
        let p = Parameter(Tensor([1, -2, 0.5], dtype: .float64))
        let optimizer = trajectory.make([p])
        let loss = (p.value * p.value).sum()
        try p.value.sum().backward()
        optimizer.step()
        let before = p.value
        optimizer.zeroGradients()
        try loss.backward()
        #expect(p.grad?.array(of: Double.self) == [2, -4, 1])
        optimizer.step()
        #expect(before.array(of: Double.self) != p.value.array(of: Double.self))
    }

    @Test func zeroGradientsForgets() throws {
        let p = Parameter(Tensor([3]))
        let optimizer = SGD([p], learningRate: 1)
        try p.value.sum().backward()
        optimizer.zeroGradients()
        #expect(p.grad == nil)
        optimizer.step()
        #expect(p.value.floats == [3])
        try p.value.sum().backward()
        try p.value.sum().backward()
        #expect(p.grad?.floats == [2])
    }
}
