import Autograd
import Cusp
import CuspNN
import Testing

/// Each in a process of its own: memory, graph nodes and threads are counted for a whole process, where other tests run too.
@Suite struct TrainingTests {
    /// Trains a network for some steps; what its parameters are then.
    private static func train(
        hidden: Int, batch: Int, steps: Int, _ optimizer: ([Parameter]) -> any Optimizer
    ) throws -> [Float] {
        var random = RandomStream(seed: 11)
        let network = Network(hidden: hidden, random: &random)
        let optimizer = optimizer(network.parameters)
        let x = random.normal([batch, 5])
        let labels = withoutGradients { (x * Tensor([1, -2, 3, 0, 1])).max(dim: 1) .> 1.5 }.asType(.int64)
        for _ in 0..<steps {
            optimizer.zeroGradients()
            try crossEntropy(logits: network(x), labels: labels).backward()
            optimizer.step()
        }
        return network.parameters.flatMap { $0.value.floats }
    }

    @Test func tenThousandStepsLeaveNothing() async {
        await #expect(processExitsWith: .success) {
            GraphNode.countLive()
            let optimizers: [([Parameter]) -> any Optimizer] = [
                { SGD($0, learningRate: 0.01, momentum: 0.9) }, { Adam($0) },
            ]
            for optimizer in optimizers {
                _ = try Self.train(hidden: 8, batch: 16, steps: 10, optimizer)
                let (memory, nodes) = (Memory.active, GraphNode.live)
                #expect(nodes == 0)
                _ = try Self.train(hidden: 8, batch: 16, steps: 10_000, optimizer)
                #expect(Memory.active == memory && GraphNode.live == nodes)
            }
        }
    }

    /// While training too: from one step to the next nothing piles up.
    @Test func stepsDoNotPileUp() async {
        await #expect(processExitsWith: .success) {
            GraphNode.countLive()
            var random = RandomStream(seed: 1)
            let network = Network(random: &random)
            let optimizer = Adam(network.parameters)
            let (x, labels) = (random.normal([16, 5]), Tensor.zeros([16], dtype: .int64))
            var levels: Set<[Int]> = []
            for step in 0..<1000 {
                optimizer.zeroGradients()
                try crossEntropy(logits: network(x), labels: labels).backward()
                optimizer.step()
                if step > 1 { levels.insert([Memory.active, GraphNode.live]) }
            }
            #expect(levels.count == 1, "bytes and nodes after a step: \(levels)")
            // The parameters' own leaves are all that is left of a graph.
            #expect(GraphNode.live == network.parameters.count)
        }
    }

    /// With matrices that are large enough for a team.
    @Test func theSameBitsOnAnyNumberOfThreads() async {
        await #expect(processExitsWith: .success) {
            var answers: Set<[UInt32]> = []
            for threads in 1...4 {
                Cusp.threads = threads
                let parameters = try Self.train(hidden: 512, batch: 512, steps: 20) { Adam($0, learningRate: 0.01) }
                answers.insert(parameters.map(\.bitPattern))
            }
            #expect(answers.count == 1)
        }
    }

    @Test func itLearns() async {
        await #expect(processExitsWith: .success) {
            var random = RandomStream(seed: 4)
            let network = Network(hidden: 16, random: &random)
            let optimizer = SGD(network.parameters, learningRate: 0.1, momentum: 0.9)
            let x = random.normal([200, 5])
            let labels = x[.all, 0..<3].argmax(dim: 1)
            for _ in 0..<200 {
                optimizer.zeroGradients()
                try crossEntropy(logits: network(x), labels: labels).backward()
                optimizer.step()
            }
            let right = (network(x).argmax(dim: 1) .== labels).sum().item(as: Int.self)
            #expect(right >= 195)
        }
    }
}
