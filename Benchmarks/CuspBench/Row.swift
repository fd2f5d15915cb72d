import Cusp

/// One line of the table: a benchmark of SUITE.md.
package struct Row: Sendable {
    package let id: String
    package let group: Group
    /// The peer's id for the same work.
    package var peerID: String
    /// The only size, of a row whose id carries its sizes.
    package var fixedSize: Int?
    /// The least that must go through memory, in bytes per element; nil where that is not what limits the row.
    package var bytes: Double?
    /// Floating-point operations of one iteration, where they limit the row.
    package var flops: Double?
    /// Microseconds that both sides sleep before each iteration; not counted.
    package var pause = 0.0
    /// How far checks may differ.
    package var tolerance = Tolerance()
    /// The same as loops written by hand, of which the fastest counts: what the row is a share of.
    package var byHand: (@Sendable (Int) -> [Case])?
    /// Makes the inputs for a size.
    package let make: @Sendable (Int) -> Case

    init(
        _ id: String, _ group: Group, bytes: Double? = nil, _ make: @escaping @Sendable (Int) -> Case
    ) {
        (self.id, self.group, self.bytes, self.make) = (id, group, bytes, make)
        peerID = id
    }

    /// The same row with other properties.
    func with(_ change: (inout Row) -> Void) -> Row {
        var row = self
        change(&row)
        return row
    }
}

package enum Group: String, CaseIterable, Sendable {
    case pointwise = "pointwise, alloc"
    case inPlace = "pointwise, in place"
    case strided = "broadcast and strided"
    case reductions
    case movement
    case matrix
    case gradients = "forward and backward"
    case fused = "forward and backward, fused"
    case training = "training steps"
    case engine
    case threads = "threads, asleep and awake"
    case memory

    /// Whether its ids carry their sizes.
    var hasFixedSizes: Bool { [.matrix, .training, .engine, .threads, .memory].contains(self) }
}

// MARK: - How a line is written

/// A new tensor from others.
func map(
    _ id: String, _ group: Group, _ a: Input, bytes: Double?, _ f: @escaping @Sendable (Tensor) -> Tensor
) -> Row {
    Row(id, group, bytes: bytes) { n in
        var inputs = Inputs()
        let x = a.make(&inputs, n)
        return Case { f(x) }
    }
}

func map(
    _ id: String, _ group: Group, _ a: Input, _ b: Input, bytes: Double?,
    _ f: @escaping @Sendable (Tensor, Tensor) -> Tensor
) -> Row {
    Row(id, group, bytes: bytes) { n in
        var inputs = Inputs()
        let (x, y) = (a.make(&inputs, n), b.make(&inputs, n))
        return Case { f(x, y) }
    }
}

func map(
    _ id: String, _ group: Group, _ a: Input, _ b: Input, _ c: Input, bytes: Double?,
    _ f: @escaping @Sendable (Tensor, Tensor, Tensor) -> Tensor
) -> Row {
    Row(id, group, bytes: bytes) { n in
        var inputs = Inputs()
        let (x, y, z) = (a.make(&inputs, n), b.make(&inputs, n), c.make(&inputs, n))
        return Case { f(x, y, z) }
    }
}

/// A tensor changed in place, again and again. Only the check copies it.
func change(_ id: String, _ a: Input, bytes: Double?, _ f: @escaping @Sendable (inout Tensor) -> Void) -> Row {
    Row(id, .inPlace, bytes: bytes) { n in
        var inputs = Inputs()
        let variable = Variable(a.make(&inputs, n))
        return Case(changing: variable) { f(&variable.value) }
    }
}

func change(
    _ id: String, _ a: Input, _ b: Input, bytes: Double?, _ f: @escaping @Sendable (inout Tensor, Tensor) -> Void
) -> Row {
    Row(id, .inPlace, bytes: bytes) { n in
        var inputs = Inputs()
        let variable = Variable(a.make(&inputs, n))
        let y = b.make(&inputs, n)
        return Case(changing: variable) { f(&variable.value, y) }
    }
}

extension Case {
    fileprivate init(changing variable: Variable<Tensor>, _ work: @escaping () -> Void) {
        results = {
            work()
            return [variable.value]
        }
        run = { iterations in
            for _ in 0..<iterations { work() }
        }
    }
}
