import Cusp
import CuspTesting
import Testing

@Suite struct KinkChecksTests {
    let x = Tensor([0, 1, -2, 0.5])

    @Test func oneSided() throws {
        try oneSidedCheck(at: x) { abs($0) }
        try oneSidedCheck(at: x) { clamp($0, min: 0, max: 1) }
        try oneSidedCheck(at: [x, x]) { maximum($0[0], $0[1]) }
        try KinkPolicy.legacy.use { try oneSidedCheck(at: x) { clamp($0, min: 0, max: 1) } }
        try oneSidedCheck(at: x) { ($0 * $0).sum() }
    }

    @Test(arguments: [1.01, -1.01, 3, .nan])
    func wrongAtTheKink(slope: Double) {
        let wrong = Pointwise { x in
            abs(x)
        } derivative: { x in
            `where`(x .== 0, Expression(slope), sign(x))
        }
        let text = failure { try oneSidedCheck(at: x) { wrong($0) } }
        #expect(text?.contains("with respect to element [0] of input 0 is \(slope)") == true)
        #expect(text?.contains("from below and") == true)
        #expect(failure { try clarkeCheck(at: x) { wrong($0).sum() } } != nil)
    }

    @Test func wrongElsewhere() {
        let wrong = Pointwise { x in
            abs(x)
        } derivative: { x in
            0.9 * sign(x)
        }
        #expect(failure { try oneSidedCheck(at: x) { wrong($0) } }?.contains("element [1]") == true)
    }

    @Test func clarke() throws {
        try clarkeCheck(at: Tensor([1, 1])) { x in maximum(x[0], x[1]) }
        try clarkeCheck(at: x) { x in abs(x).sum() }
        // max(x, y) + |x - 2y| at the origin, where four pieces meet.
        try clarkeCheck(at: Tensor([0, 0])) { x in maximum(x[0], x[1]) + abs(x[0] - 2 * x[1]) }
        try clarkeCheck(at: Tensor([3, 4])) { x in (x * x).sum() }
    }

    /// Between the slopes on every axis, but outside of the hull: (1, 1) at a maximum of two coordinates.
    @Test func clarkeSeesMore() throws {
        struct Wrong: CustomFunction {
            func forward(_ x: [Tensor]) -> (Tensor, context: Tensor) { (maximum(x[0][0], x[0][1]), x[0]) }
            func backward(_ g: Tensor, _ x: Tensor) -> [Tensor?] {
                [g * `where`(x .== x.flipped(dim: 0), 1, (x .> x.flipped(dim: 0)).asType(.float64))]
            }
        }
        try oneSidedCheck(at: Tensor([1, 1])) { Wrong()($0) }
        let text = failure { try clarkeCheck(at: Tensor([1, 1])) { Wrong()($0) } }
        #expect(text?.contains("the gradient [1.0, 1.0] is 0.7") == true)
    }
}
