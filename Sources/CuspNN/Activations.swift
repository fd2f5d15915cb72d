import Cusp

// Each is one pointwise function, for tensors and inside other pointwise functions; derivatives are derived. At a kink the slope
// is that of the left-hand side, which is the one of least size.

private let rectifier = Pointwise { x in `where`(x .<= 0, 0, x) }
private let rectifier6 = Pointwise { x in `where`(x .<= 0, 0, `where`(x .>= 6, 6, x)) }
private let leakyRectifier = Pointwise { x, slope in `where`(x .> 0, x, slope * x) }
private let exponentialUnit = Pointwise { x, alpha in `where`(x .> 0, x, alpha * expm1(x)) }
private let continuousUnit = Pointwise { x, alpha in `where`(x .> 0, x, alpha * expm1(x / alpha)) }
private let scaledUnit = Pointwise { x in
    1.0507009873554804934 * `where`(x .> 0, x, 1.6732632423543772848 * expm1(x))
}
private let hardTangent = Pointwise { x, low, high in `where`(x .<= low, low, `where`(x .>= high, high, x)) }
private let hardLogistic = Pointwise { x in `where`(x .<= -3, 0, `where`(x .>= 3, 1, x / 6 + 0.5)) }
private let hardSwishFunction = Pointwise { x in `where`(x .<= -3, 0, `where`(x .>= 3, x, x * (x + 3) / 6)) }
/// Beyond these bounds it is x and 0 to the last bit; so it and its slope are at the infinities.
private let mishFunction = Pointwise { x in
    let low = maximum(x, -800)
    return `where`(x .> 40, x, low * tanh(softplus(low)))
}
// Derived, these two slopes would be differences of nearly equal numbers.
private let softSign = Pointwise { x in
    `where`(isInfinite(x), sign(x), x / (1 + abs(x)))
} derivative: { x in
    square(1 / (1 + abs(x)))
}
private let tangentShrink = Pointwise { x in
    x - tanh(x)
} derivative: { x in
    square(tanh(x))
}
private let softShrink = Pointwise { x, bound in `where`(abs(x) .<= bound, 0, x - bound * sign(x)) }
private let hardShrink = Pointwise { x, bound in `where`(abs(x) .<= bound, 0, x) }
private let thresholdFunction = Pointwise { x, bound, value in `where`(x .<= bound, value, x) }
private let logLogistic = Pointwise { x in -softplus(-x) }
private let gate = Pointwise { a, b in a * sigmoid(b) }

/// The rectifier, max(x, 0), element by element; NaN stays.
///
///     relu(Tensor([-1, 0, 2]))     // [0. 0. 2.]
///
/// The gradient is 1 above 0, else 0: at the kink it is the slope of least size.
public func relu<E: Elementwise>(_ x: E) -> E { rectifier.of(x) }

/// The rectifier up to 6: min(max(x, 0), 6). The gradient is 1 strictly between, else 0.
///
///     relu6(Tensor([-1, 2, 7]))     // [0. 2. 6.]
public func relu6<E: Elementwise>(_ x: E) -> E { rectifier6.of(x) }

/// x above 0, else `negativeSlope` · x; at 0 the gradient is `negativeSlope`.
///
///     leakyRelu(Tensor([-2, 3]), negativeSlope: 0.5)     // [-1.  3.]
public func leakyRelu<E: Elementwise>(_ x: E, negativeSlope: Double = 0.01) -> E { leakyRectifier.of(x, negativeSlope) }

/// x above 0, else a learned slope times x, which broadcasts: ``leakyRelu(_:negativeSlope:)`` with a gradient for the slope.
///
/// Source: He, Zhang, Ren, Sun, "Delving Deep into Rectifiers", ICCV 2015.
public func prelu<E: Elementwise>(_ x: E, slope: E) -> E { leakyRectifier.of(x, slope) }

