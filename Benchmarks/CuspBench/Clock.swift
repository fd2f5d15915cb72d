/// How long rounds are, and how they are timed.
package struct Clock: Sendable {
    /// What a round should take, in nanoseconds.
    package var round = 30e6
    package var rounds = 5
    /// After this no further round begins, if there were two.
    package var patience = Duration.seconds(10)

    package init() {}

    /// Nanoseconds that `work` takes.
    static func time(_ work: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try work()
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Double(seconds) * 1e9 + Double(attoseconds) * 1e-9
    }

    /// How many iterations make a round. `time` gives the nanoseconds per iteration over as many as it is asked for; what it runs
    /// here is the warm-up too.
    package func iterations(_ time: (Int) throws -> Double) rethrows -> Int {
        var count = 1
        while true {
            let total = try time(count) * Double(count)
            if total >= round / 4 { return max(1, Int((Double(count) * round / total).rounded())) }
            // Not more than tenfold: the first iterations are slower than later ones.
            count = max(count + 1, Int(Double(count) * min(10, round / 3 / max(total, 1))))
        }
    }

    /// The best of the rounds for each side, in turns: all of ours, theirs, all of ours, theirs. Each turn begins with a short
    /// warm-up.
    ///
    /// - Parameter isOneProcess: whether `theirs` runs here too: then it begins as ours does, with threads that sleep, and is the first
    ///   in every second round, because each finds the memory as the one before has left it.
    package func best(
        _ ours: [(Int) throws -> Double], _ theirs: ((Int) throws -> Double)?, isOneProcess: Bool = false
    ) throws -> (ours: [Double], theirs: Double?) {
        var best: ([Double], Double?) = (ours.map { _ in .infinity }, nil)
        let ourCounts = try ours.map(iterations)
        Turns.end()
        var theirCount = 0
        if let theirs { theirCount = try iterations(theirs) }
        let ourTurn = {
            if theirs != nil { Turns.begin() }
            for (i, (work, count)) in zip(ours, ourCounts).enumerated() {
                if count > 1 { _ = try work(max(1, count / 8)) }
                best.0[i] = min(best.0[i], try work(count))
            }
            Turns.end()
        }
        let theirTurn = {
            guard let theirs else { return }
            if isOneProcess { Turns.begin() }
            if theirCount > 1 { _ = try theirs(max(1, theirCount / 8)) }
            best.1 = min(best.1 ?? .infinity, try theirs(theirCount))
            if isOneProcess { Turns.end() }
        }
        let start = ContinuousClock.now
        for round in 0..<rounds {
            // Iterations of seconds say enough in two rounds.
            if round >= 2 && ContinuousClock.now - start > patience { break }
            for turn in isOneProcess && round % 2 == 1 ? [theirTurn, ourTurn] : [ourTurn, theirTurn] { try turn() }
        }
        return best
    }
}
