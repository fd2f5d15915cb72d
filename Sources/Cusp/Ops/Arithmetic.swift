import CKernels

// Each elementwise function is defined once, for tensors and for expressions: see ``Elementwise``.

extension PointwiseFunction {
    @usableFromInline static let add = PointwiseFunction(CK_add)
    @usableFromInline static let subtract = PointwiseFunction(CK_sub)
    @usableFromInline static let multiply = PointwiseFunction(CK_mul)
    @usableFromInline static let divide = PointwiseFunction(CK_div)
    static let negate = PointwiseFunction(CK_neg)
    static let absolute = PointwiseFunction(CK_abs)
    static let sign = PointwiseFunction(CK_sign)
    static let chain = PointwiseFunction(CK_chain)
    static let copySign = PointwiseFunction(CK_copysign)
    static let hypotenuse = PointwiseFunction(CK_hypot)
}

extension Elementwise {
    /// a + b, element by element; booleans: or. Shapes broadcast, types are promoted.
    @inlinable public static func + (a: Self, b: Self) -> Self { apply(.add, a, b) }
    @inlinable public static func + (a: Self, b: some Scalar) -> Self { apply(.add, a, b) }
    @inlinable public static func + (a: some Scalar, b: Self) -> Self { apply(.add, a, b) }

    /// a - b, element by element.
    @inlinable public static func - (a: Self, b: Self) -> Self { apply(.subtract, a, b) }
    @inlinable public static func - (a: Self, b: some Scalar) -> Self { apply(.subtract, a, b) }
    @inlinable public static func - (a: some Scalar, b: Self) -> Self { apply(.subtract, a, b) }

    /// a · b, element by element; booleans: and.
    @inlinable public static func * (a: Self, b: Self) -> Self { apply(.multiply, a, b) }
    @inlinable public static func * (a: Self, b: some Scalar) -> Self { apply(.multiply, a, b) }
    @inlinable public static func * (a: some Scalar, b: Self) -> Self { apply(.multiply, a, b) }

    /// a / b, element by element; integers give floats.
    @inlinable public static func / (a: Self, b: Self) -> Self { apply(.divide, a, b) }
    @inlinable public static func / (a: Self, b: some Scalar) -> Self { apply(.divide, a, b) }
    @inlinable public static func / (a: some Scalar, b: Self) -> Self { apply(.divide, a, b) }

    /// -a, element by element.
    public static prefix func - (a: Self) -> Self { apply(.negate, a) }
}

/// |x|. Its gradient at 0 is 0.
///
///     abs(Tensor([-2, 0, 3]))     // [2. 0. 3.]
public func abs<E: Elementwise>(_ x: E) -> E { .apply(.absolute, x) }

/// -1, 0 or 1, with the sign of x; NaN for NaN. Its gradient is 0.
public func sign<E: Elementwise>(_ x: E) -> E { .apply(.sign, x) }

/// |a| with the sign of b. The gradient is that of |a| times the sign.
///
///     copySign(Tensor([1, -2]), Tensor([-0.0, 3]))     // [-1.  2.]
public func copySign<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.copySign, a, b) }
public func copySign<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.copySign, a, b) }
public func copySign<E: Elementwise>(_ a: some Scalar, _ b: E) -> E { .apply(.copySign, a, b) }

/// √(a² + b²), without overflow on the way. Its gradient at the origin is 0, the slope of least size.
///
///     hypot(Tensor([3, 1e30]), Tensor([4, 1e30]))     // [5.0000000e+00 1.4142136e+30]
public func hypot<E: Elementwise>(_ a: E, _ b: E) -> E { .apply(.hypotenuse, a, b) }
public func hypot<E: Elementwise>(_ a: E, _ b: some Scalar) -> E { .apply(.hypotenuse, a, b) }
public func hypot<E: Elementwise>(_ a: some Scalar, _ b: E) -> E { .apply(.hypotenuse, a, b) }

/// g · d, but 0 where g is 0, whatever d is: the product of the chain rule.
func chain<E: Elementwise>(_ g: E, _ d: E) -> E { .apply(.chain, g, d) }
