// Functions that jump or are flat, with slopes that learn: each a pointwise function with its derivative by decree.

/// What stands in for the slope of a step, which is 0 but at the jump. The sharpness k says how narrow it is.
public struct Surrogate: Sendable {
    private let function: Pointwise<2>
    private let sharpness: Double

    /// k σ(kx) σ(-kx), the slope of a sigmoid.
    public static func sigmoid(sharpness: Double = 25) -> Surrogate {
        Surrogate(function: ofSigmoid, sharpness: sharpness)
    }
    private static let ofSigmoid = Pointwise { x, _ in
        x .>= 0
    } derivative: { x, k in
        (k * sigmoidSlope(k * x), nil)
    }

    /// 1 / (1 + k|x|)².
    ///
    /// Source: Zenke, Ganguli, "SuperSpike: Supervised Learning in Multilayer Spiking Neural Networks", 2018.
    public static func fastSigmoid(sharpness: Double = 10) -> Surrogate {
        Surrogate(function: ofFastSigmoid, sharpness: sharpness)
    }
    private static let ofFastSigmoid = Pointwise { x, _ in
        x .>= 0
    } derivative: { x, k in
        let d = 1 + k * abs(x)
        return (1 / (d * d), nil)
    }

    /// (k / 2) / (1 + (π k x / 2)²), the slope of an arc tangent.
    ///
    /// Source: Fang, Yu, Chen, Masquelier, Huang, Tian, "Incorporating Learnable Membrane Time Constant to Enhance Learning of
    /// Spiking Neural Networks", ICCV 2021.
    public static func arctan(sharpness: Double = 2) -> Surrogate {
        Surrogate(function: ofArctan, sharpness: sharpness)
    }
    private static let ofArctan = Pointwise { x, _ in
        x .>= 0
    } derivative: { x, k in
        let z = (Double.pi / 2) * k * x
        return (0.5 * k / (1 + z * z), nil)
    }

    /// max(0, 1 - k|x|) · k.
    ///
    /// Source: Bellec, Salaj, Subramoney, Legenstein, Maass, "Long short-term memory and learning-to-learn in networks of spiking
    /// neurons", NeurIPS 2018.
    public static func triangle(sharpness: Double = 1) -> Surrogate {
        Surrogate(function: ofTriangle, sharpness: sharpness)
    }
    private static let ofTriangle = Pointwise { x, _ in
        x .>= 0
    } derivative: { x, k in
        (k * maximum(1 - k * abs(x), 0), nil)
    }

    fileprivate func step<E: Elementwise>(_ x: E) -> E { function.of(x, sharpness) }
}

/// 1 where x is 0 or more, else 0, with a slope that learns.
///
///     let u = Tensor([-1, 0, 0.5], requiresGrad: true)
///     let spikes = heaviside(u, surrogate: .triangle())     // [0. 1. 1.]
///     try spikes.sum().backward()
///     u.grad!                                               // [0.  1.  0.5]
public func heaviside<E: Elementwise>(_ x: E, surrogate: Surrogate) -> E { surrogate.step(x) }

private let passedRound = Pointwise { x in
    round(x)
} derivative: { _ in
    1
}
private let passedSign = Pointwise { x in
    `where`(x .>= 0, 1.0, -1.0)
} derivative: { x in
    `where`(abs(x) .<= 1, 1.0, 0.0)
}

/// The nearest whole number, with the gradient of x itself.
///
/// Source: Bengio, Léonard, Courville, "Estimating or Propagating Gradients Through Stochastic Neurons for Conditional Computation",
/// 2013.
public func straightThroughRound<E: Elementwise>(_ x: E) -> E { passedRound.of(x) }

/// 1 where x is 0 or more, else -1, with the gradient of x itself where |x| is at most 1, else 0.
///
/// Source: Courbariaux, Hubara, Soudry, El-Yaniv, Bengio, "Binarized Neural Networks", 2016.
public func straightThroughSign<E: Elementwise>(_ x: E) -> E { passedSign.of(x) }
