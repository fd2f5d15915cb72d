import Cusp

// Forward and backward: a loss and the gradients of its inputs, in a fresh graph each time.

func loss(_ id: String, in group: Group = .gradients, _ a: Input, _ f: @escaping @Sendable (Tensor) -> Tensor) -> Row {
    Row(id, group) { n in
        var inputs = Inputs()
        let x = a.make(&inputs, n).leaf()
        return Case {
            x.grad = nil
            let loss = f(x)
            loss.runBackward()
            return loss
        } results: {
            [$0, x.grad!]
        }
    }
}

func loss(
    _ id: String, in group: Group = .gradients, _ a: Input, _ b: Input,
    _ f: @escaping @Sendable (Tensor, Tensor) -> Tensor
) -> Row {
    Row(id, group) { n in
        var inputs = Inputs()
        let (x, y) = (a.make(&inputs, n).leaf(), b.make(&inputs, n).leaf())
        return Case {
            x.grad = nil
            y.grad = nil
            let loss = f(x, y)
            loss.runBackward()
            return loss
        } results: {
            [$0, x.grad!, y.grad!]
        }
    }
}

func loss(_ id: String, in group: Group, _ list: [Input], _ f: @escaping @Sendable ([Tensor]) -> Tensor) -> Row {
    Row(id, group) { n in
        var inputs = Inputs()
        let leaves = list.map { $0.make(&inputs, n).leaf() }
        return Case {
            for leaf in leaves { leaf.grad = nil }
            let loss = f(leaves)
            loss.runBackward()
            return loss
        } results: {
            [$0] + leaves.map { $0.grad! }
        }
    }
}

extension Row {
    /// The same work for the peer, written in another way here.
    func against(_ peerID: String) -> Row { with { $0.peerID = peerID } }

    /// Its gradient is that of σ(100 z), exact in the tail.
    func withTail() -> Row { with { $0.tolerance = .lostTail(100) } }
}
