import Foundation

/// Shows how a training goes: a bar on a terminal, else a line now and then.
final class TrainingProgress {
    private let name: String
    private let settings: TrainingSettings
    private let imageCount: Int
    private let interactive: Bool
    private let start = ContinuousClock.now
    private var lastDrawn: ContinuousClock.Instant?

    init(_ name: String, _ settings: TrainingSettings, imageCount: Int, interactive: Bool) {
        self.name = name.aligned(left: 14)
        self.settings = settings
        self.imageCount = imageCount
        self.interactive = interactive
    }

    /// - Parameter images: how many of the epoch's images are done.
    func update(epoch: Int, images: Int, loss: Float) {
        let epochDone = images == imageCount
        let done = epochDone && epoch + 1 == settings.epochs
        let now = ContinuousClock.now
        if interactive {
            // No more than 20 times a second, which costs nothing that could be noticed.
            if !done, let lastDrawn, lastDrawn.duration(to: now) < .milliseconds(50) { return }
            lastDrawn = now
            Terminal.overwrite(line(epoch, images, loss, now))
            if done { print() }
        } else if epochDone && (done || (epoch + 1).isMultiple(of: max(settings.epochs / 6, 1))) {
            print(text(epoch, images, loss, now))
        }
    }

    private func line(_ epoch: Int, _ images: Int, _ loss: Float, _ now: ContinuousClock.Instant) -> String {
        let text = text(epoch, images, loss, now)
        let room = min(Terminal.width - text.count - 2, 24)
        guard room >= 4 else { return String(text.prefix(Terminal.width - 1)) }
        let part = Double(epoch * imageCount + images) / Double(settings.epochs * imageCount)
        let full = Int(part * Double(room))
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: room - full)
        return text.prefix(name.count) + " " + bar + text.dropFirst(name.count)
    }

    private func text(_ epoch: Int, _ images: Int, _ loss: Float, _ now: ContinuousClock.Instant) -> String {
        let seconds = max((now - start) / .seconds(1), 1e-9)
        let speed = Int((Double(epoch * imageCount + images) / seconds).rounded())
        let epochs = "\(settings.epochs)"
        return name + "  epoch \("\(epoch + 1)".aligned(right: epochs.count))/\(epochs)  loss \(loss.fixed(4))"
            + "  \(speed.grouped.aligned(right: 9)) images/s"
    }
}
