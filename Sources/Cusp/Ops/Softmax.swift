import CKernels

/// The share e^(x - y) of x in the log-sum-exp y, with the limits where the plain form has none: nothing but -inf gives 0, and
/// +inf takes all.
let logSumExpSlope = Pointwise { x, y in `where`(y .== -Double.infinity, 0, `where`(x .== y, 1, exp(x - y))) }

private let weighted = Pointwise { g, y in g * y }
/// Of g, the result y and the sum of g · y; of g, y and the sum of g.
private let softmaxGradient = Pointwise { g, y, sum in y * (g - sum) }
private let logSoftmaxGradient = Pointwise { g, y, sum in g - exp(y) * sum }

extension PointwiseFunction {
    /// The gradient of logSumExp: operands g, x and the result y.
    static let logSumExpGradient = PointwiseFunction("gradient of logSumExp", arity: 3) {
        Cusp.chain($0[0], Cusp.exp($0[1] - $0[2]))
    }
    /// What the slopes exp(x - y) add up to if y is the rounded result: 1, but for the rounding.
    static let logSumExpSlope = PointwiseFunction("gradient of logSumExp", arity: 2) { Cusp.exp($0[0] - $0[1]) }
    /// The same with the limits.
    static let logSumExpGradientAtInfinity = PointwiseFunction("gradient of logSumExp", arity: 3) {
        Cusp.chain($0[0], Cusp.logSumExpSlope.of($0[1], $0[2]))
    }
    static let chained = PointwiseFunction("gradient of logSumExp", arity: 2) { Cusp.chain($0[0], $0[1]) }
    /// 0 of what is finite, else NaN.
    static let nothing = PointwiseFunction("gradient of logSumExp", arity: 1) { $0[0] - $0[0] }
    /// The one of the policy in force.
    static var logSumExpGradientByPolicy: PointwiseFunction {
        KinkPolicy.current == .legacy ? logSumExpGradient : logSumExpGradientAtInfinity
    }
}

extension Tensor {
    /// log Σ eˣ over these dimensions, or over all, in one read of memory, without overflow; -inf of nothing.
    ///
    ///     Tensor([1000, 1000]).logSumExp()     // 1000.6931
    ///
    /// The gradient is the softmax; 0 where all elements are -inf (NaN under ``KinkPolicy/legacy``).
    public func logSumExp(
        dims: [Int]? = nil, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let x = asType(dtype.floating)
        return attempt(file: file, line: line) { () throws(TensorError) in
            let part = try Reduced("logSumExp", shape, dims)
            let slope = PointwiseFunction.logSumExpGradientByPolicy
            let result = try x.reduced(CK_LOG_SUM_EXP, part, keepDim)
            let saved = SavedTensor(x, for: x)
            return recordKeepingResult("logSumExp", x, result: result) { g, y, inputs in
                try inputs.give(0) {
                    let (x, y, g) = (try saved!.tensor, part.restored(y), part.restored(g))
                    if let gradient = try x.finiteSlopes(g, y, part) { return gradient }
                    return .apply(slope, g / (try x.slopeSum(y, part)), x, y)
                }
            }
        }
    }

    /// log Σ eˣ over the dimension `dim`.
    public func logSumExp(
        dim: Int, keepDim: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        logSumExp(dims: [dim], keepDim: keepDim, file: file, line: line)
    }

    /// eˣ / Σ eˣ over the dimension `dim`: positive, with the sum 1.
    ///
    ///     Tensor([0, 0, 0, 0]).softmax(dim: 0)     // [0.25 0.25 0.25 0.25]
    public func softmax(dim: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let x = asType(dtype.floating)
        return attempt(file: file, line: line) { () throws(TensorError) in
            let result = try x.normalized("softmax", logarithm: false, dim)
            return recordKeepingResult("softmax", x, result: result) { g, y, inputs in
                inputs.give(0) { softmaxGradient(g, y, weighted.sum(g, y, dims: [dim], keepDim: true)) }
            }
        }
    }

    /// The logarithm of the softmax over the dimension `dim`, x - logSumExp(x), which keeps small probabilities.
    public func logSoftmax(dim: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let x = asType(dtype.floating)
        return attempt(file: file, line: line) { () throws(TensorError) in
            let result = try x.normalized("logSoftmax", logarithm: true, dim)
            return recordKeepingResult("logSoftmax", x, result: result) { g, y, inputs in
                inputs.give(0) { logSoftmaxGradient(g, y, g.sum(dim: dim, keepDim: true)) }
            }
        }
    }

    /// The gradient where the whole of it is the softmax times `g`: nothing is infinite, and no second derivative is asked for.
    private func finiteSlopes(_ g: Tensor, _ y: Tensor, _ part: Reduced) throws(TensorError) -> Tensor? {
        guard part.dims.count == 1, !Recording.isOn, g.dtype == dtype else { return nil }
        let spread = try PointwiseFunction.nothing.reduce(.sum, [.value(y)], Array(0..<y.rank), false)
        guard spread.item(as: Double.self) == 0 else { return nil }
        let slopes = Tensor(try normalized("softmax", logarithm: false, part.dims[0]))
        let operands: [2 of Operand<Tensor>] = [.value(g), .value(slopes)]
        return try PointwiseFunction.chained.evaluate(operands.span, over: slopes)
    }

    /// Σ exp(x - y) over the dimensions of a log-sum-exp whose rounded result y is: dividing by it takes the rounding out
    /// of the gradient, which in float32 is 5e-4 of it where y is 1e4. A constant: of the exact y it would be 1.
    private func slopeSum(_ y: Tensor, _ part: Reduced) throws(TensorError) -> Tensor {
        let (x, y) = (detached(), y.detached())
        let sum = try PointwiseFunction.logSumExpSlope.reduce(.sum, [.value(x), .value(y)], part.dims, true)
        // Where y is infinite there is nothing to correct.
        return `where`((y - y) .== 0, sum, 1)
    }

    private func normalized(_ name: String, logarithm: Bool, _ dim: Int) throws(TensorError) -> Buffer {
        try scanned(name, dim) { type, axis, from, to in ck_softmax(logarithm, type, axis, from, to) }
    }
}
