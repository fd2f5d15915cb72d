import Cusp
import Foundation
import Testing

@Suite struct SurrogateTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let surrogate: Surrogate
        let slope: @Sendable (Double) -> Double
    }

    static let cases = [
        Case(testDescription: "sigmoid", surrogate: .sigmoid(sharpness: 5)) { x in
            5 / ((1 + Foundation.exp(-5 * x)) * (1 + Foundation.exp(5 * x)))
        },
        Case(testDescription: "fastSigmoid", surrogate: .fastSigmoid(sharpness: 4)) { x in
            pow(1 + 4 * x.magnitude, -2)
        },
        Case(testDescription: "arctan", surrogate: .arctan(sharpness: 3)) { x in
            1.5 / (1 + pow(Double.pi / 2 * 3 * x, 2))
        },
        Case(testDescription: "triangle", surrogate: .triangle(sharpness: 2)) { x in
            2 * Swift.max(0, 1 - 2 * x.magnitude)
        },
    ]

    @Test(arguments: cases, [DType.float32, .float64]) func slopes(c: Case, dtype: DType) throws {
        let points = [-2, -0.3, 0, 0.1, 0.45, 1]
        let x = Tensor(points, [6], dtype).leaf
        let y = heaviside(x, surrogate: c.surrogate)
        #expect(y.dtype == dtype && y.elements == [0, 0, 1, 1, 1, 1])
        try y.sum().backward()
        for (got, point) in zip(x.grad!.elements, x.elements) {
            let expected = c.slope(point)
            #expect(Swift.abs(got - expected) <= (dtype == .float32 ? 1e-5 : 1e-13) * (expected + 1e-3))
        }
        // Inside a larger function, the same.
        let larger = Pointwise { x in 2 * heaviside(x - 0.1, surrogate: c.surrogate) }
        let z = (x.detached() + 0.1).leaf
        try larger(z).sum().backward()
        for (a, b) in zip(z.grad!.elements, x.grad!.elements) { #expect(Swift.abs(a - 2 * b) < 1e-4) }
    }

    @Test func straightThrough() throws {
        let x = Tensor([-1.6, -0.5, 0, 0.5, 1.5]).leaf
        let rounded = straightThroughRound(x)
        #expect(rounded.floats == [-2, 0, 0, 0, 2])
        try (rounded * 3).sum().backward()
        #expect(x.grad?.floats == [3, 3, 3, 3, 3])
        x.grad = nil
        let signs = straightThroughSign(x)
        #expect(signs.floats == [-1, -1, 1, 1, 1])
        try signs.sum().backward()
        #expect(x.grad?.floats == [0, 1, 1, 1, 0])
    }
}
