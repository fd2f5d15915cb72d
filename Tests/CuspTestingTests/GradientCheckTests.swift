import Cusp
import CuspTesting
import Testing

/// What a check throws, as text; nil for nothing.
func failure(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return "\(error)" }
    return nil
}

/// The checks see what is right and what is wrong.
@Suite struct GradientCheckTests {
    let x = Tensor([[0.7, -1.2, 2.1], [0.4, 1.5, -0.3]])
    let w = Tensor([[1.1, -0.4], [0.3, 0.9], [-0.8, 0.2]])

    @Test func right() throws {
        #expect(try gradientCheck(at: [x, w]) { p in tanh(matmul(p[0], p[1])) } < 1e-7)
        try gradientCheck(at: x) { x in x.softmax(dim: 1) }
        try gradientCheck(at: [x, Tensor([1, 2, 3])]) { p in p[0] * p[1] }
        try gradientCheck(at: x) { _ in Tensor([1, 2]) }
        try secondOrderCheck(at: [x, w]) { p in sigmoid(matmul(p[0], p[1])) }
        try secondOrderCheck(at: x) { x in (x * x * x).logSumExp(dim: 0) }
        try secondOrderCheck(at: x) { x in x * 2 }
    }

    static let factors = [1.000_01, 0.999, 2, 0, -1, .nan]

    /// x³ with a given derivative, 3x² times a factor.
    @Test(arguments: factors)
    func wrongSlope(factor: Double) {
        let cube = Pointwise { x in
            x * x * x
        } derivative: { x in
            3 * x * x * Expression(factor)
        }
        for seed in 0..<5 as Range<UInt64> {
            let text = failure { try gradientCheck(at: x, settings: CheckSettings(seed: seed)) { cube($0) } }
            #expect(text?.hasPrefix("gradientCheck:\n") == true && text?.contains("differences") == true)
        }
    }

    /// Found by directions alone, where the Jacobian is too large to look at.
    @Test(arguments: factors)
    func wrongSlopeWithoutJacobian(factor: Double) {
        let cube = Pointwise { x in
            x * x * x
        } derivative: { x in
            3 * x * x * Expression(factor)
        }
        let text = failure { try gradientCheck(at: x, settings: CheckSettings(largestJacobian: 0)) { cube($0) } }
        #expect(text?.contains("along a random direction") == true)
    }

    @Test func oneWrongElement() {
        let wrong = Pointwise { x in
            x * x
        } derivative: { x in
            `where`(x .> 2, 2.001 * x, 2 * x)
        }
        let text = failure { try gradientCheck(at: x) { wrong($0) } }
        #expect(
            text?.contains("the derivative of element [0, 2] with respect to element [0, 2] of input 0 is 4.2") == true)
        #expect(text?.contains("element [0, 1]") == false)
    }

    @Test func cutGradient() {
        #expect(failure { try gradientCheck(at: x) { x in x * x.detached() } } != nil)
        #expect(failure { try gradientCheck(at: x) { x in (x * 2).detached() } } != nil)
    }

    struct Cube: CustomFunction {
        var forward = 1.0
        var cutsSecond = false
        var jvp: (@Sendable ([Tensor?], Tensor) throws -> Tensor?)? {
            { v, x in v[0].map { $0 * 3 * x * x * forward } }
        }
        func forward(_ x: [Tensor]) -> (Tensor, context: Tensor) { (x[0] * x[0] * x[0], x[0]) }
        func backward(_ g: Tensor, _ x: Tensor) -> [Tensor?] { [g * 3 * (cutsSecond ? (x * x).detached() : x * x)] }
    }

    @Test func wrongForwardRule() throws {
        try gradientCheck(at: x) { Cube()($0) }
        let text = failure { try gradientCheck(at: x) { Cube(forward: 1.001)($0) } }
        #expect(text?.contains("forward mode gives") == true)
    }

    @Test func wrongSecondOrder() throws {
        try secondOrderCheck(at: x) { Cube()($0) }
        try gradientCheck(at: x) { Cube(cutsSecond: true)($0) }
        let text = failure { try secondOrderCheck(at: x) { Cube(cutsSecond: true)($0) } }
        #expect(text?.hasPrefix("secondOrderCheck:") == true)
    }

    @Test func errors() {
        struct Stop: Error {}
        #expect(throws: Stop.self) { try gradientCheck(at: x) { _ in throw Stop() } }
        #expect(
            failure { try gradientCheck(at: Tensor.range(3)) { $0 } }?.contains(
                "input 0 is of type int64, which has no gradient; let the function capture it") == true)
    }
}
