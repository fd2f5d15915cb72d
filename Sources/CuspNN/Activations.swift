import Cusp

private let rectifier = Pointwise { x in `where`(x .<= 0, 0, x) }

/// The rectifier, max(x, 0), element by element; NaN stays.
///
///     relu(Tensor([-1, 0, 2]))     // [0. 0. 2.]
///
/// The gradient is 1 above 0, else 0: at the kink it is the slope of least size.
public func relu(_ x: Tensor) -> Tensor { rectifier(x) }

/// The rectifier inside a ``Pointwise`` function.
public func relu(_ x: Expression) -> Expression { rectifier(x) }
