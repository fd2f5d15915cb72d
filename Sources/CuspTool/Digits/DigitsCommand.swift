import ArgumentParser
import Cusp
import Foundation

struct DigitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digits",
        abstract: "Train two networks on handwritten digits, one of them made of hard threshold units.",
        discussion: """
            Both have two layers and are trained alike, on the same 80 % of the images. The hidden units of the second give 0 or \
            1 and nothing between; it learns through a derivative that was given to a Pointwise function. The same options give \
            the same numbers, to the last bit, on any number of threads.
            """)

    @Option(
        help: ArgumentHelp(
            "A file of other images: lines of 64 pixels from 0 to 16 and the digit, separated by commas.",
            valueName: "file"))
    var data: String?

    @Option(help: "What shuffles the images and draws the weights.")
    var seed: UInt64 = TrainingSettings().seed

    @Option(help: "How often each image is shown.")
    var epochs = TrainingSettings().epochs

    @Option(help: "How many hidden units each network has.")
    var hidden = TrainingSettings().hidden

    @Option(help: "How many images go into one step.")
    var batch = TrainingSettings().batch

    @Option(help: "How far a step goes at first; it shrinks to 0 along half a cosine.")
    var learningRate = TrainingSettings().learningRate

    @Option(help: "The standard deviation of what is added to the pixels (0 to 1) while training.")
    var noise = TrainingSettings().noise

    func validate() throws {
        func require(_ holds: Bool, _ option: String, _ range: String) throws {
            if !holds { throw ValidationError("--\(option) must be \(range).") }
        }
        try require((1...1_000_000).contains(epochs), "epochs", "from 1 to 1000000")
        try require((1...65536).contains(hidden), "hidden", "from 1 to 65536")
        try require((1...1_000_000).contains(batch), "batch", "from 1 to 1000000")
        try require(learningRate > 0 && learningRate.isFinite, "learning-rate", "a positive number")
        try require(noise >= 0 && noise.isFinite, "noise", "0 or a positive number")
    }

    func run() throws {
        let digits = try Digits(contentsOf: data ?? Digits.bundledFile)
        var settings = TrainingSettings()
        settings.seed = seed
        settings.epochs = epochs
        settings.hidden = hidden
        settings.batch = batch
        settings.learningRate = learningRate
        settings.noise = noise

        var random = RandomStream(seed: seed)
        let (training, test) = digits.split(&random)
        print("\(digits.count) images of 8 x 8 pixels: \(training.count) to train on, \(test.count) to test with")
        print("two networks of 64, \(hidden) and 10 units: \(epochs) epochs, \(batch) images a step, seed \(seed)\n")

        let interactive = Terminal.isInteractive
        let start = ContinuousClock.now
        let answers = try HiddenUnits.allCases.map { units in
            let progress = TrainingProgress(
                units.rawValue, settings, imageCount: training.count, interactive: interactive)
            let result = try train(units, on: training, test: test, settings, progress: progress.update)
            return (units, ConfusionMatrix(digits: test.labels.array(), answers: result.predictions))
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)

        print("\ntest accuracy")
        for (units, matrix) in answers {
            print(
                "  \(units.rawValue.aligned(left: 14))  \((matrix.accuracy * 100).fixed(2)) %  "
                    + "(\(matrix.correct) of \(matrix.total))")
        }
        if let (units, matrix) = answers.last {
            print("\n\(units.rawValue) network: a row for each digit, a column for each answer\n\(matrix)")
        }
        print("\nboth trained in \(seconds.fixed(2)) s (threads: \(threads), instruction set: \(instructionSet))")
    }
}
