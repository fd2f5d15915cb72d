import Cusp
import Testing

/// Functions whose parts need the exponential of one size, and the same operation by operation: the same bits.
@Suite struct SharedExponentialTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let fused: Pointwise<2>
        let eager: @Sendable (Tensor, Tensor) -> Tensor
    }
    static let rows = [
        Row(
            testDescription: "both signs", fused: Pointwise { x, y in sigmoid(x) - 2 * sigmoid(-x) * y },
            eager: { x, y in sigmoid(x) - 2 * sigmoid(-x) * y }),
        Row(
            testDescription: "a difference turned", fused: Pointwise { x, y in sigmoid(x - y) / sigmoid(y - x) },
            eager: { x, y in sigmoid(x - y) / sigmoid(y - x) }),
        Row(
            testDescription: "factors of both signs",
            fused: Pointwise { x, y in (sigmoid(-25 * x) + y) * sigmoid(25 * x) + sigmoid(x * 25) },
            eager: { x, y in (sigmoid(-25 * x) + y) * sigmoid(25 * x) + sigmoid(x * 25) }),
        Row(
            testDescription: "an exponential that is there",
            fused: Pointwise { x, y in exp(abs(x - y) / -10) + sigmoid((y - x) / 10) },
            eager: { x, y in exp(abs(x - y) / -10) + sigmoid((y - x) / 10) }),
        Row(
            testDescription: "one of another sign",
            fused: Pointwise { x, y in exp(abs(x - y) / 10) + sigmoid((y - x) / 10) + exp(-x) * sigmoid(x) },
            eager: { x, y in exp(abs(x - y) / 10) + sigmoid((y - x) / 10) + exp(-x) * sigmoid(x) }),
        Row(
            testDescription: "quotients that lose their sign",
            fused: Pointwise { x, y in sigmoid(x / 1e30) - sigmoid(x / -1e30) + y },
            eager: { x, y in sigmoid(x / 1e30) - sigmoid(x / -1e30) + y }),
        Row(
            testDescription: "beside a slope",
            fused: Pointwise { x, y in sigmoid(x) * sigmoidSlope(x) + sigmoid(-x) * y },
            eager: { x, y in sigmoid(x) * sigmoidSlope(x) + sigmoid(-x) * y }),
    ]

    @Test(arguments: rows, [DType.float32, .float64]) func sameBits(row: Row, dtype: DType) {
        let numbers: [Double] = [
            0, -0.0, 1, -1, 0.3, -7, 40, -90, 104, 800, 1e-40, -1e-40, 1e30, .infinity, -.infinity, .nan,
        ]
        let x = Tensor(numbers, [numbers.count], dtype)
        let y = x.reshaped([numbers.count, 1])
        let (one, many) = (row.fused(x, y), row.eager(x, y))
        #expect(sameNumbers(one, many), "\(one) \(many)")
    }

    /// And their gradients, whose programs share too.
    @Test(arguments: rows) func gradients(row: Row) throws {
        let numbers = [0.3, -7, 2, -0.25, 11]
        func gradients(_ f: (Tensor, Tensor) -> Tensor) throws -> [Tensor] {
            let (x, y) = (Tensor(numbers, [5], .float64).leaf, Tensor(Array(numbers.reversed()), [5], .float64).leaf)
            return try Cusp.gradients(of: [f(x, y).sum()], at: [x, y]).map { $0! }
        }
        for (one, many) in zip(try gradients { row.fused($0, $1) }, try gradients(row.eager)) {
            #expect(RandomProgramTests.agree(one, many, .smooth), "\(one) \(many)")
        }
    }
}
