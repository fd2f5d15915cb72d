import Cusp

extension Operator {
    static let elementwise: Table = [
        "abs": .unary { abs($0) },
        "neg": .unary { -$0 },
        "positive": .unary { $0 },
        "sign": .unary { sign($0) },
        "sgn": .unary { sign($0) },
        "floor": .unary { floor($0) },
        "ceil": .unary { ceil($0) },
        "trunc": .unary { trunc($0) },
        "round": .one { call in
            let (x, decimals) = (try call.tensor(), try call.int("decimals", 0))
            return decimals == 0 ? round(x) : round(x, decimals: decimals)
        },
        "frac": .unary { frac($0) },
        "exp": .unary { exp($0) },
        "expm1": .unary { expm1($0) },
        "log": .unary { log($0) },
        "log1p": .unary { log1p($0) },
        "sqrt": .unary { sqrt($0) },
        "sigmoid": .unary { sigmoid($0) },
        "tanh": .unary { tanh($0) },
        "exp2": .unary { exp2($0) },
        "log2": .unary { log2($0) },
        "log10": .unary { log10($0) },
        "sin": .unary { sin($0) },
        "cos": .unary { cos($0) },
        "tan": .unary { tan($0) },
        "asin": .unary { asin($0) },
        "acos": .unary { acos($0) },
        "atan": .unary { atan($0) },
        "sinh": .unary { sinh($0) },
        "cosh": .unary { cosh($0) },
        "asinh": .unary { asinh($0) },
        "acosh": .unary { acosh($0) },
        "atanh": .unary { atanh($0) },
        "signbit": .unary { signBit($0) },
        "square": .unary { $0.dtype == .bool ? pow($0, 2) : square($0) },
        "reciprocal": .unary { reciprocal($0) },
        "rsqrt": .unary { rsqrt($0) },
        "deg2rad": .unary { radians($0) },
        "rad2deg": .unary { degrees($0) },
        "nan_to_num": .one { call in
            let (x, nan) = (try call.tensor(), try call.number("nan", 0).number.double)
            let (high, low) = (try call.optionalDouble("posinf"), try call.optionalDouble("neginf"))
            return nanToNumber(x, nan: nan, infinity: high, negativeInfinity: low)
        },
    ]

    static let binary: Table = [
        "add": .scaled { $0 + $1 },
        "__radd__": .pair({ $1 + $0 }, { $1 + $0 }),
        "sub": .scaled { $0 - $1 },
        "rsub": .one { call in
            let (x, y) = (try call.tensor(), try call.tensor("other"))
            return try y - call.scaled(x)
        },
        "__rsub__": .pair({ $1 - $0 }, { $1 - $0 }),
        "mul": .pair({ $0 * $1 }, { $0 * $1 }),
        "__rmul__": .pair({ $1 * $0 }, { $1 * $0 }),
        "maximum": .pair({ maximum($0, $1) }, { maximum($0, $1) }),
        "minimum": .pair({ minimum($0, $1) }, { minimum($0, $1) }),
        "fmax": .pair({ fmax($0, $1) }, { fmax($0, $1) }),
        "fmin": .pair({ fmin($0, $1) }, { fmin($0, $1) }),
        "nextafter": .pair({ nextAfter($0, $1) }, { nextAfter($0, $1) }),
        "logaddexp": .pair({ logAddExp($0, $1) }, { logAddExp($0, $1) }),
        "logaddexp2": .one { try logAddExp2($0.tensor(), $0.tensor("other")) },
        "hypot": .pair({ hypot($0, $1) }, { hypot($0, $1) }),
        "copysign": .pair({ copySign($0, $1) }, { copySign($0, $1) }),
        "xlogy": .pair({ xLogY($0, $1) }, { xLogY($0, $1) }),
        "atan2": .pair({ atan2($0, $1) }, { atan2($0, $1) }),
        "pow": .raised { try $0.pow($1) },
        "__rpow__": .raised { try $1.pow($0) },
        "float_power": .raised { try $0.double.pow($1.double) },
        "ldexp": .one { call in
            let (x, n) = (try call.tensor(), try call.tensor("other"))
            return x * exp2(n.dtype == .float64 ? n : n.asType(.float32))
        },
        "heaviside": .one { try heaviside($0.tensor(), $0.tensor("values")) },
    ]

    private static let logAddExp2 = Pointwise { x, y in
        let ln2 = 0.693147180559945309417
        return logAddExp(ln2 * x, ln2 * y) / ln2
    }

    /// Of two operands, of which one may be a number.
    private static func raised(_ body: @escaping @Sendable (Power, Power) throws -> Tensor) -> Operator {
        .one { call in
            let x = try Power(call.value("self"))
            return try body(x, Power(call.value("exponent")))
        }
    }

