extension Tensor {
    /// The elements at which `mask` is true, in row-major order, copied into a vector.
    func selected(_ mask: Tensor) -> Tensor {
        attempt { () throws(TensorError) in
            guard mask.dtype == .bool else {
                throw TensorError(
                    .dtype, "subscript: a mask is of type bool, not \(mask.dtype); compare, as in x[x .> 0]")
            }
            guard try Shape.broadcast(shape, mask.shape, for: "subscript") == shape else {
                throw TensorError(.shape, "subscript: a mask of shape \(mask.shape) for a tensor of shape \(shape)")
            }
            let flags = mask.expanded(to: shape).array(of: Bool.self)
            return try reshaped([elementCount]).taken(flags.indices.filter { flags[$0] })
        }
    }

    /// The elements of a vector at these positions, each at most once.
    private func taken(_ positions: [Int]) throws(TensorError) -> Tensor {
        let size = dtype.size
        let from = try buffer.contiguous()
        let result = try Buffer(uninitialized: [positions.count], dtype)
        for (i, position) in positions.enumerated() {
            (result.start + i * size).copyMemory(from: from.start + position * size, byteCount: size)
        }
        let count = elementCount
        return record("subscript", self, result: result) { g, inputs in
            try inputs.give(0) { try g.spread(over: count, at: positions) }
        }
    }

    /// A vector of `count` zeros, but with these elements at `positions`.
    private func spread(over count: Int, at positions: [Int]) throws(TensorError) -> Tensor {
        let size = dtype.size
        let from = try buffer.contiguous()
        let result = try Buffer(uninitialized: [count], dtype)
        result.fill(.int(0))
        for (i, position) in positions.enumerated() {
            (result.start + position * size).copyMemory(from: from.start + i * size, byteCount: size)
        }
        return record("subscript", self, result: result) { g, inputs in
            try inputs.give(0) { try g.taken(positions) }
        }
    }
}
