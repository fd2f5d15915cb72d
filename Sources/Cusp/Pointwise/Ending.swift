// A pointwise function whose results are reduced as they are computed: nothing of the function's shape is written to memory.

extension Pointwise {
    /// The sum of the function's values over these dimensions of the broadcast shape, or over all, in one pass.
    ///
    ///     let squared = Pointwise { x, y in (x - y) * (x - y) }
    ///     squared.sum(Tensor([1, 2, 3]), 1)     // 5.
    ///
    /// The gradient, too, is one pass, and saves the operands only; where operands want gradients it is computed in the same
    /// pass as the sum, for the gradient that arrived the last time (at first 1), and once more if another one arrives. Traps
    /// where the number of operands is not that of the function.
    public func sum<each O: TensorOperand>(
        _ operands: repeat each O, dims: [Int]? = nil, keepDim: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            try function.reduce(.sum, try list("sum", repeat each operands), dims, keepDim)
        }
    }

    /// The mean of the function's values over these dimensions of the broadcast shape, or over all, in one pass.
    public func mean<each O: TensorOperand>(
        _ operands: repeat each O, dims: [Int]? = nil, keepDim: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            let list = try list("mean", repeat each operands)
            let total = try function.reduce(.sum, list, dims, keepDim)
            return total / Double(try Reduced("mean", Call(function, list.span).shape, dims).count)
        }
    }

    /// The largest of the function's values over these dimensions of the broadcast shape, or over all, in one pass; NaN where
    /// there is one.
    ///
    ///     let distance = Pointwise { x, y in abs(x - y) }
    ///     distance.max(Tensor([1, 2, 5]), 3)     // 2.
    ///
    /// Equal ones share the gradient. Traps where there are no values to choose from.
    public func max<each O: TensorOperand>(
        _ operands: repeat each O, dims: [Int]? = nil, keepDim: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            try function.reduce(.max, try list("max", repeat each operands), dims, keepDim)
        }
    }

    /// The smallest of the function's values. See ``max(_:dims:keepDim:file:line:)``.
    public func min<each O: TensorOperand>(
        _ operands: repeat each O, dims: [Int]? = nil, keepDim: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            try function.reduce(.min, try list("min", repeat each operands), dims, keepDim)
        }
    }

    /// log Σ eᶠ of the function's values f over these dimensions of the broadcast shape, or over all, in one pass and without
    /// overflow; -inf of nothing.
    ///
    ///     let scaled = Pointwise { x, temperature in x / temperature }
    ///     scaled.logSumExp(Tensor([100, 100]), 0.1)     // 1000.6931
    ///
    /// Where all values are -inf the gradient is 0 (NaN under ``KinkPolicy/legacy``).
    public func logSumExp<each O: TensorOperand>(
        _ operands: repeat each O, dims: [Int]? = nil, keepDim: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            try function.reduce(.logSumExp, try list("logSumExp", repeat each operands), dims, keepDim)
        }
    }

    /// The function's values, for a number of operands that the caller does not know.
    package func values<each O: TensorOperand>(
        _ operands: repeat each O, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        attempt(file: file, line: line) { () throws(TensorError) in
            try function.values(try list("pointwise", repeat each operands))
        }
    }

    private func list<each O: TensorOperand>(
        _ operation: String, _ operands: repeat each O
    ) throws(TensorError) -> [Operand<Tensor>] {
        var list: [Operand<Tensor>] = []
        for operand in repeat each operands { list.append(operand.operand) }
        guard list.count == arity else {
            throw TensorError(.shape, "\(operation): \(list.count) operands for a pointwise function of \(arity)")
        }
        return list
    }
}
