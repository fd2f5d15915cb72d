import Cusp
import Testing

/// Forward mode. For elementwise functions see also ``ElementwiseGradientTests``, whose check compares it with backward.
@Suite struct ForwardModeTests {
    /// Forward, backward, differences; and the same of the second order.
    @Test(arguments: OperationRow.all)
    func everyOperation(row: OperationRow) throws {
        let check = GradientCheck(seed: 4)
        #expect(try check.first(row.function, row.operands(seed: 3)) == nil)
        #expect(try check.second(row.function, row.operands(seed: 3)) == nil)
    }

    @Test func severalResults() throws {
        let (x, v) = (Tensor([1, 2, 3]), Tensor([1, 0, -1]))
        let (values, tangents) = try jvp(at: [x, x], along: [v, x]) { x in
            [x[0] * x[1], x[0], Tensor(1.0) * 2]
        }
        #expect(values.map(\.elements) == [[1, 4, 9], [1, 2, 3], [2]])
        #expect(tangents.map(\.elements) == [[2, 4, 6], [1, 0, -1], [0]])
    }

    @Test func atKinksAsBackward() throws {
        let x = Tensor([-1, 0, 2], dtype: .float64)
        #expect(try jvp(at: x, along: Tensor([1, 1, 1])) { abs($0) }.tangent.elements == [-1, 0, 1])
        #expect(try jvp(at: x, along: Tensor([1, 0, 1])) { sqrt(abs($0)) }.tangent.elements[1] == 0)
    }

    /// What is not selected moves nothing, however fast it moves itself.
    @Test(arguments: KinkPolicy.allCases)
    func whatIsNotSelected(policy: KinkPolicy) throws {
        let step = Pointwise { x in
            `where`(x .> 0, x, 1)
        } derivative: { x in
            x .> 0
        }
        let slope = Pointwise { x in
            x
        } derivative: { x in
            `where`(x .> 0, exp(x), 0)
        }
        let selecting: [@Sendable (Tensor) -> Tensor] = [
            { clamp($0, min: 0.5) }, { clamp(-$0, max: -0.5) }, { clamp($0, min: 0.5, max: 2) }, { fmax($0, 0.5) },
            { fmin(-$0, -0.5) }, { maximum($0, 0.5) }, { minimum(-0.5, -$0) }, { `where`($0 .> 0, $0, 0) },
            { step($0) }, { slope($0) },
        ]
        // At 0 the one goes up infinitely fast, the other by NaN.
        let moving: [@Sendable (Tensor) -> Tensor] = [{ log($0) }, { sqrt($0) - sqrt($0) }]
        for (i, f) in selecting.enumerated() {
            for g in moving {
                let tangent = try policy.use {
                    try jvp(at: Tensor([0]), along: Tensor([1])) { f(g($0)) }.tangent
                }
                #expect(tangent.floats == [0], "\(i): \(tangent)")
            }
        }
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
