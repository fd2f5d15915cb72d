import Cusp
import Foundation

extension Operator {
    static let special: Table = [
        "erf": .unary { erf($0) },
        "erfc": .unary { erfc($0) },
        "special.ndtr": .unary { normalCDF($0) },
        "erfinv": .unary { erfInverse($0) },
        "special.ndtri": .unary { normalQuantile($0) },
        "lgamma": .unary { lgamma($0) },
        "digamma": .unary { digamma($0) },
        "polygamma": .one { call in
            // PyTorch's samples have the tensor first.
            let x = try call.tensor()
            return polygamma(try call.int("n"), x)
        },
        "mvlgamma": .one { call in
            let (x, p) = (try call.tensor(), try call.int("p"))
            let constant = 0.25 * Double(p * (p - 1)) * log(Double.pi)
            return (0..<p).reduce(Tensor(constant).asType(x.dtype)) { $0 + lgamma(x - 0.5 * Double($1)) }
        },
        "sinc": .unary { sinc($0) },
        "logit": .one { call in
            let x = try call.tensor()
            return logit(x, eps: try call.optionalDouble("eps"))
        },
        "special.xlog1py": .pair({ xLog1p($0, $1) }, { xLog1p($0, $1) }),
        "special.entr": .pointwise(Pointwise { x in `where`(x .< 0, -Double.infinity, -xLogY(x, x)) }),
    ]
}