    /// Of two tensors, the second one times alpha.
    private static func scaled(_ body: @escaping @Sendable (Tensor, Tensor) -> Tensor) -> Operator {
        .one { call in
            let (x, y) = (try call.tensor(), try call.tensor("other"))
            return body(x, try call.scaled(y))
        }
    }

    private static let lerp = Pointwise { start, end, weight in start + weight * (end - start) }

    static let ternary: Table = [
        "where": .one { call in
            // PyTorch's cases have the mask in second place.
            let (a, mask, b) = (try call.tensor(), try call.tensor("condition"), try call.tensor("other"))
            return `where`(mask, a, b)
        },
        "lerp": .one { call in
            let (start, end) = (try call.tensor(), try call.tensor("end"))
            return switch call.value("weight") {
            case .float(let weight): lerp(start, end, weight)
            case .tensor(let weight): lerp(start, end, weight)
            default: throw Unsupported("a weight other than a tensor or a number")
            }
        },
        "addcmul": .one { call in
            let (x, a, b) = try call.threeOfOneType()
            return x + (try call.scaled(a * b, by: "value"))
        },
        "addcdiv": .one { call in
            let (x, a, b) = try call.threeOfOneType()
            return x + (try call.scaled(a / b, by: "value"))
        },
        "clamp": .one { call in
            let x = try call.tensor()
            return try x.bounded(below: call.value("min"), above: call.value("max"))
        },
        "clamp_min": .one { try $0.tensor().bounded(below: $0.value("min"), above: nil) },
        "clamp_max": .one { try $0.tensor().bounded(below: nil, above: $0.value("max")) },
        "masked_fill": .one { call in
            let (x, mask) = (try call.tensor(), try call.tensor("mask"))
            let result =
                switch call.value("value") {
                case .tensor(let value): `where`(mask, value, x)
                case let value?: `where`(mask, try value.number("value"), x)
                case nil: throw Unsupported("no value")
                }
            return result.asType(x.dtype)
        },
        "masked_select": .one { call in
            let (x, mask) = (try call.tensor(), try call.tensor("mask"))
            let shape = try Shape.broadcast(x.shape, mask.shape, for: "masked_select")
            return x.expanded(to: shape)[mask]
        },
    ]
}

extension Call {
    /// A tensor and two more, in the type of all three, which PyTorch computes in.
    fileprivate func threeOfOneType() throws -> (Tensor, Tensor, Tensor) {
        let (x, a, b) = (try tensor(), try tensor("tensor1"), try tensor("tensor2"))
        let type = DType.promoted(x.dtype, .promoted(a.dtype, b.dtype))
        return (x.asType(type), a.asType(type), b.asType(type))
    }

    func optionalDouble(_ name: String) throws -> Double? { try value(name)?.number(name).number.double }

    /// `x` times a factor that may be given by name.
    func scaled(_ x: Tensor, by name: String = "alpha") throws -> Tensor {
        try value(name).map { x * (try $0.number(name, in: x.dtype)) } ?? x
    }
}

extension Tensor {
    /// Clamped, where bounds are tensors, numbers or nothing.
    fileprivate func bounded(below min: Value<Tensor>?, above max: Value<Tensor>?) throws -> Tensor {
        switch (min, max) {
        case (.float(let min), .float(let max)): clamp(self, min: min, max: max)
        case (.float(let min), nil): clamp(self, min: min)
        case (nil, .float(let max)): clamp(self, max: max)
        case (.tensor(let min), .tensor(let max)): minimum(maximum(self, min), max)
        case (.tensor(let min), nil): maximum(self, min)
        case (nil, .tensor(let max)): minimum(self, max)
        default: throw Unsupported("such bounds")
        }
    }
}

/// A base or an exponent.
private enum Power {
    case tensor(Tensor)
    case number(any PlainNumber)

    init(_ value: Value<Tensor>?) throws {
        switch value {
        case .tensor(let tensor): self = .tensor(tensor)
        case let value?: self = .number(try value.number("a power's operand"))
        case nil: throw Unsupported("a power of nothing")
        }
    }

    var double: Power {
        switch self {
        case .tensor(let tensor): .tensor(tensor.asType(.float64))
        case .number(let number): .number(number.number.double)
        }
    }

    func pow(_ exponent: Power) throws -> Tensor {
        switch (self, exponent) {
        case (.tensor(let x), .tensor(let y)): Cusp.pow(x, y)
        case (.tensor(let x), .number(let y)): Cusp.pow(x, y)
        case (.number(let x), .tensor(let y)): Cusp.pow(x, y)
        case (.number, .number): throw Unsupported("a power of two numbers")
        }
    }
}
