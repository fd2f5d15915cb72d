import Cusp

/// Checks a derivative at kinks: that every partial derivative lies between the slopes from below and from above.
///
///     try oneSidedCheck(at: Tensor([0, 1])) { x in abs(x) }
///
/// That is what an elementwise function can be asked for where it has no derivative, and elsewhere that the derivative
/// is right. Inputs are taken as float64. A slope that is infinite on one side is beyond differences.
///
/// - Throws: ``CheckFailure``, and what `function` throws.
public func oneSidedCheck(
    at inputs: [Tensor], settings: CheckSettings = CheckSettings(tolerance: 1e-5),
    of function: ([Tensor]) throws -> Tensor
) throws {
    let x = try prepared("oneSidedCheck", inputs)
    let (values, pullback) = try vjp(at: x) { [try function($0)] }
    let y = values[0]
    let rows = try axes(of: [y]).map { row in try pullback(row.direction).map(\.numbers) }
    var mistakes: [String] = []
    for column in axes(of: x) {
        let below = try oneSidedSlope(at: x, along: column.direction, step: -settings.step, of: function)
        let above = try oneSidedSlope(at: x, along: column.direction, step: settings.step, of: function)
        for i in rows.indices {
            let found = rows[i][column.input][column.element]
            let slack = settings.tolerance * (1 + max(below[i].magnitude, above[i].magnitude))
            let (low, high) = (min(below[i], above[i]), max(below[i], above[i]))
            if found >= low - slack && found <= high + slack { continue }
            mistakes.append(
                "the derivative of element \(index(i, in: y.shape)) with respect to element "
                    + "\(index(column.element, in: x[column.input].shape)) of input \(column.input) is \(found), "
                    + "not between the slopes \(below[i]) from below and \(above[i]) from above")
        }
    }
    if !mistakes.isEmpty { throw CheckFailure(check: "oneSidedCheck", mistakes: mistakes) }
}

/// The same for a function of one tensor.
public func oneSidedCheck(
    at x: Tensor, settings: CheckSettings = CheckSettings(tolerance: 1e-5), of function: (Tensor) throws -> Tensor
) throws {
    try oneSidedCheck(at: [x], settings: settings) { try function($0[0]) }
}

/// Checks a gradient at a kink of any number of dimensions: that it lies in Clarke's subdifferential, the convex hull
/// of the gradients around.
///
///     try clarkeCheck(at: Tensor([1, 1])) { x in maximum(x[0], x[1]) }     // [0.5, 0.5] is between [1, 0] and [0, 1]
///
/// The gradients around are those at random points near x, so a function that is wrong everywhere is for
/// ``gradientCheck(at:settings:of:)-(Tensor,_,_)`` to find. Inputs are taken as float64. Source: F. H. Clarke,
/// "Optimization and Nonsmooth Analysis", 1983, theorem 2.5.1.
///
/// - Parameters:
///   - radius: how far from x the points are at most in each dimension.
///   - samples: how many there are.
/// - Throws: ``CheckFailure``, and what `function`, which gives one number, throws.
public func clarkeCheck(
    at x: Tensor, radius: Double = 1e-6, samples: Int = 256, settings: CheckSettings = CheckSettings(tolerance: 1e-4),
    of function: (Tensor) throws -> Tensor
) throws {
    let x = try prepared("clarkeCheck", [x])[0]
    let found = try gradient(at: x, of: function).numbers
    var random = RandomStream(seed: settings.seed)
    let around = try (0..<samples).map { _ in
        try gradient(at: x + random.direction(like: x) * radius, of: function).numbers
    }
    let nearest = ConvexHull(around).nearest(to: found)
    let distance = zip(found, nearest).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    let size = (around + [found]).map { $0.reduce(0) { $0 + $1 * $1 } }.max()!.squareRoot()
    if !(distance <= settings.tolerance * (1 + size)) {
        throw CheckFailure(
            check: "clarkeCheck",
            mistakes: [
                "the gradient \(found) is \(distance) away from the convex hull of the gradients around, whose nearest point is \(nearest)"
            ])
    }
}
