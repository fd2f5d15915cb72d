import Cusp
import CuspNN

/// Every elementwise function, written once for tensors and for expressions.
enum Algebra {
    /// Where an operand may lie so that a function has a value and slopes of a moderate size.
    enum Place { case anywhere, positive, unit, aboveOne, nonzero }

    struct Entry: Sendable {
        let name: String
        let places: [Place]
        var arity: Int { places.count }
        init(_ name: String, _ places: Place...) { (self.name, self.places) = (name, places) }
    }

    static func apply<E: Elementwise>(_ index: Int, _ x: [E]) -> E {
        let (a, b, c) = (x[0], x[min(1, x.count - 1)], x[x.count - 1])
        switch entries[index].name {
        case "fmod": return fmod(a, b)
        case "remainder": return remainder(a, b)
        case "truncDivide": return truncDivide(a, b)
        case "floorDivide": return floorDivide(a, b)
        case "fmax": return fmax(a, b)
        case "fmin": return fmin(a, b)
        case "nextAfter": return nextAfter(a, b)
        case "frac": return frac(a)
        case "degrees": return degrees(a)
        case "radians": return radians(a)
        case "sinc": return sinc(a)
        case "xLog1p": return xLog1p(a, b)
        case "logit": return logit(a, eps: 0.1)
        case "lgamma": return lgamma(a)
        case "digamma": return digamma(a)
        case "polygamma": return polygamma(1, a)
        case "erfInverse": return erfInverse(0.5 * a)
        case "normalQuantile": return normalQuantile(sigmoid(a))
        case "+": return a + b
        case "-": return a - b
        case "*": return a * b
        case "/": return a / b
        case "prefix -": return -a
        case "abs": return abs(a)
        case "sign": return sign(a)
        case "copySign": return copySign(a, b)
        case "hypot": return hypot(a, b)
        case ".==": return a .== b
        case ".!=": return a .!= b
        case ".<": return a .< b
        case ".<=": return a .<= b
        case ".>": return a .> b
        case ".>=": return a .>= b
        case ".&": return a .& b
        case ".|": return a .| b
        case "prefix .!": return .!a
        case "isNaN": return isNaN(a)
        case "isInfinite": return isInfinite(a)
        case "isFinite": return isFinite(a)
        case "signBit": return signBit(a)
        case "erf": return erf(a)
        case "erfc": return erfc(a)
        case "gauss": return gauss(a)
        case "normalCDF": return normalCDF(a)
        case "normalDensity": return normalDensity(a)
        case "gelu": return gelu(a)
        case "geluTanh": return geluTanh(a)
        case "exp": return exp(a)
        case "expm1": return expm1(a)
        case "log": return log(a)
        case "log1p": return log1p(a)
        case "exp2": return exp2(a)
        case "log2": return log2(a)
        case "log10": return log10(a)
        case "logAddExp": return logAddExp(a, b)
        case "softplus": return softplus(a)
        case "silu": return silu(a)
        case "xLogY": return xLogY(a, b)
        case "sigmoid": return sigmoid(a)
        case "sigmoidSlope": return sigmoidSlope(a)
        case "sinh": return sinh(a)
        case "cosh": return cosh(a)
        case "tanh": return tanh(a)
        case "asinh": return asinh(a)
        case "acosh": return acosh(a)
        case "atanh": return atanh(a)
        case "pow": return pow(a, b)
        case "square": return square(a)
        case "sqrt": return sqrt(a)
        case "rsqrt": return rsqrt(a)
        case "reciprocal": return reciprocal(a)
        case "floor": return floor(a)
        case "ceil": return ceil(a)
        case "trunc": return trunc(a)
        case "round": return round(a)
        case "where": return `where`(a, b, c)
        case "maximum": return maximum(a, b)
        case "minimum": return minimum(a, b)
        case "clamp": return clamp(a, min: -0.75, max: 1)
        case "sin": return sin(a)
        case "cos": return cos(a)
        case "tan": return tan(a)
        case "asin": return asin(a)
        case "acos": return acos(a)
        case "atan": return atan(a)
        case "atan2": return atan2(a, b)
        case "heaviside": return heaviside(a, surrogate: .fastSigmoid(sharpness: 2))
        case "straightThroughRound": return straightThroughRound(a)
        case "straightThroughSign": return straightThroughSign(a)
        case "relu": return relu(a)
        case "relu6": return relu6(a)
        case "leakyRelu": return leakyRelu(a)
        case "prelu": return prelu(a, slope: b)
        case "elu": return elu(a)
        case "celu": return celu(a)
        case "selu": return selu(a)
        case "hardtanh": return hardtanh(a)
        case "hardsigmoid": return hardsigmoid(a)
        case "hardswish": return hardswish(a)
        case "mish": return mish(a)
        case "softsign": return softsign(a)
        case "tanhshrink": return tanhshrink(a)
        case "softshrink": return softshrink(a)
        case "hardshrink": return hardshrink(a)
        case "threshold": return threshold(a, bound: 0.25, value: 0.5)
        case "logSigmoid": return logSigmoid(a)
        default: fatalError("no case for \(entries[index].name)")
        }
    }

