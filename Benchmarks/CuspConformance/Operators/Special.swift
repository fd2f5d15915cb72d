import Cusp

extension Operator {
    static let special: Table = [
        "erf": .unary { erf($0) },
        "erfc": .unary { erfc($0) },
        "special.ndtr": .unary { normalCDF($0) },
        "sinc": .unary { sinc($0) },
        "logit": .one { call in
            let x = try call.tensor()
            return logit(x, eps: try call.optionalDouble("eps"))
        },
        "special.xlog1py": .pair({ xLog1p($0, $1) }, { xLog1p($0, $1) }),
        "special.entr": .pointwise(Pointwise { x in `where`(x .< 0, -Double.infinity, -xLogY(x, x)) }),
    ]
}