/// x above 0, else alpha (eˣ - 1).
///
/// Source: Clevert, Unterthiner, Hochreiter, "Fast and Accurate Deep Network Learning by Exponential Linear Units", ICLR 2016.
public func elu<E: Elementwise>(_ x: E, alpha: Double = 1) -> E { exponentialUnit.of(x, alpha) }

/// ``elu(_:alpha:)`` with a continuous derivative: x above 0, else alpha (exp(x / alpha) - 1).
///
/// Source: Barron, "Continuously Differentiable Exponential Linear Units", 2017.
public func celu<E: Elementwise>(_ x: E, alpha: Double = 1) -> E { continuousUnit.of(x, alpha) }

/// 1.0507 x above 0, else 1.0507 · 1.6733 (eˣ - 1): keeps mean 0 and variance 1 from layer to layer.
///
/// Source: Klambauer, Unterthiner, Mayr, Hochreiter, "Self-Normalizing Neural Networks", NeurIPS 2017.
public func selu<E: Elementwise>(_ x: E) -> E { scaledUnit.of(x) }

/// x between the bounds, which have gradient 0 themselves.
///
///     hardtanh(Tensor([-2, 0.5, 2]))     // [-1.   0.5  1. ]
public func hardtanh<E: Elementwise>(_ x: E, min: Double = -1, max: Double = 1) -> E { hardTangent.of(x, min, max) }

/// x / 6 + 1/2 between -3 and 3, 0 below and 1 above.
public func hardsigmoid<E: Elementwise>(_ x: E) -> E { hardLogistic.of(x) }

/// x times its hardsigmoid: x (x + 3) / 6 between -3 and 3, 0 below and x above.
///
/// Source: Howard and others, "Searching for MobileNetV3", ICCV 2019.
public func hardswish<E: Elementwise>(_ x: E) -> E { hardSwishFunction.of(x) }

/// x tanh(log(1 + eˣ)), without overflow.
///
/// Source: Misra, "Mish: A Self Regularized Non-Monotonic Activation Function", BMVC 2020.
public func mish<E: Elementwise>(_ x: E) -> E { mishFunction.of(x) }

/// x / (1 + |x|).
///
///     softsign(Tensor([-1, 0, 3]))     // [-0.5   0.    0.75]
public func softsign<E: Elementwise>(_ x: E) -> E { softSign.of(x) }

/// x - tanh(x).
public func tanhshrink<E: Elementwise>(_ x: E) -> E { tangentShrink.of(x) }

/// x moved towards 0 by `bound`; 0 where |x| is not larger.
///
///     softshrink(Tensor([-2, 0.25, 1]))     // [-1.5  0.   0.5]
public func softshrink<E: Elementwise>(_ x: E, bound: Double = 0.5) -> E { softShrink.of(x, bound) }

/// x, but 0 where |x| is not larger than `bound`.
public func hardshrink<E: Elementwise>(_ x: E, bound: Double = 0.5) -> E { hardShrink.of(x, bound) }

/// x above `bound`, else `value`.
public func threshold<E: Elementwise>(_ x: E, bound: Double, value: Double) -> E {
    thresholdFunction.of(x, bound, value)
}

/// log σ(x), exact in both tails.
///
///     logSigmoid(Tensor([-100, 0]))     // [-100.         -0.6931472]
public func logSigmoid<E: Elementwise>(_ x: E) -> E { logLogistic.of(x) }

/// a · σ(b), where a and b are the two halves of x along `dim`, whose size has to be even.
///
/// Source: Dauphin, Fan, Auli, Grangier, "Language Modeling with Gated Convolutional Networks", ICML 2017.
public func glu(_ x: Tensor, dim: Int = -1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    attempt(file: file, line: line) { () throws(TensorError) in
        let dim = try x.shape.position(of: dim, in: "glu")
        let half = x.shape[dim] / 2
        guard x.shape[dim] == 2 * half else {
            throw TensorError(.shape, "glu: dimension \(dim) of the shape \(x.shape) has an odd size")
        }
        return gate(
            x.sliced(dim: dim, from: 0, count: half), x.sliced(dim: dim, from: half, count: half))
    }
}
