import Cusp
import CuspNN
import Foundation

/// What decides a training, and with the data its numbers, to the last bit.
package struct TrainingSettings: Sendable {
    package var seed: UInt64 = 1
    package var epochs = 30
    /// No kernel of a step is long enough to be worth a second thread then, so it does not matter who else uses the machine.
    package var hidden = 128
    package var batch = 32
    package var learningRate = 0.02
    /// The standard deviation of what is added to the pixels while training, so that the network cannot learn the training images
    /// by heart: over 60 seeds it is worth half a percent of test accuracy.
    package var noise = 0.2

    package init() {}
}

/// What came of a training.
package struct TrainingResult: Equatable, Sendable {
    /// The mean loss of each epoch.
    package var losses: [Float] = []
    /// What the network says about the test images.
    package var predictions: [Int] = []
}

/// Trains a network on `training`, and asks it about `test`.
///
/// - Parameter progress: called after each batch with the epoch, from 0 on, how many of its images are done, and its loss so far.
package func train(
    _ units: HiddenUnits, on training: Digits, test: Digits, _ settings: TrainingSettings,
    progress: (_ epoch: Int, _ images: Int, _ loss: Float) -> Void = { _, _, _ in }
) throws -> TrainingResult {
    // A stream of its own for each training: both networks begin alike, and neither depends on the other.
    var random = RandomStream(seed: ~settings.seed)
    let network = Classifier(hidden: settings.hidden, units, random: &random)
    let optimizer = Adam(network.parameters)
    var result = TrainingResult()
    for epoch in 0..<settings.epochs {
        // Half a cosine, from the whole learning rate down towards 0.
        let phase = Double.pi * Double(epoch) / Double(settings.epochs)
        optimizer.learningRate = settings.learningRate * (1 + cos(phase)) / 2
        let order = random.permutation(training.count)
        var (sum, done): (Float, Int) = (0, 0)
        for (images, labels) in Batches(training.images, training.labels, size: settings.batch, order: order) {
            let noisy = images + random.normal(images.shape, deviation: settings.noise)
            let loss = crossEntropy(logits: network(noisy), labels: labels)
            optimizer.zeroGradients()
            try loss.backward()
            optimizer.step()
            sum += loss.item(as: Float.self) * Float(labels.elementCount)
            done += labels.elementCount
            progress(epoch, done, sum / Float(done))
        }
        result.losses.append(sum / Float(done))
    }
    result.predictions = network.predictions(test.images)
    return result
}
