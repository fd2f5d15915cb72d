import Cusp
import Testing

/// The gradient checks see wrong gradients.
@Suite struct GradientCheckTests {
    /// x³ with a gradient of 3x² times a factor, whose own derivative may be cut off.
    struct Cube: CustomFunction {
        var factor = 1.0
        var cutsSecond = false
        var shape: Shape?

        func forward(_ x: [Tensor]) -> (Tensor, context: Tensor) { (x[0] * x[0] * x[0], x[0]) }

        func backward(_ g: Tensor, _ x: Tensor) -> [Tensor?] {
            [g * 3 * (cutsSecond ? (x * x).detached() : x * x) * factor]
        }
    }

    let x = Tensor([0.7, -1.2, 2.1, 0.4])

    @Test func right() throws {
        var check = GradientCheck(seed: 1)
        #expect(try check.first({ Cube()($0) }, [x]) == nil)
        #expect(try check.second({ Cube()($0) }, [x]) == nil)
    }

    @Test(arguments: [1.000_01, 0.999, 0, -1, .nan])
    func wrong(factor: Double) throws {
        for seed in 0..<20 {
            var check = GradientCheck(seed: seed)
            #expect(try check.first({ Cube(factor: factor)($0) }, [x]) != nil, "seed \(seed)")
        }
    }

    @Test func wrongSecond() throws {
        for seed in 0..<20 {
            var check = GradientCheck(seed: seed)
            #expect(try check.first({ Cube(cutsSecond: true)($0) }, [x]) == nil)
            #expect(try check.second({ Cube(cutsSecond: true)($0) }, [x]) != nil, "seed \(seed)")
        }
    }

    @Test func detachedIsWrong() throws {
        var check = GradientCheck(seed: 2)
        #expect(try check.first({ ($0[0] * 2).detached() }, [x]) != nil)
        #expect(try check.first({ $0[0] * $0[0].detached() }, [x]) != nil)
    }
}
