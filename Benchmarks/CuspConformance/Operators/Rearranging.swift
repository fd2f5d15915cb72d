import Cusp

extension Operator {
    /// The same elements in other places.
    static let rearranging: Table = [
        "roll": .one { call in
            let (x, steps, dims) = (try call.tensor(), try call.ints("shifts") ?? [], try call.ints("dims") ?? [])
            if dims.isEmpty { return x.flattened().rolled(steps[0], dim: 0).reshaped(Array(x.shape)) }
            return zip(steps, dims).reduce(x) { $0.rolled($1.0, dim: $1.1) }
        },
        "rot90": .one { call in
            let (x, times, dims) = (try call.tensor(), try call.int("k", 1), try call.ints("dims") ?? [0, 1])
            return switch ((times % 4) + 4) % 4 {
            case 1: x.flipped(dim: dims[1]).transposed(dims[0], dims[1])
            case 2: x.flipped(dim: dims[0]).flipped(dim: dims[1])
            case 3: x.flipped(dim: dims[0]).transposed(dims[0], dims[1])
            default: x
            }
        },
        "repeat": .one { try $0.tensor().tiled($0.sizes("repeats")) },
        "tile": .one { try $0.tensor().tiled($0.sizes("dims")) },
        "repeat_interleave": .one { call in
            let x = try call.tensor()
            let repeats = call.value("repeats")
            let dim = try call.value("dim")?.integer("dim")
            _ = call.value("output_size")
            let whole = dim == nil ? x.flattened() : x
            switch repeats {
            case .int(let count): return whole.repeated(count, dim: dim ?? 0)
            case .tensor(let counts):
                let size = whole.shape[whole.axis(dim ?? 0)]
                let each = counts.expanded(to: [size]).array(of: Int.self)
                let places = each.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
                return whole.take(Tensor(places, shape: [places.count]), dim: dim ?? 0)
            default: throw Unsupported("repeats other than integers")
            }
        },
        "diagonal": .one {
            try $0.tensor().diagonal(offset: $0.int("offset", 0), dims: ($0.int("dim1", 0), $0.int("dim2", 1)))
        },
        "linalg.diagonal": .one { call in
            let (x, offset) = (try call.tensor(), try call.int("offset", 0))
            return x.diagonal(offset: offset, dims: (try call.int("dim1", -2), try call.int("dim2", -1)))
        },
        "diag": .one { call in
            let (x, offset) = (try call.tensor(), try call.int("diagonal", 0))
            return x.rank == 1 ? x.diagonalMatrix(offset: offset) : x.diagonal(offset: offset)
        },
        "diagflat": .one { try $0.tensor().flattened().diagonalMatrix(offset: $0.int("offset", 0)) },
        "diag_embed": .one { call in
            let (x, offset) = (try call.tensor(), try call.int("offset", 0))
            let (first, second) = (try call.int("dim1", -2), try call.int("dim2", -1))
            let matrices = x.diagonalMatrix(offset: offset)
            let (a, b) = (matrices.axis(first), matrices.axis(second))
            var rest = matrices.shape.indices.dropLast(2)[...]
            return matrices.transposed(
                matrices.shape.indices.map {
                    $0 == a ? matrices.rank - 2 : $0 == b ? matrices.rank - 1 : rest.removeFirst()
                })
        },
        "diagonal_scatter": .one { call in
            let (x, values, offset) = (try call.tensor(), try call.tensor("src"), try call.int("offset", 0))
            let dims = (try call.int("dim1", 0), try call.int("dim2", 1))
            return x.replacingDiagonal(with: values, offset: offset, dims: dims)
        },
        "select_scatter": .one { call in
            let (x, part) = (try call.tensor(), try call.tensor("src"))
            let (dim, index) = (try call.int("dim"), try call.int("index"))
            return x.indexCopy(
                dim: dim, index: Tensor([index], shape: [1]), from: part.unsqueezed(dim: x.axis(dim)))
        },
        "nn.functional.pad": .one { try $0.padded() },
        "constant_pad_nd": .one { call in
            let (x, widths) = (try call.tensor(), try call.ints("pad") ?? [])
            return try x.padded(widths, .constant(call.number("value", 0).number.double))
        },
        "unfold": .one { call in
            let (x, dim) = (try call.tensor(), try call.int("dimension"))
            let (size, step) = (try call.int("size"), try call.int("step"))
            return x.windows(size, dim: dim, step: step)
        },
        "diff": .one { call in
            let (x, times, dim) = (try call.tensor(), try call.int("n", 1), try call.int("dim", -1))
            let (before, behind) = (try call.optionalTensor("prepend"), try call.optionalTensor("append"))
            // Without a step nothing is joined on either.
            let parts = times == 0 ? [x] : [before, x, behind].compactMap { $0 }
            let whole = parts.count == 1 ? x : cat(parts, dim: dim)
            return (0..<times).reduce(whole) { x, _ in x.differences(dim: dim) }
        },
        "block_diag": .one { call in
            let blocks = try call.tensors().map { $0.atLeast2D() }
            let columns = blocks.reduce(0) { $0 + $1.shape[1] }
            var left = 0
            return cat(
                blocks.map { block in
                    defer { left += block.shape[1] }
                    return block.padded(left, columns - left - block.shape[1], dim: 1)
                })
        },
        "cartesian_prod": .one { call in
            let tensors = try call.tensors()
            if tensors.count == 1 { return tensors[0] }
            let shape = Shape(tensors.map(\.elementCount))
            return stack(
                tensors.enumerated().map { i, x in
                    x.reshaped(shape.indices.map { $0 == i ? shape[i] : 1 }).expanded(to: shape).flattened()
                }, dim: 1)
        },
        "combinations": .one { call in
            let (x, count) = (try call.tensor(), try call.int("r", 2))
            let repeating = try call.bool("with_replacement")
            var lists: [[Int]] = [[]]
            for _ in 0..<count {
                lists = lists.flatMap { list in
                    let first = list.last.map { repeating ? $0 : $0 + 1 } ?? 0
                    return (first..<Swift.max(x.elementCount, first)).map { list + [$0] }
                }
            }
            return x.take(Tensor(lists.flatMap { $0 }, shape: [lists.count, count]), dim: 0)
        },
        "kron": .one { call in
            let (x, y) = (try call.tensor(), try call.tensor("other"))
            let rank = Swift.max(x.rank, y.rank)
            let (a, b) = (x.wide(rank), y.wide(rank))
            let product =
                a.reshaped(a.shape.flatMap { [$0, 1] }) * b.reshaped(b.shape.flatMap { [1, $0] })
            return product.reshaped(zip(a.shape, b.shape).map { $0 * $1 })
        },
        "tensordot": .one { call in
            let (x, y) = (try call.tensor(), try call.tensor("other"))
            switch call.value("dims") {
            case .int(let count):
                return x.contracted(Array((x.rank - count)..<x.rank), y, Array(0..<count))
            case .list(let lists):
                guard lists.count == 2, case .list(let a) = lists[0], case .list(let b) = lists[1] else {
                    throw Unsupported("dims other than two lists")
                }
                return x.contracted(
                    try a.map { x.axis(try $0.integer("dims")) }, y, try b.map { y.axis(try $0.integer("dims")) })
            default: throw Unsupported("dims other than integers")
            }
        },
        "cross": .one { try cross($0, nil) },
        "linalg.cross": .one { try cross($0, -1) },
        "trapezoid": .one { call in
            let (areas, dim) = try trapezoids(call)
            return areas.sum(dim: dim)
        },
        "trapz": .one { call in
            let (areas, dim) = try trapezoids(call)
            return areas.sum(dim: dim)
        },
        "cumulative_trapezoid": .one { call in
            let (areas, dim) = try trapezoids(call)
            return areas.cumulativeSum(dim: dim)
        },
        "sum_to_size": .one { call in
            let (x, sizes) = (try call.tensor(), try call.sizes())
            let lead = x.rank - sizes.count
            let dims = x.shape.indices.filter { $0 < lead || (sizes[$0 - lead] == 1 && x.shape[$0] != 1) }
            return (dims.isEmpty ? x : x.sum(dims: dims, keepDim: true)).reshaped(sizes)
        },
        "einsum": .one { try einsum($0) },
        "linalg.matrix_power": .one { call in
            let (x, times) = (try call.tensor(), try call.int("n"))
            guard times >= 0 else { throw Unsupported("the inverse of a matrix") }
            let unit = Tensor.identity(x.shape[x.rank - 1], dtype: x.dtype)
            if times == 0 { return x * 0 + unit }
            return (1..<times).reduce(x) { power, _ in matmul(power, x) }
        },
    ]

