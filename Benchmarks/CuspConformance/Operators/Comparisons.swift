import Cusp

extension Operator {
    static let comparisons: Table = [
        "eq": .pair({ $0 .== $1 }, { $0 .== $1 }),
        "ne": .pair({ $0 .!= $1 }, { $0 .!= $1 }),
        "lt": .pair({ $0 .< $1 }, { $0 .< $1 }),
        "le": .pair({ $0 .<= $1 }, { $0 .<= $1 }),
        "gt": .pair({ $0 .> $1 }, { $0 .> $1 }),
        "ge": .pair({ $0 .>= $1 }, { $0 .>= $1 }),
        "isnan": .unary { isNaN($0) },
        "isinf": .unary { isInfinite($0) },
        "isfinite": .unary { isFinite($0) },
        "isposinf": .unary { $0 .== Double.infinity },
        "isneginf": .unary { $0 .== -Double.infinity },
        "isreal": .unary { .full($0.shape, true, dtype: .bool) },
        "logical_and": .one { try $0.tensor() .& $0.tensor("other") },
        "logical_or": .one { try $0.tensor() .| $0.tensor("other") },
        "logical_xor": .one { try ($0.tensor() .!= 0) .!= ($0.tensor("other") .!= 0) },
        "logical_not": .unary { .!$0 },
        "isclose": .one { try closeness($0) },
        // These two give a Bool, and a case holds tensors only.
        "allclose": .many { call in
            _ = try closeness(call).array(of: Bool.self).allSatisfy { $0 }
            return []
        },
        "equal": .many { call in
            let (x, y) = (try call.tensor(), try call.tensor("other"))
            _ = x.shape == y.shape && (x .== y).array(of: Bool.self).allSatisfy { $0 }
            return []
        },
    ]

    private static func closeness(_ call: Call) throws -> Tensor {
        let (x, y) = (try call.tensor(), try call.tensor("other"))
        let relative = try call.number("rtol", 1e-5).number.double
        let absolute = try call.number("atol", 1e-8).number.double
        let close = isClose(x, y, relative, absolute)
        return try call.bool("equal_nan") ? close .| (isNaN(x) .& isNaN(y)) : close
    }

    private static let isClose = Pointwise { x, y, relative, absolute in
        (x .== y) .| (abs(x - y) .<= absolute + relative * abs(y)) .& (abs(x - y) .< Double.infinity)
    }
}
