import Cusp
import Testing

/// Forward mode of every kind of rule, against differences.
@Suite struct ForwardModeTests {
    typealias Function = @Sendable ([Tensor]) -> [Tensor]

    static let functions: [(name: String, shapes: [Shape], function: Function)] = [
        ("pointwise", [[3, 2], [3, 2]], { [sigmoid($0[0] * $0[1]) + exp($0[0])] }),
        ("broadcast", [[3, 2], [2]], { [$0[0] * $0[1] + $0[1]] }),
        ("broadcast column", [[3, 1], [1, 2]], { [tanh($0[0] - $0[1]) / (2 + $0[0] * $0[0])] }),
        ("matmul", [[2, 3], [3, 4]], { [matmul($0[0], $0[1])] }),
        ("softmax", [[3, 4]], { [$0[0].softmax(dim: 1), $0[0].logSumExp(dim: 0)] }),
        ("views", [[3, 4]], { [$0[0].transposed()[1..<3], $0[0].reshaped([12])] }),
        ("joined", [[2, 3], [1, 3]], { [cat([$0[0], $0[1] * 2, $0[0]])] }),
        ("reductions", [[3, 4]], { [$0[0].mean(dim: 0), ($0[0] * $0[0]).sum(), $0[0].max(dim: 1)] }),
        ("several results", [[3], [3]], { [$0[0] * $0[1], $0[0], Tensor(1.0) * 2] }),
        ("selection", [[4], [4]], { [`where`($0[0] .> 0, $0[0] * $0[1], sqrt(abs($0[1])))] }),
    ]

    @Test(arguments: functions.indices)
    func againstDifferences(index: Int) throws {
        let (name, shapes, function) = Self.functions[index]
        var random = SeededGenerator(seed: index)
        func sample(_ shape: Shape) -> Tensor {
            Tensor(Domain.nonzero.samples(shape.elementCount, &random), Array(shape), .float64)
        }
        let (x, v) = (shapes.map(sample), shapes.map(sample))
        let (values, tangents) = try jvp(at: x, along: v, of: function)
        let h = 1e-5
        let after = function(zip(x, v).map { $0 + h * $1 })
        let before = function(zip(x, v).map { $0 - h * $1 })
        for (i, value) in values.enumerated() {
            #expect(tangents[i].shape == value.shape && tangents[i].dtype == value.dtype)
            let numeric = ((after[i] - before[i]) / (2 * h)).elements
            for (a, b) in zip(tangents[i].elements, numeric) {
                #expect(abs(a - b) < 1e-6 * (1 + abs(b)), "\(name), result \(i): \(a), differences \(b)")
            }
        }
    }

    /// ⟨u, Jv⟩ = ⟨Jᵀu, v⟩ for every row of the table of elementwise operations, on operands that broadcast.
    @Test(arguments: ElementwiseGradientTests.rows)
    func asBackward(row: ElementwiseRow) throws {
        var random = SeededGenerator(seed: 11)
        let x = zip(row.domains, [Arrangement.column, .row, .contiguous]).map {
            $1.tensor(2, 3, .float64, $0, &random)
        }
        func direction(_ shape: Shape) -> Tensor {
            Tensor(Domain.range(-1, 1).samples(shape.elementCount, &random), Array(shape), .float64)
        }
        let v = x.map { direction($0.shape) }
        let (values, tangents) = try jvp(at: x, along: v) { [row.apply($0)] }
        let u = direction(values[0].shape)
        let gradients = try vjp(at: x) { [row.apply($0)] }.pullback([u])
        let forward: Double = (tangents[0] * u).sum().item()
        let backward = zip(gradients, v).reduce(0.0) { $0 + ($1.0 * $1.1).sum().item(as: Double.self) }
        #expect(abs(forward - backward) <= 1e-12 * (1 + abs(backward)))
    }

    @Test func atKinksAsBackward() throws {
        let x = Tensor([-1, 0, 2], dtype: .float64)
        #expect(try jvp(at: x, along: Tensor([1, 1, 1])) { abs($0) }.tangent.elements == [-1, 0, 1])
        #expect(try jvp(at: x, along: Tensor([1, 0, 1])) { sqrt(abs($0)) }.tangent.elements[1] == 0)
    }

    @Test func differentiatedAgain() throws {
        let x = Tensor([0.5, 2], dtype: .float64)
        let v = Tensor([1, 10], dtype: .float64)
        // d/dx Σ 3x²v
        let g = try gradient(at: x) { x in try jvp(at: x, along: v) { x in x * x * x }.tangent.sum() }
        #expect(g.elements == [3, 120])
        // It is linear in the direction.
        let dv = try gradient(at: v) { v in try jvp(at: x, along: v) { x in x * x * x }.tangent.sum() }
        #expect(dv.elements == [0.75, 12])
    }
}
