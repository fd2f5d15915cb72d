import CKernels

extension PointwiseFunction {
    static let power = PointwiseFunction(CK_pow)
    static let square = PointwiseFunction(CK_square)
    static let squareRoot = PointwiseFunction(CK_sqrt)
    static let reciprocalSquareRoot = PointwiseFunction(CK_rsqrt)
    static let reciprocal = PointwiseFunction(CK_reciprocal)
}

/// xʸ, element by element; the exponents 1, 2, 3, 1/2 and the negatives of 1, 2, 1/2 take a few multiplications, divisions and
/// roots only.
///
///     pow(Tensor([1, 2, 3]), 2)                 // [1. 4. 9.]
///     pow(Tensor([-8, 4]), Tensor([3, 0.5]))    // [-512.    2.]
///
/// As in IEEE 754 x⁰ and 1ʸ are 1, even for NaN, and a negative x gives NaN unless y is whole. Of integers the result is an
/// integer, and wraps around; with a negative exponent it is 0, but for 1 and -1.
///
/// The gradient with respect to x is y xʸ⁻¹, 0 where y is 0; with respect to y it is xʸ log x, 0 where x is 0 and y is not
/// negative.
public func pow<E: Elementwise>(_ x: E, _ y: E) -> E { .apply(.power, x, y) }
public func pow<E: Elementwise>(_ x: E, _ y: some Scalar) -> E { .apply(.power, x, y) }
public func pow<E: Elementwise>(_ x: some Scalar, _ y: E) -> E { .apply(.power, x, y) }

/// x².
public func square<E: Elementwise>(_ x: E) -> E { .apply(.square, x) }

/// The square root; NaN below 0. Its gradient at 0 is infinite, unless the gradient that arrives there is 0.
public func sqrt<E: Elementwise>(_ x: E) -> E { .apply(.squareRoot, x) }

/// 1 / √x; infinite at 0, NaN below.
public func rsqrt<E: Elementwise>(_ x: E) -> E { .apply(.reciprocalSquareRoot, x) }

/// 1 / x.
public func reciprocal<E: Elementwise>(_ x: E) -> E { .apply(.reciprocal, x) }
