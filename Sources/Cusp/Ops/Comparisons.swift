import CKernels

extension PointwiseFunction {
    static let equal = PointwiseFunction(CK_eq)
    static let notEqual = PointwiseFunction(CK_ne)
    static let less = PointwiseFunction(CK_lt)
    static let lessOrEqual = PointwiseFunction(CK_le)
    static let greater = PointwiseFunction(CK_gt)
    static let greaterOrEqual = PointwiseFunction(CK_ge)
    static let isNaN = PointwiseFunction(CK_isnan)
    static let signBit = PointwiseFunction(CK_signbit)
    static let isInfinite = PointwiseFunction("isInfinite", arity: 1) { abs($0[0]) .== Double.infinity }
    static let isFinite = PointwiseFunction("isFinite", arity: 1) { abs($0[0]) .< Double.infinity }
    static let and = PointwiseFunction("and", arity: 2) { ($0[0] .!= 0) * ($0[1] .!= 0) }
    static let or = PointwiseFunction("or", arity: 2) { Cusp.maximum($0[0] .!= 0, $0[1] .!= 0) }
    static let not = PointwiseFunction("not", arity: 1) { $0[0] .== 0 }
}

/// Comparisons, element by element, give booleans, and no gradients.
extension Elementwise {
    public static func .== (a: Self, b: Self) -> Self { apply(.equal, a, b) }
    public static func .== (a: Self, b: some Scalar) -> Self { apply(.equal, a, b) }
    public static func .== (a: some Scalar, b: Self) -> Self { apply(.equal, a, b) }

    public static func .!= (a: Self, b: Self) -> Self { apply(.notEqual, a, b) }
    public static func .!= (a: Self, b: some Scalar) -> Self { apply(.notEqual, a, b) }
    public static func .!= (a: some Scalar, b: Self) -> Self { apply(.notEqual, a, b) }

    public static func .< (a: Self, b: Self) -> Self { apply(.less, a, b) }
    public static func .< (a: Self, b: some Scalar) -> Self { apply(.less, a, b) }
    public static func .< (a: some Scalar, b: Self) -> Self { apply(.less, a, b) }

    public static func .<= (a: Self, b: Self) -> Self { apply(.lessOrEqual, a, b) }
    public static func .<= (a: Self, b: some Scalar) -> Self { apply(.lessOrEqual, a, b) }
    public static func .<= (a: some Scalar, b: Self) -> Self { apply(.lessOrEqual, a, b) }

    public static func .> (a: Self, b: Self) -> Self { apply(.greater, a, b) }
    public static func .> (a: Self, b: some Scalar) -> Self { apply(.greater, a, b) }
    public static func .> (a: some Scalar, b: Self) -> Self { apply(.greater, a, b) }

    public static func .>= (a: Self, b: Self) -> Self { apply(.greaterOrEqual, a, b) }
    public static func .>= (a: Self, b: some Scalar) -> Self { apply(.greaterOrEqual, a, b) }
    public static func .>= (a: some Scalar, b: Self) -> Self { apply(.greaterOrEqual, a, b) }

    /// Whether both are true (a number: not 0).
    public static func .& (a: Self, b: Self) -> Self { apply(.and, a, b) }
    /// Whether one is true at least.
    public static func .| (a: Self, b: Self) -> Self { apply(.or, a, b) }
    /// Whether it is false.
    public static prefix func .! (a: Self) -> Self { apply(.not, a) }
}

/// Whether an element is NaN.
public func isNaN<E: Elementwise>(_ x: E) -> E { .apply(.isNaN, x) }

/// Whether an element is +inf or -inf.
public func isInfinite<E: Elementwise>(_ x: E) -> E { .apply(.isInfinite, x) }

/// Whether an element is a number: neither infinite nor NaN.
public func isFinite<E: Elementwise>(_ x: E) -> E { .apply(.isFinite, x) }

/// Whether the sign is minus; of -0 it is.
public func signBit<E: Elementwise>(_ x: E) -> E { .apply(.signBit, x) }