    static let entries: [Entry] = arithmetic + comparisons + functions + activations

    private static let arithmetic: [Entry] = [
        Entry("+", .anywhere, .anywhere), Entry("-", .anywhere, .anywhere), Entry("*", .anywhere, .anywhere),
        Entry("/", .anywhere, .nonzero), Entry("prefix -", .anywhere), Entry("abs", .anywhere),
        Entry("sign", .anywhere), Entry("copySign", .anywhere, .nonzero), Entry("hypot", .nonzero, .nonzero),
        Entry("floor", .anywhere), Entry("ceil", .anywhere), Entry("trunc", .anywhere), Entry("round", .anywhere),
        Entry("where", .anywhere, .anywhere, .anywhere), Entry("maximum", .anywhere, .anywhere),
        Entry("minimum", .anywhere, .anywhere), Entry("clamp", .anywhere), Entry("fmod", .anywhere, .nonzero),
        Entry("remainder", .anywhere, .nonzero), Entry("truncDivide", .anywhere, .nonzero),
        Entry("floorDivide", .anywhere, .nonzero), Entry("fmax", .anywhere, .anywhere),
        Entry("fmin", .anywhere, .anywhere), Entry("nextAfter", .anywhere, .anywhere), Entry("frac", .anywhere),
    ]

    private static let comparisons: [Entry] =
        [".==", ".!=", ".<", ".<=", ".>", ".>=", ".&", ".|"].map { Entry($0, .anywhere, .anywhere) }
        + ["prefix .!", "isNaN", "isInfinite", "isFinite", "signBit"].map { Entry($0, .anywhere) }

    private static let functions: [Entry] = [
        Entry("erf", .anywhere), Entry("erfc", .anywhere), Entry("gauss", .anywhere), Entry("normalCDF", .anywhere),
        Entry("normalDensity", .anywhere), Entry("gelu", .anywhere), Entry("geluTanh", .anywhere),
        Entry("exp", .unit), Entry("expm1", .unit), Entry("log", .positive), Entry("log1p", .positive),
        Entry("exp2", .unit), Entry("log2", .positive), Entry("log10", .positive),
        Entry("logAddExp", .anywhere, .anywhere), Entry("softplus", .anywhere), Entry("silu", .anywhere),
        Entry("xLogY", .anywhere, .positive), Entry("sigmoid", .anywhere), Entry("sigmoidSlope", .anywhere),
        Entry("sinh", .unit), Entry("cosh", .unit), Entry("tanh", .anywhere), Entry("asinh", .anywhere),
        Entry("acosh", .aboveOne), Entry("atanh", .unit), Entry("pow", .positive, .unit), Entry("square", .anywhere),
        Entry("sqrt", .positive), Entry("rsqrt", .positive), Entry("reciprocal", .nonzero), Entry("sin", .anywhere),
        Entry("cos", .anywhere), Entry("tan", .unit), Entry("asin", .unit), Entry("acos", .unit),
        Entry("atan", .anywhere), Entry("atan2", .nonzero, .nonzero), Entry("heaviside", .anywhere),
        Entry("straightThroughRound", .anywhere), Entry("straightThroughSign", .anywhere),
        Entry("degrees", .anywhere), Entry("radians", .anywhere), Entry("sinc", .anywhere),
        Entry("xLog1p", .anywhere, .positive), Entry("logit", .anywhere), Entry("lgamma", .positive),
        Entry("digamma", .positive), Entry("polygamma", .positive), Entry("erfInverse", .unit),
        Entry("normalQuantile", .anywhere),
    ]

    private static let activations: [Entry] =
        [
            "relu", "relu6", "leakyRelu", "elu", "celu", "selu", "hardtanh", "hardsigmoid", "hardswish", "mish",
            "softsign", "tanhshrink", "softshrink", "hardshrink", "threshold", "logSigmoid",
        ].map { Entry($0, .anywhere) } + [Entry("prelu", .anywhere, .anywhere)]

    /// Those of integers alone.
    static let wholes = [
        "bitwiseAnd", "bitwiseOr", "bitwiseXor", "bitwiseNot", "shiftLeft", "shiftRight", "gcd", "lcm",
    ]

    static func applyWhole<E: Elementwise>(_ name: String, _ a: E, _ b: E) -> E {
        switch name {
        case "bitwiseAnd": return bitwiseAnd(a, b)
        case "bitwiseOr": return bitwiseOr(a, b)
        case "bitwiseXor": return bitwiseXor(a, b)
        case "bitwiseNot": return bitwiseNot(a)
        case "shiftLeft": return shiftLeft(a, b)
        case "shiftRight": return shiftRight(a, b)
        case "gcd": return gcd(a, b)
        case "lcm": return lcm(a, b)
        default: fatalError("no case for \(name)")
        }
    }
}
