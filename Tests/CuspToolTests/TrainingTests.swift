import Cusp
import CuspTool
import Testing

/// Training on the real data. In processes of their own, where the number of threads is theirs alone.
@Suite struct TrainingTests {
    private static func result(_ units: HiddenUnits, _ settings: TrainingSettings) throws -> (TrainingResult, Double) {
        let digits = try Digits(contentsOf: Digits.bundledFile)
        var random = RandomStream(seed: settings.seed)
        let (training, test) = digits.split(&random)
        let result = try train(units, on: training, test: test, settings)
        let matrix = ConfusionMatrix(digits: test.labels.array(), answers: result.predictions)
        #expect(matrix.total == test.count)
        return (result, matrix.accuracy)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func bothNetworksLearn(seed: UInt64) async {
        await #expect(processExitsWith: .success) { [seed] in
            var settings = TrainingSettings()
            settings.seed = seed
            let (_, rectified) = try Self.result(.rectified, settings)
            let (_, threshold) = try Self.result(.threshold, settings)
            #expect(rectified >= 0.97 && threshold >= 0.96)
        }
    }

    /// With matrices that are large enough for a team.
    @Test(arguments: HiddenUnits.allCases)
    func theSameNumbersOnAnyNumberOfThreads(units: HiddenUnits) async {
        await #expect(processExitsWith: .success) { [name = units.rawValue as String] in
            let units = try #require(HiddenUnits(rawValue: name))
            var settings = TrainingSettings()
            settings.epochs = 2
            settings.hidden = 384
            settings.batch = 256
            var results: [TrainingResult] = []
            for threads in 1...4 {
                Cusp.threads = threads
                results.append(try Self.result(units, settings).0)
            }
            #expect(results.allSatisfy { $0 == results[0] })
            settings.seed += 1
            let (other, _) = try Self.result(units, settings)
            #expect(other != results[0])
        }
    }

    @Test func confusionMatrix() {
        let matrix = ConfusionMatrix(digits: [0, 0, 9, 3], answers: [0, 1, 9, 3])
        #expect(matrix.correct == 3 && matrix.total == 4 && matrix.accuracy == 0.75)
        #expect(matrix.counts[0][1] == 1 && matrix.counts[1][0] == 0)
        let lines = matrix.description.split(separator: "\n")
        #expect(lines.count == 11 && Set(lines.map(\.count)).count == 1)
    }
}
