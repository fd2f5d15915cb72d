import Autograd
import Foundation

/// A float that flows backward, and the hooks through which tests see what the engine tells its client.
struct Number: Cotangent, Equatable, ExpressibleByIntegerLiteral {
    var value: Float

    /// The budget of passes in this scope.
    @TaskLocal static var budget = 1
    /// From how much work on a node is for all threads.
    @TaskLocal static var teamWork = Double.infinity
    /// True where the engine has asked for serial kernels.
    @TaskLocal static var isSerial = false
    /// Something of the caller's that helpers are to see too.
    @TaskLocal static var policy = "default"

    static var threads: Int { budget }

    static func accumulate(_ total: consuming Number, _ next: Number) -> Number { Number(total.value + next.value) }

    static func serially(_ body: () throws -> Void) rethrows { try $isSerial.withValue(true) { try body() } }

    static func helperScope() -> @Sendable (() -> Void) -> Bool {
        let (policy, budget) = (policy, budget)
        return { body in
            $budget.withValue(budget) { $policy.withValue(policy) { $isSerial.withValue(true) { body() } } }
            return true
        }
    }

    init(_ value: Float) { self.value = value }
    init(integerLiteral value: Int) { self.value = Float(value) }
}

/// A node whose rule is a closure over the gradient.
final class Rule: Node<Number>, @unchecked Sendable {
    typealias Body = @Sendable (Number, inout Contributions<Number>) throws -> Void

    private let label: String
    private var body: Body?

    init(
        _ inputs: [Edge<Number>?], name: String = "rule", work: Double = 0, savesValues: Bool = true,
        body: @escaping Body
    ) {
        label = name
        self.body = body
        super.init(inputs: inputs, work: work, savesValues: savesValues)
    }

    override var name: String { label }
    override func release() { body = nil }

    override func backward(_ gradient: consuming Number, into inputs: inout Contributions<Number>) throws {
        try body!(gradient, &inputs)
    }
}

/// `k·x`, a node with its one input in line.
final class Scale: Node<Number>, @unchecked Sendable {
    private let factor: Float

    init(_ input: Edge<Number>?, by factor: Float, work: Double = 0) {
        self.factor = factor
        super.init(input, work: work, savesValues: false)
    }

    override func backward(_ gradient: consuming Number, into inputs: inout Contributions<Number>) throws {
        let value = gradient.value
        inputs.give(0) { Number(value * factor) }
    }
}

/// A value with the edge of what made it.
struct Variable {
    var value: Float
    var edge: Edge<Number>?

    static func leaf(_ value: Float) -> (Variable, Leaf<Number>) {
        let leaf = Leaf<Number>()
        return (Variable(value: value, edge: Edge(leaf)), leaf)
    }

    static func * (x: Variable, y: Variable) -> Variable {
        let (a, b) = (x.value, y.value)
        let node = Rule([x.edge, y.edge], name: "multiply") { gradient, inputs in
            inputs.give(0) { Number(gradient.value * b) }
            inputs.give(1) { Number(gradient.value * a) }
        }
        return Variable(value: a * b, edge: Edge(node))
    }

    static func + (x: Variable, y: Variable) -> Variable { sum([x, y]) }

    static func sum(_ terms: [Variable]) -> Variable {
        let node = Rule(terms.map(\.edge), name: "sum", savesValues: false) { gradient, inputs in
            for index in 0..<inputs.count { inputs.give(index) { gradient } }
        }
        return Variable(value: terms.reduce(0) { $0 + $1.value }, edge: Edge(node))
    }

    static func * (k: Float, x: Variable) -> Variable {
        Variable(value: k * x.value, edge: Edge(Scale(x.edge, by: k)))
    }

    func backward(_ seed: Float = 1, inputs: [Edge<Number>]? = nil, retainGraph: Bool = false) throws {
        try Engine.backward(from: [(edge!, Number(seed))], inputs: inputs, retainGraph: retainGraph)
    }
}

/// Keeps this thread busy.
func spin(microseconds: Double) {
    let end = DispatchTime.now().uptimeNanoseconds + UInt64(microseconds * 1000)
    while DispatchTime.now().uptimeNanoseconds < end {}
}

/// Something that threads may write, in a closure only.
final class Locked<State>: @unchecked Sendable {
    private let lock = NSLock()
    private var state: State

    init(_ state: State) { self.state = state }

    func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        try lock.withLock { try body(&state) }
    }
    var value: State { withLock { $0 } }
}

/// Runs `body(index)` on `count` threads of their own at once, and waits for all.
func onThreads(_ count: Int, stackSize: Int = 1 << 20, _ body: @escaping @Sendable (Int) -> Void) {
    let group = DispatchGroup()
    for index in 0..<count {
        group.enter()
        let thread = Thread {
            body(index)
            group.leave()
        }
        thread.stackSize = stackSize
        thread.start()
    }
    group.wait()
}

/// A generator that gives the same numbers in every run.
struct Shuffle: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016.
    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
