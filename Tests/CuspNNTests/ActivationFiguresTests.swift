import Cusp
import CuspNN
import CuspTesting
import Testing

/// Activations at ordinary and at extreme points, against PyTorch's figures, and where those are not what the function is or tends
/// to, against the limits.
@Suite struct ActivationFiguresTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let apply: @Sendable (Tensor) -> Tensor
        let fused: Pointwise<1>
        /// By point: value and gradient, where PyTorch's are not exact, or NaN where there is a limit. From mpmath.
        let limits: [Double: (Double, Double)]
        /// The slope where x is NaN, where it is not PyTorch's.
        let slopeAtNaN: Double?

        init(
            _ name: String, limits: [Double: (Double, Double)] = [:], slopeAtNaN: Double? = nil,
            _ apply: @escaping @Sendable (Tensor) -> Tensor, _ written: (Expression) -> Expression
        ) {
            (testDescription, self.apply, fused) = (name, apply, Pointwise(written))
            (self.limits, self.slopeAtNaN) = (limits, slopeAtNaN)
        }
    }

    private static let inf = Double.infinity
    /// PyTorch's slope is 1/6 in float32.
    private static let inner: [Double: (Double, Double)] = [-1, -0.5, -1e-9, 0, 1e-9, 0.25, 0.5, 1].reduce(into: [:]) {
        $0[$1] = ($1 / 6 + 0.5, 1 / 6.0)
    }
    private static let tails: [Double: (Double, Double)] = [
        -100: (-1, 5.5355861069469501e-87), -20: (-1, 1.6993417021166355e-17),
        -6: (-0.99998771165079557, 2.4576547405332701e-5), 6: (0.99998771165079557, 2.4576547405332701e-5),
        20: (1, 1.6993417021166355e-17), 100: (1, 5.5355861069469501e-87),
    ]

    static let rows: [Row] = [
        Row("relu", { relu($0) }, { relu($0) }),
        Row("relu6", slopeAtNaN: 1, { relu6($0) }, { relu6($0) }),
        Row("leakyRelu", { leakyRelu($0) }, { leakyRelu($0) }),
        Row("elu", { elu($0) }, { elu($0) }),
        Row("celu", { celu($0, alpha: 2) }, { celu($0, alpha: 2) }),
        Row("selu", { selu($0) }, { selu($0) }),
        Row("hardtanh", slopeAtNaN: 1, { hardtanh($0) }, { hardtanh($0) }),
        Row("hardsigmoid", limits: inner, slopeAtNaN: 1 / 6.0, { hardsigmoid($0) }, { hardsigmoid($0) }),
        Row("hardswish", limits: [-inf: (0, 0)], { hardswish($0) }, { hardswish($0) }),
        Row("mish", limits: [-inf: (0, 0), inf: (inf, 1)], { mish($0) }, { mish($0) }),
        Row("softsign", limits: [-inf: (-1, 0), inf: (1, 0)], { softsign($0) }, { softsign($0) }),
        Row("tanhshrink", limits: [-1e-9: (0, 1e-18), 1e-9: (0, 1e-18)], { tanhshrink($0) }, { tanhshrink($0) }),
        Row("softshrink", slopeAtNaN: 1, { softshrink($0) }, { softshrink($0) }),
        Row("hardshrink", slopeAtNaN: 1, { hardshrink($0) }, { hardshrink($0) }),
        Row(
            "threshold", { threshold($0, bound: 0.25, value: 2) },
            { threshold($0, bound: 0.25, value: 2) }),
        Row("logSigmoid", { logSigmoid($0) }, { logSigmoid($0) }),
        Row("silu", limits: [-inf: (0, 0), inf: (inf, 1)], { silu($0) }, { silu($0) }),
        Row(
            "gelu",
            limits: [
                -inf: (0, 0), -20: (-5.5072482372124674e-88, -1.1014360483133464e-86),
                -6: (-5.9195258702261888e-9, -3.5468709453902015e-8), inf: (inf, 1),
            ], { gelu($0) }, { gelu($0) }),
        Row(
            "geluTanh",
            limits: [
                -inf: (0, 0), -1e300: (0, 0), -20: (-3.3754509563109673e-261, -2.9424328724945029e-259),
                -6: (-8.4396467007622971e-11, -7.7099739309536955e-10), 1e300: (1e300, 1), inf: (inf, 1),
            ], { geluTanh($0) }, { geluTanh($0) }),
        Row("softplus", limits: [1e4: (1e4, 1)], { softplus($0) }, { softplus($0) }),
        Row(
            "sigmoid", limits: [20: (0.9999999979388463, 2.0611536139418493e-9), 100: (1, 3.720075976020836e-44)],
            { sigmoid($0) }, { sigmoid($0) }),
        Row("tanh", limits: tails, { tanh($0) }, { tanh($0) }),
    ]

    @Test func everyReferenceHasARow() {
        #expect(Set(Self.rows.map(\.testDescription)) == Set(FunctionReferences.activations.keys))
    }

    @Test(arguments: rows, KinkPolicy.allCases) func asPyTorch(row: Row, policy: KinkPolicy) throws {
        let (values, gradients) = FunctionReferences.activations[row.testDescription]!
        for f in [row.apply, { row.fused($0) }] {
            var x = Tensor(FunctionReferences.points as [Double], shape: [FunctionReferences.points.count])
            x.requiresGrad = true
            let y = policy.use { f(x) }
            try y.backward(gradient: Tensor.ones(y.shape, dtype: .float64))
            let pairs = zip(zip(values, gradients), zip(y.array(of: Double.self), x.grad!.array(of: Double.self)))
            for (point, (theirs, ours)) in zip(FunctionReferences.points, pairs) {
                var (value, gradient) = row.limits[point] ?? theirs
                if point.isNaN, let slope = row.slopeAtNaN { gradient = slope }
                #expect(Self.agree(ours.0, value), "at \(point): \(ours.0), not \(value)")
                #expect(Self.agree(ours.1, gradient), "slope at \(point): \(ours.1), not \(gradient)")
            }
        }
    }

    static func agree(_ a: Double, _ b: Double) -> Bool {
        a == b || a.isNaN && b.isNaN || (a - b).magnitude <= 1e-12 * b.magnitude + 1e-300
    }

    @Test func theRulerMeasures() {
        #expect(
            Self.agree(.nan, .nan) && Self.agree(-0.0, 0) && Self.agree(1, 1 + 1e-13)
                && Self.agree(.infinity, .infinity))
        #expect(
            !Self.agree(1, .nan) && !Self.agree(1, 1 + 1e-11) && !Self.agree(0, 1e-20) && !Self.agree(.infinity, 1e300))
    }

    /// In float32 the figures are those of float64, but for rounding; what is tiny keeps its digits.
    @Test(arguments: rows) func inFloat32(row: Row) throws {
        let points = FunctionReferences.points.filter { $0.magnitude < 1e5 }
        func run(_ dtype: DType) throws -> [Double] {
            var x = Tensor(points.map { Double(Float($0)) }, shape: [points.count]).asType(dtype)
            x.requiresGrad = true
            let y = row.apply(x)
            #expect(y.dtype == dtype)
            try y.sum().backward()
            return y.array(of: Double.self) + x.grad!.array(of: Double.self)
        }
        for (i, (single, double)) in zip(try run(.float32), try run(.float64)).enumerated() {
            let smallest = Double(Float.leastNormalMagnitude)
            #expect(abs(single - double) <= 2e-5 * abs(double) + smallest, "\(i): \(single), not \(double)")
        }
    }

    /// First and second derivatives against differences, away from the kinks.
    @Test(arguments: rows) func gradients(row: Row) throws {
        let x = Tensor([-4.3, -2.1, -0.7, -0.3, 0.1, 0.4, 0.8, 1.7, 4.1, 7.2], dtype: .float64)
        _ = try gradientCheck(at: [x], of: { row.apply($0[0]) })
        _ = try secondOrderCheck(at: [x], of: { row.apply($0[0]) })
    }

    @Test func ofIntegersAndOfNothing() {
        let n = Tensor([-1, 0, 4], dtype: .int64)
        #expect(relu(n).dtype == .int64 && relu(n).array(of: Int.self) == [0, 0, 4])
        #expect(elu(n).dtype == .float32 && softsign(n).floats == [-0.5, 0, 0.8])
        for row in Self.rows { #expect(row.apply(Tensor.zeros([0, 3])).shape == [0, 3], "\(row.testDescription)") }
    }
}