    private static func cross(_ call: Call, _ otherwise: Int?) throws -> Tensor {
        let (x, y) = (try call.tensor(), try call.tensor("other"))
        let shape = try Shape.broadcast(x.shape, y.shape, for: "cross")
        let (a, b) = (x.expanded(to: shape), y.expanded(to: shape))
        let given = try call.value("dim")?.integer("dim") ?? otherwise
        let dim = given ?? shape.firstIndex(of: 3) ?? -1
        func turned(_ x: Tensor, _ step: Int) -> Tensor { x.rolled(step, dim: dim) }
        return turned(a, -1) * turned(b, -2) - turned(a, -2) * turned(b, -1)
    }

    /// The area between each element and the next along a dimension.
    private static func trapezoids(_ call: Call) throws -> (areas: Tensor, dim: Int) {
        let y = try call.tensor()
        var width: Tensor = Tensor(1.0).asType(y.dtype)
        let x = call.value("x")
        let dx = try call.number("dx", 1)
        let dim = try call.int("dim", -1)
        switch x {
        case .tensor(let x)?:
            let steps = x.differences(dim: x.rank == 1 ? 0 : dim)
            width =
                x.rank == 1 && y.rank > 1
                ? steps.reshaped([-1] + Array(repeating: 1, count: y.rank - 1 - y.axis(dim))) : steps
        case nil: width = width * dx.number.double
        case let number?: width = width * (try number.number("dx").number.double)
        }
        let size = y.shape[y.axis(dim)]
        let pairs = y.sliced(dim: dim, from: 0, count: size - 1) + y.sliced(dim: dim, from: 1, count: size - 1)
        return (pairs * width / 2, dim)
    }

