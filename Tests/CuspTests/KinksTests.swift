import Cusp
import Foundation
import Testing

/// Gradients at kinks, ties and bounds, under both policies. The numbers are those of conformance/export_kinks.py.
struct KinkRow: Sendable, CustomTestStringConvertible {
    let name: String
    let operands: [[Double]]
    let apply: @Sendable ([Tensor]) -> Tensor
    let minimumNorm: [[Double]]
    let legacy: [[Double]]
    var testDescription: String { name }

    init(
        _ name: String, _ operands: [[Double]], _ gradients: [[Double]], legacy: [[Double]]? = nil,
        _ apply: @escaping @Sendable ([Tensor]) -> Tensor
    ) {
        (self.name, self.operands, self.apply, minimumNorm) = (name, operands, apply, gradients)
        self.legacy = legacy ?? gradients
    }

    private static let (inf, nan) = (Double.infinity, Double.nan)

    static let all: [KinkRow] = [
        .init("abs", [[0, -0.0, 2]], [[0, 0, 1]]) { abs($0[0]) },
        .init("sign", [[0, 1]], [[0, 0]]) { sign($0[0]) },
        .init("sigmoid", [[-inf, inf]], [[0, 0]]) { sigmoid($0[0]) },
        .init("tanh", [[-inf, inf]], [[0, 0]]) { tanh($0[0]) },
        .init("clamp", [[0, 1, 0.5, 2, -1]], [[0, 0, 1, 0, 0]], legacy: [[1, 1, 1, 0, 0]]) {
            clamp($0[0], min: 0, max: 1)
        },
        .init("clamp min", [[0, 1]], [[0, 1]], legacy: [[1, 1]]) { clamp($0[0], min: 0) },
        .init("clamp max", [[0, -1]], [[0, 1]], legacy: [[1, 1]]) { clamp($0[0], max: 0) },
        .init("clamp of NaN", [[0, nan]], [[1, 0]]) { clamp($0[0], min: -100) },
        .init("clamp, bounds crossed", [[0.5]], [[0]]) { clamp($0[0], min: 1, max: 0) },
        .init("maximum", [[1, 2, nan], [1, 1, 1]], [[0.5, 1, 1], [0.5, 0, 1]]) { maximum($0[0], $0[1]) },
        .init("minimum", [[1, 2], [1, 1]], [[0.5, 0], [0.5, 1]]) { minimum($0[0], $0[1]) },
        .init("maximum of infinities", [[inf, -0.0], [inf, 0]], [[0.5, 0.5], [0.5, 0.5]]) { maximum($0[0], $0[1]) },
        .init("fmax", [[1, nan, 2], [1, 1, 1]], [[0.5, 0, 1], [0.5, 1, 0]], legacy: [[1, 0, 1], [0, 1, 0]]) {
            fmax($0[0], $0[1])
        },
        .init("fmin", [[1, 1, 2], [1, nan, 1]], [[0.5, 1, 0], [0.5, 0, 1]], legacy: [[1, 1, 0], [0, 0, 1]]) {
            fmin($0[0], $0[1])
        },
        .init("fmod", [[1, 2.5], [1, 1]], [[1, 1], [-1, -2]]) { fmod($0[0], $0[1]) },
        .init("remainder", [[4, 2.5], [2, 1]], [[1, 1], [-2, -2]]) { remainder($0[0], $0[1]) },
        .init("heaviside", [[0, 1, -1], [0.5, 0.5, 0.5]], [[0, 0, 0], [1, 0, 0]]) {
            heaviside($0[0], $0[1]) + 0 * $0[0]
        },
        .init("sinc", [[0, 1e-4]], [[0, -0.0003289868101226757]]) { sinc($0[0]) },
        .init("nanToNumber", [[nan, inf, -inf, 2]], [[0, 0, 0, 1]]) { nanToNumber($0[0]) },
        .init("erfInverse at 1", [[1, -1]], [[inf, inf]]) { erfInverse($0[0]) },
        .init("norm of order 3 at 0", [[0, 0]], [[0, 0]]) { $0[0].norm(3) },
        .init("norm of order 1/2", [[0, 4, -1]], [[0, 1.5, -3]]) { $0[0].norm(0.5) },
        .init("norm of order 1/2 at 0", [[0, 0]], [[0, 0]]) { $0[0].norm(0.5) },
        .init("max", [[1, 3, 3, 2, 3]], [[0, 1 / 3.0, 1 / 3.0, 0, 1 / 3.0]]) { $0[0].max() },
        .init("min", [[1, 3, 1, 2]], [[0.5, 0, 0.5, 0]]) { $0[0].min() },
        .init("sqrt", [[0, 4]], [[inf, 0.25]]) { sqrt($0[0]) },
        .init("log", [[0, 1]], [[inf, 1]]) { log($0[0]) },
        .init("log1p", [[-1, 0]], [[inf, 1]]) { log1p($0[0]) },
        .init("rsqrt", [[0, 4]], [[-inf, -0.0625]]) { rsqrt($0[0]) },
        .init("reciprocal", [[0, 2]], [[-inf, -0.25]]) { reciprocal($0[0]) },
        .init(
            "pow", [[0, 0, 0, 2], [0, 2, 0.5, 3]], [[0, 0, inf, 12], [0, 0, 0, 8 * Foundation.log(2.0)]]
        ) { pow($0[0], $0[1]) },
        .init("pow, exponent 0", [[0, 2]], [[0, 0]]) { pow($0[0], 0) },
        .init("pow, exponent 1", [[0, 2]], [[1, 1]]) { pow($0[0], 1) },
        .init("logAddExp of -inf", [[-inf, 0], [-inf, -inf]], [[0, 1], [0, 0]], legacy: [[nan, 1], [nan, 0]]) {
            logAddExp($0[0], $0[1])
        },
        .init("asin at 1", [[1]], [[inf]]) { asin($0[0]) },
        .init("acos at 1", [[1]], [[-inf]]) { acos($0[0]) },
        .init("acosh at 1", [[1]], [[inf]]) { acosh($0[0]) },
        .init("atan2 at 0", [[0], [0]], [[0], [0]]) { atan2($0[0], $0[1]) },
        .init("hypot", [[0, 3], [0, 4]], [[0, 0.6], [0, 0.8]]) { hypot($0[0], $0[1]) },
        .init(
            "xLogY", [[0, 0, 2], [0, 2, 1]], [[0, Foundation.log(2.0), 0], [0, 0, 2]],
            legacy: [[0, Foundation.log(2.0), 0], [nan, 0, 2]]
        ) { xLogY($0[0], $0[1]) },
        .init("silu", [[-inf, inf, -800]], [[0, 1, 0]]) { silu($0[0]) },
        .init("gelu", [[-inf, inf, -800]], [[0, 1, 0]]) { gelu($0[0]) },
        .init("geluTanh", [[-inf, -800, 20]], [[0, 0, 1]]) { geluTanh($0[0]) },
        .init("softplus", [[-inf, inf, 0]], [[0, 1, 0.5]]) { softplus($0[0]) },
        .init("erf", [[-inf, inf, 0]], [[0, 0, 2 / Double.pi.squareRoot()]]) { erf($0[0]) },
        .init("erfc in its tail", [[-inf, inf, 5]], [[0, 0, -2 / Double.pi.squareRoot() * exp(-25)]]) { erfc($0[0]) },
        .init("logSumExp of -inf", [[-inf, -inf]], [[0, 0]], legacy: [[nan, nan]]) { $0[0].logSumExp(dim: 0) },
        .init("logSumExp, one -inf", [[-inf, 1]], [[0, 1]]) { $0[0].logSumExp(dim: 0) },
        .init("logSumExp, large", [[1e4, 1e4 - 1]], [[1 / (1 + exp(-1)), 1 / (1 + exp(1))]]) {
            $0[0].logSumExp(dim: 0)
        },
        .init("logSumExp of inf", [[inf, 1]], [[1, 0]], legacy: [[nan, 0]]) { $0[0].logSumExp(dim: 0) },
        .init("cumulativeLogSumExp of -inf", [[-inf, -inf, 1]], [[0, 0, 1]], legacy: [[nan, nan, 1]]) {
            $0[0].cumulativeLogSumExp(dim: 0)
        },
        .init("cumulativeLogSumExp, -inf behind", [[1, -inf]], [[2, 0]]) { $0[0].cumulativeLogSumExp(dim: 0) },
        .init("cumulativeLogSumExp of inf", [[1, inf, 1]], [[1, 2, 0]], legacy: [[1, nan, 0]]) {
            $0[0].cumulativeLogSumExp(dim: 0)
        },
        .init("median", [[1, 2, 2, 2, 5]], [[0, 1 / 3.0, 1 / 3.0, 1 / 3.0, 0]]) { $0[0].median() },
        .init("median of NaN", [[1, nan, 2, nan]], [[0, 0.5, 0, 0.5]]) { $0[0].median() },
        .init("where", [[0, 4, -1]], [[0, 0.25, 0]]) { `where`($0[0] .> 0, sqrt($0[0]), 0) },
    ]

