import Cusp
import Testing

/// Writing in the middle of a graph: the gradients are those of the values that were read.
@Suite struct InPlaceGradientTests {
    static let programs: [(name: String, inPlace: @Sendable (Tensor) -> Tensor, pure: @Sendable (Tensor) -> Tensor)] = [
        (
            "y *= x after y was used",
            { x in
                var y = x * x
                let z = exp(y)
                y *= x
                return y + z
            }, { x in x * x * x + exp(x * x) }
        ),
        (
            "a saved result is overwritten",
            { x in
                var y = exp(x)
                let z = y * 2
                y += 100
                return z + y
            }, { x in exp(x) * 3 + 100 }
        ),
        (
            "a part is written",
            { x in
                var y = x * 2
                y[0] = y[1] * y[2]
                y[1..<3] *= 3
                return y
            },
            { x in
                let y = x * 2
                return cat([y[1..<2] * y[2..<3], y[1..<3] * 3, y[3...]])
            }
        ),
        (
            "a part of a constant is written",
            { x in
                var y = Tensor.zeros([4], dtype: .float64)
                y[1..<3] = x[0..<2] * x[2..<4]
                y[3] += x[0] * x[0]
                return y
            },
            { x in
                cat([Tensor([0.0], dtype: .float64), x[0..<2] * x[2..<4], x[0..<1] * x[0..<1]])
            }
        ),
        (
            "overlapping parts",
            { x in
                var y = x * 1
                y[0..<3] = y[1..<4]
                y[1..<4] += y[0..<3]
                return y * y
            },
            { x in
                let z = cat([x[1..<4], x[3..<4]])
                let y = cat([z[0..<1], z[1..<4] + z[0..<3]])
                return y * y
            }
        ),
        (
            "broadcast write",
            { x in
                var y = (x * x).reshaped([2, 2])
                y[0] = y[1, 1]
                y.apply(Pointwise { tanh($0) })
                return y
            },
            { x in
                let y = x * x
                return tanh(stack([y[3], y[3], y[2], y[3]])).reshaped([2, 2])
            }
        ),
    ]

    @Test(arguments: programs.indices)
    func gradients(index: Int) throws {
        let program = Self.programs[index]
        let x = Tensor([0.5, -0.7, 1.1, 0.3], [4], .float64)
        #expect(program.inPlace(x).elements == program.pure(x).elements, "\(program.name)")
        let problem = try GradientCheck(seed: 70).one(program.inPlace, at: { x })
        #expect(problem == nil, "\(program.name)")
        let (a, b) = (x.leaf, x.leaf)
        try program.inPlace(a).sum().backward()
        try program.pure(b).sum().backward()
        let difference = zip(a.grad!.elements, b.grad!.elements).map { abs($0 - $1) }.max()!
        #expect(difference < 1e-14, "\(program.name)")
    }

    @Test func whatWasSavedStays() throws {
        let x = Tensor([1, 2, 3]).leaf
        var factor = Tensor([10, 20, 30])
        let y = (x * factor).sum()
        factor += 5
        factor[0] = 0
        try y.backward()
        #expect(x.grad?.floats == [10, 20, 30])
    }

    @Test(arguments: ValueTests.writes.indices)
    func aLeafIsNotWrittenWhileRecording(index: Int) throws {
        let write = ValueTests.writes[index]
        var x = Tensor([[1, 2, 3], [4, 5, 6]]).leaf
        let error = #expect(throws: TensorError.self) { try Tensor.checked { write.write(&x) } }
        #expect(error?.kind == .gradient)
        #expect(error?.description.contains("withoutGradients") == true)
        #expect(x.elements == [1, 2, 3, 4, 5, 6] && x.isLeaf, "\(write.name)")
    }

    @Test(arguments: ValueTests.writes.indices)
    func withoutGradientsALeafIsWritten(index: Int) throws {
        let write = ValueTests.writes[index]
        var x = Tensor([[1, 2, 3], [4, 5, 6]]).leaf
        var plain = x.detached()
        write.write(&plain)
        withoutGradients { write.write(&x) }
        #expect(x.elements == plain.elements && x.isLeaf, "\(write.name)")
        try (x * x).sum().backward()
        #expect(x.grad?.elements == plain.elements.map { 2 * $0 })
    }

    @Test func steppingAParameterIsInPlace() throws {
        var x = Tensor([1, 2, 3]).leaf
        let start = x.buffer.start
        for _ in 0..<3 {
            try (x * x).sum().backward()
            let g = x.grad!
            x.grad = nil
            withoutGradients { x -= 0.1 * g }
        }
        #expect(x.buffer.start == start && x.isLeaf)
    }
}
