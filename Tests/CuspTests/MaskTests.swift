import Cusp
import Testing

@Suite struct MaskTests {
    @Test func reading() throws {
        var random = SeededGenerator(seed: 60)
        for (name, x) in everyView([3, 4], .float64, .small, &random) {
            #expect(x[x .> 0].elements == x.elements.filter { $0 > 0 }, "\(name)")
            let rows = Tensor([[true], [false], [true]] as [[Bool]])
            #expect(x[rows].elements == Array(x.elements[0..<4] + x.elements[8...]), "\(name)")
            let mask = x .>= 1
            #expect(
                try GradientCheck(seed: 61).one {
                    $0[mask]
                } at: {
                    x
                } == nil, "\(name)")
            #expect(
                try GradientCheck(seed: 61).one {
                    $0[mask] * $0[mask]
                } at: {
                    x
                } == nil, "\(name)")
        }
        #expect(Tensor([1, 2])[Tensor([false, false])].shape == [0])
        #expect(Tensor(3.0)[Tensor(true)].elements == [3])
        #expect(Tensor.zeros([0, 2])[Tensor.zeros([0, 2]) .== 0].shape == [0])
    }

    @Test(arguments: [DType.float32, .int64, .uint8, .bool])
    func types(dtype: DType) {
        let x = Tensor([0, 1, 2, 0], dtype: dtype)
        #expect(x[x .!= 0].dtype == dtype && x[x .!= 0].elements == (dtype == .bool ? [1, 1] : [1, 2]))
    }

    @Test func writing() {
        var random = SeededGenerator(seed: 62)
        for (name, x) in everyView([3, 4], .float64, .small, &random) {
            var y = x
            let before = x.elements
            y[y .< 0] = 0
            #expect(y.elements == before.map { $0 < 0 ? 0 : $0 }, "\(name)")
            y[Tensor([true, false, false, true])] = Tensor([10, 20, 30, 40])
            #expect(y[.all, 0].elements == [10, 10, 10] && y[.all, 3].elements == [40, 40, 40], "\(name)")
            #expect(x.elements == before && y.dtype == .float64, "\(name)")
        }
    }

    @Test func gradientsOfWriting() throws {
        let (x, v) = (Tensor([1, -2, 3, -4]).leaf, Tensor([5, 6, 7, 8]).leaf)
        var y = x * 1
        y[x .< 0] = v * v
        try y.sum().backward()
        #expect(x.grad?.floats == [1, 0, 1, 0] && v.grad?.floats == [0, 12, 0, 16])
    }

    @Test func mistakes() {
        #expect(throws: TensorError.self) { try Tensor.checked { Tensor([1, 2])[Tensor([1, 0])] } }
        #expect(throws: TensorError.self) {
            try Tensor.checked { Tensor([1, 2])[Tensor([true])[.newAxis].expanded(to: [2, 1])] }
        }
        #expect(throws: TensorError.self) { try Tensor.checked { Tensor([1, 2])[Tensor([true, false, true])] } }
        let wrong = #expect(throws: TensorError.self) {
            try Tensor.checked {
                var x = Tensor([1, 2])
                x[x .> 0] = Tensor.zeros([3, 2])
            }
        }
        #expect(wrong?.description.contains("[3, 2]") == true)
    }
}
