import Cusp
import Foundation

/// A row of the table with its inputs made: what does the work once for its results, and what does it many times for the clock.
package struct Case {
    /// The results of one iteration, in the order of PROTOCOL.md.
    package let results: () -> [Tensor]
    /// Runs the work as often as is said. Each iteration's result stays alive until the next one takes its place; the last is
    /// let go before this returns.
    package let run: (Int) -> Void

    /// - Parameters:
    ///   - work: one iteration and what is left of it, a loss with its graph for example.
    ///   - results: everything to compare, after an iteration that left `last`.
    init(_ work: @escaping () -> Tensor, results: @escaping (_ last: Tensor) -> [Tensor] = { [$0] }) {
        self.results = { results(work()) }
        let last = Last()
        run = { iterations in
            for _ in 0..<iterations { last.result = work() }
            last.result = nil
        }
    }
}

extension Case {
    /// What so many iterations take, without the pauses of so many microseconds before each.
    func nanoseconds(_ count: Int, pause: Double) -> Double {
        guard pause > 0 else { return Clock.time { run(count) } }
        var total = 0.0
        for _ in 0..<count {
            usleep(useconds_t(pause))
            total += Clock.time { run(1) }
        }
        return total
    }
}

/// Keeps a result alive. An object, so that the compiler does not see that nobody looks at it.
private final class Last {
    var result: Tensor?
}

/// A variable that an iteration changes: a tensor in place, or the parameters of a training step.
final class Variable<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
}

extension Tensor {
    /// This tensor as a leaf.
    func leaf() -> Tensor {
        var leaf = self
        leaf.requiresGrad = true
        return leaf
    }

    /// Runs backward; what cannot fail in a row of the table, or the row is wrong.
    func runBackward() {
        do { try backward() } catch { fatalError("\(error)") }
    }
}
