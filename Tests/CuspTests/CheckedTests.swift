import Cusp
import Testing

@Suite struct CheckedTests {
    private static func gradient(_ gradient: Tensor, of x: Tensor) -> Tensor {
        x.grad = gradient
        return x
    }

    static let mistakes: [(body: @Sendable () -> Tensor, sentence: String)] = [
        (
            { Tensor([1, 2]) + Tensor([1, 2, 3]) },
            "add: the shapes [2] and [3] do not broadcast: from the right, each pair of sizes must be equal or one of them 1"
        ),
        ({ Tensor([1, 2]).reshaped([3]) }, "reshaped: the shape [2] of 2 elements does not fit into [3]"),
        ({ Tensor([1, 2]).reshaped([-1, -1]) }, "reshaped: the shape [2] of 2 elements does not fit into [-1, -1]"),
        ({ Tensor([1, 2]).transposed([1]) }, "transposed: dimension 1 is not one of the 1 of the shape [2]"),
        (
            { Tensor.zeros([2, 3]).transposed([0, 0]) },
            "transposed: [0, 0] does not name each of the 2 dimensions of [2, 3] once"
        ),
        ({ Tensor([1, 2]).expanded(to: [3]) }, "expanded: the shapes [2] and [3] do not broadcast"),
        ({ Tensor.zeros([2, 1]).expanded(to: [2]) }, "expanded: the shape [2, 1] does not stretch to [2]"),
        ({ Tensor([1, 2]).squeezed(dim: 0) }, "squeezed: dimension 0 of the shape [2] has not size 1"),
        ({ Tensor([1, 2]).unsqueezed(dim: 2) }, "unsqueezed: no new dimension 2 in the shape [2]"),
        ({ Tensor.zeros(Shape(Array(repeating: 1, count: 8))).unsqueezed(dim: 0) }, "unsqueezed: no new dimension 0"),
        ({ Tensor([1, 2])[2] }, "subscript: index 2 is out of range for a dimension of size 2 of the shape [2]"),
        ({ Tensor([1, 2])[0, 0] }, "subscript: 2 indices for the 1 dimensions of the shape [2]"),
        ({ Tensor([1, 2])[.stride(by: 0)] }, "subscript: a step of 0"),
        ({ Tensor([1, 2])[.ellipsis, .ellipsis] }, "subscript: more than one ellipsis"),
        (
            { Tensor([1, 2]).sliced(dim: 0, from: 1, count: 2) },
            "sliced: 2 elements from 1 in steps of 1 do not lie in dimension 0 of the shape [2]"
        ),
        (
            { gradient(Tensor(1.0), of: Tensor([1, 2]).leaf) },
            "grad: float32 of shape [] is no gradient of a leaf that is float32 of shape [2]"
        ),
        (
            { gradient(Tensor([1, 2], dtype: .float64), of: Tensor([1, 2]).leaf) },
            "grad: float64 of shape [2] is no gradient of a leaf that is float32 of shape [2]"
        ),
        (
            { gradient(Tensor([1, 2]), of: Tensor([1, 2]).leaf * 1) },
            "grad: a tensor of shape [2] is no leaf, and only leaves keep gradients"
        ),
        ({ Tensor([1, 2]).sum(dim: 1) }, "sum: dimension 1 is not one of the 1 of the shape [2]"),
        ({ Tensor([1, 2]).sum(dims: [0, -1]) }, "sum: dimension -1 is named twice"),
        ({ Tensor([1, 2]).mean(dim: 1) }, "dimension 1 is not one of the 1 of the shape [2]"),
        ({ Tensor([]).max() }, "max: the shape [0] has no elements to choose from"),
        ({ Tensor([1, 2]).softmax(dim: 1) }, "softmax: dimension 1 is not one of the 1 of the shape [2]"),
        ({ Tensor([1, 2] as [Float], shape: [3]) }, "Tensor: 2 elements for the shape [3] of 3"),
        ({ Tensor([[1, 2], [3]]) }, "Tensor: the nested lists differ in shape: [2] and [1]"),
        ({ Tensor([[1, 2], [3]] as [[Float]]) }, "Tensor: rows of 2 and of 1 elements"),
        ({ .zeros([1 << 40, 1 << 15]) }, "out of memory: "),
        ({ Tensor([Tensor([1, 2]).item(as: Float.self)]) }, "item: the shape [2] has not one element"),
        (
            {
                var x = Tensor([1, 2])
                x += Tensor([[1, 2], [3, 4]])
                return x
            }, "add in place: "
        ),
        (
            {
                var x = Tensor([1, 2])
                x[0..<2] = Tensor([1, 2, 3])
                return x
            }, "subscript: the shapes [2] and [3] do not broadcast"
        ),
        ({ matmul(.zeros([2, 3]), .zeros([2, 3])) }, "matmul: the shapes [2, 3] and [2, 3] do not fit"),
        ({ Tensor([1, 2]).tiled([2, -1]) }, "tiled: a count of [2, -1] is negative"),
        (
            { Tensor([1, 2]).tiled([.max]) },
            "tiled: 9223372036854775807 times dimension 0 of the shape [2] is more than"
        ),
        ({ Tensor([]).tiled([1 << 62]) }, "tiled: 4611686018427387904 times dimension 0 of the shape [0] is more than"),
        ({ .zeros([1, 1, 1, 1, 1, 1, 1, 2]).tiled([1 << 50, 1, 1, 1, 1, 1, 1, 2]) }, "out of memory: "),
        ({ Tensor([1]).tiled(Array(repeating: 1, count: 9)) }, "tiled: a tensor has at most 8 dimensions"),
        (
            { Tensor([1, 2]).repeated(1 << 62, dim: 0) },
            "repeated: 4611686018427387904 times dimension 0 of the shape [2] is more than memory can address"
        ),
        ({ Tensor([1, 2]).repeated(-2, dim: 0) }, "repeated: -2 times"),
        ({ Tensor([1, 2]).padded(.max, .max, dim: 0) }, "padded: 9223372036854775807 and 9223372036854775807 around"),
        ({ Tensor([1, 2]).padded(.min, 1, dim: 0) }, "padded: -9223372036854775808 and 1 around dimension 0"),
        (
            { Tensor([1, 2]).padded(1 << 61, 1, dim: 0, with: .edge) },
            "padded: the shape [2305843009213693955] has more"
        ),
        ({ Tensor([1, 2]).padded(1 << 50, 1, dim: 0, with: .edge) }, "out of memory: "),
        ({ Tensor([1, 2]).diagonalMatrix(offset: .min) }, "diagonalMatrix: the shape [9223372036854775807, "),
        (
            { Tensor([1, 2, 3]).split([1, 3]).first ?? .zeros([]) },
            "split: parts of [1, 3] are more than dimension 0 of the shape [3]"
        ),
        (
            { Tensor([1, 2, 3]).split([.max, .max]).first ?? .zeros([]) },
            "split: parts of [9223372036854775807, 9223372036854775807] are"
        ),
        (
            { Tensor([1, 2, 3]).split([1, -1]).first ?? .zeros([]) },
            "split: parts of [1, -1] are more than dimension 0 of the shape [3]"
        ),
        ({ Tensor.range(1 << 61) }, "range: the shape [2305843009213693952] has more elements than memory can address"),
        ({ Tensor.range(1 << 50) }, "out of memory: "),
    ]

