import Cusp
import Testing

@Suite struct HookKindsTests {
    @Test func order() throws {
        let seen = Shared<[String]>([])
        let note = { @Sendable (text: String) in seen.change { $0.append(text) } }
        let x = Tensor([1, 2]).leaf
        let y = x * 3
        let z = y * y
        y.addOperationHook { _ in
            note("after y")
            return nil
        }
        y.addGradientHook { _ in
            note("before y")
            return nil
        }
        addGradientHook(to: [z, x]) { note("together \($0.map { $0?.floats })") }
        x.addAccumulationHook { note("accumulated \($0.floats)") }
        x.addGradientHook { _ in
            note("leaf")
            return nil
        }
        z.addGradientHook { _ in
            note("z")
            return nil
        }
        try z.sum().backward()
        #expect(
            seen.value == [
                "z", "before y", "after y", "leaf", "accumulated [18.0, 36.0]",
                "together [Optional([1.0, 1.0]), Optional([18.0, 36.0])]",
            ])
    }

    @Test func afterAnOperation() throws {
        let (x, y) = (Tensor([1, 2]).leaf, Tensor([3, 4]).leaf)
        let z = x * y
        let handle = z.addOperationHook { [$0[0]! * 10, nil] }
        try z.sum().backward(retainGraph: true)
        #expect(x.grad?.floats == [30, 40] && y.grad == nil)
        handle?.remove()
        try z.sum().backward(retainGraph: true)
        #expect(y.grad?.floats == [1, 2])
        z.addOperationHook { _ in [Tensor(1.0), nil] }
        #expect(
            message { try z.sum().backward() }
                == "a hook after mul returned float32 of shape [] for operand 0, whose gradient is float32 of shape [2]"
        )
        #expect(
            message { _ = try Tensor.checked { x.addOperationHook { $0 } } }
                == "addOperationHook: a leaf is no operation; use addGradientHook")
    }

    @Test func afterAccumulation() throws {
        let x = Tensor([1, 2]).leaf
        let seen = Shared<[[Float]]>([])
        let handle = x.addAccumulationHook { g in seen.change { $0.append(g.floats) } }
        try (x * 2).sum().backward()
        try (x * 2).sum().backward()
        _ = try gradients(of: [(x * 2).sum()], at: [x])
        handle?.remove()
        try (x * 2).sum().backward()
        #expect(seen.value == [[2, 2], [4, 4]])
        let text = message { _ = try Tensor.checked { (x * 2).addAccumulationHook { _ in } } }
        #expect(text?.contains("leaves only") == true && text?.contains("use addGradientHook") == true)
    }

    @Test func severalTensors() throws {
        let (x, y) = (Tensor([1, 2]).leaf, Tensor([3, 4]).leaf)
        let seen = Shared<[[[Float]?]]>([])
        let handles = addGradientHook(to: [x, y]) { gradients in
            seen.change { $0.append(gradients.map { $0?.floats }) }
        }
        try (x * y).sum().backward()
        try (x * 2).sum().backward()
        try Tensor([1]).leaf.backward()
        struct Stop: Error {}
        let failing = x * 3
        failing.addGradientHook { _ in throw Stop() }
        #expect(throws: Stop.self) { try (failing + y).sum().backward() }
        handles.remove()
        try x.sum().backward()
        #expect(seen.value == [[[3, 4], [1, 2]], [[2, 2], nil]])
    }
}

@Suite struct ConditioningTests {
    let g = Tensor([3, -4])

    @Test func ready() throws {
        #expect(try Conditioning.clip(value: 3.5)(g).floats == [3, -3.5])
        #expect(try Conditioning.clip(norm: 10)(g).floats == [3, -4])
        #expect(try Conditioning.clip(norm: 1)(g).floats == [0.6, -0.8])
        let huge = try Conditioning.clip(norm: 1)(Tensor([3e30, -4e30])).floats
        #expect(abs(huge[0] - 0.6) < 1e-6 && abs(huge[1] + 0.8) < 1e-6, "no overflow")
        #expect(try Conditioning.scale(2)(g).floats == [6, -8])
        #expect(try Conditioning.reverse(g).floats == [-3, 4])
        #expect(try Conditioning.reverse.then(.clip(value: 3.5))(g).floats == [-3, 3.5])
        #expect(try Conditioning { $0 * 0 }(g).floats == [0, 0])
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func finite(bad: Double) throws {
        let g = Tensor([1, bad, 2] as [Double])
        #expect(try Conditioning.finite(.zero)(g).floats == [1, 0, 2])
        #expect(try Conditioning.finite(.skip)(g).floats == [0, 0, 0])
        let text = message { _ = try Conditioning.finite(.fail)(g) }
        #expect(text?.contains("shape [3] is NaN or infinite in 1 of 3 elements") == true)
        #expect(try Conditioning.finite(.fail)(self.g).floats == [3, -4])
    }

    @Test func noise() throws {
        let zeros = Tensor.zeros([1000])
        let noise = Conditioning.noise(deviation: 2, RandomStream(seed: 1))
        let (first, second) = (try noise(zeros).floats, try noise(zeros).floats)
        #expect(first != second)
        #expect(try Conditioning.noise(deviation: 2, RandomStream(seed: 1))(zeros).floats == first)
        let variance = first.reduce(0) { $0 + $1 * $1 } / 1000
        #expect((3...5).contains(variance))
    }

    @Test func hooked() throws {
        let x = Tensor([1, 2]).leaf
        let y = x * 1
        y.addGradientHook(.reverse)
        try (y * g).sum().backward()
        #expect(x.grad?.floats == [-3, 4])
    }

    @Test func together() throws {
        let leaves = [Tensor([1]).leaf, Tensor([1]).leaf, Tensor([1]).leaf]
        try (leaves[0] * 3 + leaves[1] * 4).sum().backward()
        #expect(clipGradients(of: leaves, norm: 10) == 5)
        #expect(leaves.map { $0.grad?.floats } == [[3], [4], nil])
        #expect(clipGradients(of: leaves, norm: 1) == 5)
        #expect(leaves.map { $0.grad?.floats } == [[0.6], [0.8], nil])
        leaves[0].grad = Tensor([Double.nan] as [Double]).asType(.float32)
        #expect(clipGradients(of: leaves, norm: 0.1).isNaN && leaves[1].grad?.floats == [0.8])
    }
}
