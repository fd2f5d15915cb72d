import Autograd

/// An operand that somebody else holds: to retain one and let go of it takes as long as much of a small operation.
typealias BorrowedOperand = Operand<Unmanaged<Body>>

extension BorrowedOperand {
    /// The operand, held from now on.
    var held: Operand<Tensor> {
        switch self {
        case .value(let body): .value(Tensor(body.takeUnretainedValue()))
        case .number(let number): .number(number)
        }
    }

    var source: Edge<Tensor>? {
        if case .value(let body) = self { body._withUnsafeGuaranteedRef { $0.source } } else { nil }
    }

    /// The node of its source.
    @inline(__always)
    var node: Node<Tensor>? {
        if case .value(let body) = self { body._withUnsafeGuaranteedRef { $0.source?.node } } else { nil }
    }

    /// Whether it is its node's first output, if it has a node.
    @inline(__always)
    var isFirstOutput: Bool {
        guard case .value(let body) = self else { return true }
        return body._withUnsafeGuaranteedRef { $0.source == nil || $0.source!.output == 0 }
    }
}

extension Span<BorrowedOperand> {
    var sources: [Edge<Tensor>?] {
        var sources: [Edge<Tensor>?] = []
        for i in indices { sources.append(self[i].source) }
        return sources
    }
}

extension Span<Operand<Tensor>> {
    /// Calls `body` with the operands as they are recorded.
    func withBorrowed<T>(_ body: (Span<BorrowedOperand>) -> T) -> T {
        withUnsafeTemporaryAllocation(of: BorrowedOperand.self, capacity: count) { borrowed in
            for i in indices {
                switch self[i] {
                case .value(let tensor): borrowed.initializeElement(at: i, to: .value(.passUnretained(tensor.body)))
                case .number(let number): borrowed.initializeElement(at: i, to: .number(number))
                }
            }
            return body(borrowed.span)
        }
    }
}