    @Test(arguments: mistakes.indices)
    func sentences(index: Int) {
        let (body, sentence) = Self.mistakes[index]
        let text = mistake(body)
        #expect(text?.contains(sentence) == true, "\(text ?? "nothing")")
    }

    @Test func theFirstWins() throws {
        struct Stop: Error {}
        let text = message {
            try Tensor.checked {
                _ = Tensor([1, 2])[5]
                _ = Tensor([1, 2]).sum(dim: 7)
                throw Stop()
            }
        }
        #expect(text?.hasPrefix("subscript: index 5") == true)
        #expect(throws: Stop.self) { try Tensor.checked { throw Stop() } }
        #expect(try Tensor.checked { 7 } == 7)
        #expect(try Tensor.checked { Tensor([1]) + 1 }.floats == [2])
    }

    @Test func nested() throws {
        let outer = try Tensor.checked {
            let inner = mistake { Tensor([1, 2])[5] }
            #expect(inner != nil)
            return Tensor([3])
        }
        #expect(outer.floats == [3])
    }

    @Test func whatIsLeftIsUnchanged() {
        var x = Tensor([1, 2])
        #expect(message { try Tensor.checked { x += Tensor([1, 2, 3]) } } != nil)
        #expect(message { try Tensor.checked { x[7] += 1 } } != nil)
        #expect(message { try Tensor.checked { _ = Tensor.zeros([-1]) } }?.contains("-1") == true)
        #expect(message { try Tensor.checked { x[7] = 1 } } != nil)
        #expect(message { try Tensor.checked { x[0..<2][3] = 1 } } != nil)
        #expect(x.floats == [1, 2])
    }

    @Test func inRulesOfABackwardPass() throws {
        let x = Tensor([1, 2]).leaf
        let y = x * 2
        y.addGradientHook { g in
            _ = g[9]
            return nil
        }
        #expect(message { try Tensor.checked { try y.sum().backward() } }?.contains("index 9") == true)
    }
}