    func problem(_ gradients: [Tensor], _ policy: KinkPolicy) -> String? {
        let expected = policy == .legacy ? legacy : minimumNorm
        for (got, expected) in zip(gradients.map(\.elements), expected) {
            for (got, expected) in zip(got, expected) {
                let tolerance = gradients[0].dtype == .float64 ? 1e-9 : 1e-3
                let same =
                    got == expected || got.isNaN && expected.isNaN || abs(got - expected) < tolerance * abs(expected)
                if !same { return "\(gradients.map(\.elements)), not \(expected)" }
            }
        }
        return nil
    }
}

@Suite struct KinksTests {
    @Test(arguments: KinkRow.all, KinkPolicy.allCases)
    func gradients(row: KinkRow, policy: KinkPolicy) throws {
        for dtype in [DType.float64, .float32] {
            let leaves = row.operands.map { Tensor($0, [$0.count], dtype).leaf }
            let y = policy.use { row.apply(leaves) }
            // The policy is that of the call, not that of the backward pass.
            let other: KinkPolicy = policy == .legacy ? .minimumNorm : .legacy
            try other.use { try y.backward(gradient: .ones(y.shape)) }
            #expect(row.problem(leaves.map { $0.grad! }, policy) == nil, "\(dtype)")
        }
    }