    /// Sums of products by the letters of their indices: dimensions are put in one order and multiplied, then summed.
    private static func einsum(_ call: Call) throws -> Tensor {
        let tensors: [Tensor]
        switch call.value("input") {
        case .list(let values)?:
            tensors = try values.map { value in
                guard case .tensor(let tensor) = value else { throw Unsupported("operands other than tensors") }
                return tensor
            }
        case .tensor(let tensor)?: tensors = [tensor]
        default: throw Unsupported("operands other than tensors")
        }
        let equation = try call.string("equation", "").filter { $0 != " " }
        guard !equation.contains(".") else { throw Unsupported("an ellipsis") }
        let sides = equation.split(separator: ">", omittingEmptySubsequences: false).map { $0.filter { $0 != "-" } }
        let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(Array.init)
        let letters = Array(Set(terms.joined()))
        let result: [Character] =
            sides.count > 1
            ? Array(sides[1]) : letters.filter { l in terms.joined().count { $0 == l } == 1 }.sorted()
        let order = result + letters.filter { !result.contains($0) }
        guard order.count <= 8 else { throw Unsupported("so many indices") }
        let parts = zip(tensors, terms).map { tensor, term -> Tensor in
            var (x, names) = (tensor, term)
            // A letter twice in one term is a diagonal.
            while let i = names.indices.first(where: { i in names[..<i].contains(names[i]) }) {
                let first = names.firstIndex(of: names[i])!
                x = x.diagonal(dims: (first, i))
                let letter = names[i]
                names.remove(at: i)
                names.remove(at: first)
                names.append(letter)
            }
            let present = order.filter(names.contains)
            x = x.transposed(present.map { names.firstIndex(of: $0)! })
            var sizes = Array(x.shape)[...]
            return x.reshaped(order.map { names.contains($0) ? sizes.removeFirst() : 1 })
        }
        let product = parts.dropFirst().reduce(parts[0]) { $0 * $1 }
        let dims = Array(result.count..<order.count)
        return dims.isEmpty ? product : product.sum(dims: dims)
    }
}

extension Call {
    fileprivate func padded() throws -> Tensor {
        let (x, widths, mode) = (try tensor(), try ints("pad") ?? [], try string("mode", "constant"))
        let value = try number("value", 0).number.double
        return switch mode {
        case "constant": x.padded(widths, .constant(value))
        case "reflect": x.padded(widths, .reflection)
        case "replicate": x.padded(widths, .edge)
        case "circular": x.padded(widths, .circular)
        default: throw Unsupported("the mode \(mode)")
        }
    }
}

extension Tensor {
    /// PyTorch's list: before and behind the last dimension, then the one before it.
    fileprivate func padded(_ widths: [Int], _ padding: Padding) -> Tensor {
        stride(from: 0, to: widths.count, by: 2).reduce(self) { x, i in
            x.padded(widths[i], widths[i + 1], dim: x.rank - 1 - i / 2, with: padding)
        }
    }

    /// With leading dimensions of size 1.
    fileprivate func wide(_ rank: Int) -> Tensor {
        reshaped(Array(repeating: 1, count: rank - self.rank) + shape)
    }

    /// The sum of products over these dimensions of both.
    fileprivate func contracted(_ own: [Int], _ y: Tensor, _ others: [Int]) -> Tensor {
        let (kept, rest) = (shape.indices.filter { !own.contains($0) }, y.shape.indices.filter { !others.contains($0) })
        let (a, b) = (transposed(kept + own), y.transposed(others + rest))
        let size = Swift.max(own.reduce(1) { $0 * shape[$1] }, others.reduce(1) { $0 * y.shape[$1] })
        func whole(_ x: Tensor, _ sizes: [Int]) -> Tensor { x.expanded(to: Shape(sizes)) }
        let common = zip(own, others).map { Swift.max(shape[$0], y.shape[$1]) }
        let left = whole(a, kept.map { shape[$0] } + common).reshaped([kept.reduce(1) { $0 * shape[$1] }, size])
        let right = whole(b, common + rest.map { y.shape[$0] }).reshaped([size, rest.reduce(1) { $0 * y.shape[$1] }])
        return matmul(left, right).reshaped(kept.map { shape[$0] } + rest.map { y.shape[$0] })
    }
}
