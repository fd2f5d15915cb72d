import Cusp

extension Operator {
    /// The same elements in another shape or order.
    static let shapes: Table = [
        "reshape": .one { try $0.tensor().reshaped($0.sizes("shape")) },
        "view": .one { try $0.tensor().reshaped($0.sizes("size")) },
        "reshape_as": .one { try $0.tensor().reshaped(Array($0.tensor("other").shape)) },
        "view_as": .one { try $0.tensor().reshaped(Array($0.tensor("other").shape)) },
        "ravel": .unary { $0.flattened() },
        "flatten": .one { call in
            let x = try call.tensor()
            let (first, last) = (x.axis(try call.int("start_dim", 0)), x.axis(try call.int("end_dim", -1)))
            if x.rank == 0 { return x.flattened() }
            return x.reshaped(
                x.shape[..<first] + [x.shape[first...last].reduce(1, *)] + x.shape[(last + 1)...])
        },
        "unflatten": .one { call in
            let x = try call.tensor()
            let (dim, sizes) = (x.axis(try call.int("dim")), try call.sizes("sizes"))
            return x.reshaped(x.shape[..<dim] + sizes + x.shape[(dim + 1)...])
        },
        "expand": .one { call in
            let (x, sizes) = (try call.tensor(), try call.sizes())
            let lead = sizes.count - x.rank
            return x.expanded(to: Shape(sizes.enumerated().map { $1 == -1 ? x.shape[$0 - lead] : $1 }))
        },
        "broadcast_to": .one { try $0.tensor().expanded(to: Shape($0.sizes())) },
        "expand_as": .one { try $0.tensor().expanded(to: $0.tensor("other").shape) },
        "broadcast_tensors": .many { call in
            let tensors = try call.tensors()
            let shape = try tensors.reduce(Shape()) { try Shape.broadcast($0, $1.shape, for: "broadcast_tensors") }
            return tensors.map { $0.expanded(to: shape) }
        },
        "permute": .one { try $0.tensor().transposed($0.sizes("dims")) },
        "transpose": .one { try $0.tensor().transposed($0.int("dim0"), $0.int("dim1")) },
        "T": .unary { $0.transposed() },
        "t": .unary { $0.transposed() },
        "mT": .unary { $0.transposed(-1, -2) },
        "movedim": .one { call in
            let x = try call.tensor()
            let from = (try call.ints("source") ?? []).map(x.axis)
            let to = (try call.ints("destination") ?? []).map(x.axis)
            var rest = x.shape.indices.filter { !from.contains($0) }[...]
            return x.transposed(x.shape.indices.map { to.firstIndex(of: $0).map { from[$0] } ?? rest.removeFirst() })
        },
        "unsqueeze": .one { try $0.tensor().unsqueezed(dim: $0.int("dim")) },
        "squeeze": .one { call in
            let x = try call.tensor()
            guard let dims = try call.ints("dim") else { return x.squeezed() }
            // PyTorch lets dimensions of another size be.
            let ones = dims.map(x.axis).filter { x.rank > 0 && x.shape[$0] == 1 }
            return ones.sorted(by: >).reduce(x) { $0.squeezed(dim: $1) }
        },
        "atleast_1d": .many { try $0.tensors().map { $0.rank == 0 ? $0.reshaped([1]) : $0 } },
        "atleast_2d": .many { try $0.tensors().map { $0.atLeast2D() } },
        "atleast_3d": .many { try $0.tensors().map { $0.rank < 3 ? $0.atLeast2D().unsqueezed(dim: -1) : $0 } },
        "meshgrid": .many { call in
            var tensors = try call.tensors()
            let swaps = try call.string("indexing", "ij") == "xy" && tensors.count > 1
            if swaps { tensors.swapAt(0, 1) }
            let shape = Shape(tensors.map(\.elementCount))
            var grids = tensors.enumerated().map { i, x in
                x.reshaped(shape.indices.map { $0 == i ? shape[i] : 1 }).expanded(to: shape)
            }
            if swaps { grids.swapAt(0, 1) }
            return grids
        },
        "contiguous": .unary { $0.contiguous() },
        "clone": .unary { $0 },
        "flip": .one { try $0.tensor().flipped(dims: $0.sizes("dims")) },
        "fliplr": .unary { $0.flipped(dim: 1) },
        "flipud": .unary { $0.flipped(dim: 0) },
    ]
}

extension Tensor {
    /// The position of a dimension that may be counted from the end.
    func axis(_ dim: Int) -> Int { dim < 0 ? dim + Swift.max(rank, 1) : dim }

    func atLeast2D() -> Tensor {
        switch rank {
        case 0: reshaped([1, 1])
        case 1: unsqueezed(dim: 0)
        default: self
        }
    }

    fileprivate func flipped(dims: [Int]) -> Tensor { dims.reduce(self) { $0.flipped(dim: $1) } }
}