    @Test func thePolicyIsScoped() {
        #expect(KinkPolicy.current == .minimumNorm)
        KinkPolicy.legacy.use {
            #expect(KinkPolicy.current == .legacy)
            KinkPolicy.minimumNorm.use { #expect(KinkPolicy.current == .minimumNorm) }
            #expect(KinkPolicy.current == .legacy)
        }
        struct Stop: Error {}
        #expect(throws: Stop.self) { try KinkPolicy.legacy.use { throw Stop() } }
        #expect(KinkPolicy.current == .minimumNorm)
    }

    @Test func acrossTasks() async {
        let inside = await KinkPolicy.legacy.use { await Task { KinkPolicy.current }.value }
        #expect(inside == .legacy)
    }

    @Test func keptOnAnotherThread() async throws {
        let x = Tensor([0, 1, 0.5]).leaf
        let fused = Pointwise { x in clamp(x, min: 0) * 2 }
        let (eager, one) = KinkPolicy.legacy.use { (clamp(x, min: 0), fused(x)) }
        let gradients = try await Task.detached {
            try [eager, one].map { try Cusp.gradients(of: [$0.sum()], at: [x])[0]!.floats }
        }.value
        #expect(gradients == [[1, 1, 1], [2, 2, 2]])
        #expect(try Cusp.gradients(of: [fused(x).sum()], at: [x])[0]!.floats == [0, 2, 2])
    }

    /// What was not selected contributes nothing, whatever it is.
    @Test(arguments: [DType.float32, .float64])
    func zerosAreStructural(dtype: DType) throws {
        let fused: [Pointwise<1>] = [
            Pointwise { x in `where`(x .> 0, sqrt(x), 0) }, Pointwise { x in `where`(x .> 0, log(x), 0) },
            Pointwise { x in `where`(x .> 0, 1 / x, 0) }, Pointwise { x in `where`(x .<= 0, 0, sqrt(sqrt(x))) },
            Pointwise { x in sqrt(clamp(x, min: 1)) }, Pointwise { x in `where`(x .> 0, sqrt(x) * log(x), 0) },
        ]
        let eager: [(Tensor) -> Tensor] = [
            { `where`($0 .> 0, sqrt($0), 0) }, { `where`($0 .> 0, log($0), 0) }, { `where`($0 .> 0, 1 / $0, 0) },
            { `where`($0 .<= 0, 0, sqrt(sqrt($0))) }, { sqrt(clamp($0, min: 1)) },
            { `where`($0 .> 0, sqrt($0) * log($0), 0) },
        ]
        for (i, (one, many)) in zip(fused, eager).enumerated() {
            for f in [{ one($0) }, many] {
                let x = Tensor([0, -1, -.infinity, .nan, 4], [5], dtype).leaf
                let g = try Cusp.gradients(of: [f(x).sum()], at: [x], createGraph: true)[0]!
                #expect(g.elements[0..<3].allSatisfy { $0 == 0 } && g.elements[4].isFinite, "function \(i): \(g)")
                guard g.requiresGrad else { continue }
                let second = try Cusp.gradients(of: [g.sum()], at: [x], allowUnused: true)[0]
                let finite = second?.elements[0..<3].allSatisfy { $0 == 0 } ?? true
                #expect(finite, "second derivative of function \(i): \(String(describing: second))")
            }
        }
    }

    /// Value, gradient and second gradient where the branch that is left out has none, in each of the ways to leave it out.
    @Test(arguments: [DType.float32, .float64]) func everyWayToLeaveOut(dtype: DType) throws {
        // At 4: √x, 1/(2√x) and -1/(4 x√x); at 0, -1, -inf and NaN what is left instead, which is constant.
        let points: [Double] = [4, 0, -1, -.infinity, .nan]
        let expected: [Double] = [0.25, 0, 0, 0, 0]
        let second: [Double] = [-0.03125, 0, 0, 0, 0]
        let eager: [(name: String, f: (Tensor) -> Tensor)] = [
            ("where", { `where`($0 .> 0, sqrt($0), 0) }),
            ("where, a tensor besides", { `where`($0 .> 0, sqrt($0), Tensor.zeros([5], dtype: dtype)) }),
            ("where, the other branch", { `where`(.!($0 .> 0), 0, sqrt($0)) }),
            ("where, of where", { `where`($0 .> 0, `where`($0 .> 1, sqrt($0), log($0)), 0) }),
            ("a mask read", { sqrt($0)[$0 .> 0].sum() }),
            (
                "a mask written",
                { x in
                    var y = sqrt(x)
                    y[.!(x .> 0)] = 0
                    return y
                }
            ),
            ("an element", { sqrt($0)[0] }),
            ("maximum", { maximum(sqrt(`where`($0 .> 0, $0, 0)), 1) }),
            ("minimum", { -minimum(-sqrt(`where`($0 .> 0, $0, 0)), -1) }),
            ("clamp", { clamp(sqrt(`where`($0 .> 0, $0, 0)), min: 1) }),
            ("clamp, both", { clamp(sqrt(`where`($0 .> 0, $0, 0)), min: 1, max: 100) }),
            ("clamp from above", { -clamp(-sqrt(`where`($0 .> 0, $0, 0)), max: -1) }),
        ]
        for (name, f) in eager {
            let x = Tensor(points, [5], dtype).leaf
            let y = f(x)
            #expect(y.sum().elements[0].isFinite, "\(name)")
            let first = try Cusp.gradients(of: [y.sum()], at: [x], createGraph: true)[0]!
            #expect(first.elements == expected, "\(name): \(first)")
            let again = try Cusp.gradients(of: [first.sum()], at: [x])[0]!
            #expect(again.elements == second, "second of \(name): \(again)")
        }
    }

    @Test func masksAreStructural() throws {
        let x = Tensor([0, 4, -1]).leaf
        try sqrt(x)[x .> 0].sum().backward()
        #expect(x.grad?.floats == [0, 0.25, 0])
        x.grad = nil
        var y = sqrt(x)
        y[x .<= 0] = 0
        try y.sum().backward()
        #expect(x.grad?.floats == [0, 0.25, 0])
        x.grad = nil
        try sqrt(x)[1].backward()
        #expect(x.grad?.floats == [0, 0.25, 0])
    }

    @Test func theRulerMeasures() {
        let row = KinkRow.all.first { $0.name == "clamp" }!
        #expect(row.problem([Tensor([0, 0, 1, 0, 0])], .minimumNorm) == nil)
        #expect(row.problem([Tensor([0, 0, 1, 0, 0])], .legacy) != nil)
        #expect(row.problem([Tensor([.nan, 0, 1, 0, 0] as [Float])], .minimumNorm) != nil)
    }
}
