import Cusp
import Testing

/// An operation with a rule of its own: at which shapes it is tried, and how many tensors the rule names.
struct OperationRow: Sendable, CustomTestStringConvertible {
    let name: String
    let shapes: [Shape]
    /// The tensors that are kept where every operand needs gradients, each as often as it is kept.
    let saved: Int
    let function: @Sendable ([Tensor]) -> Tensor
    var domain = Domain.nonzero

    var testDescription: String { name }

    init(
        _ name: String, _ shapes: [Shape], saves saved: Int, in domain: Domain = .nonzero,
        _ function: @escaping @Sendable ([Tensor]) -> Tensor
    ) {
        (self.name, self.shapes, self.saved, self.function, self.domain) = (name, shapes, saved, function, domain)
    }

    func operands(seed: Int) -> [Tensor] {
        var random = SeededGenerator(seed: seed)
        return shapes.map { Tensor(domain.samples($0.elementCount, &random), Array($0), .float64) }
    }

    static let all = pointwise + reductions + movements + matrices + functions

    private static let (two, broadcast) = ([[3, 2], [3, 2]] as [Shape], [[3, 1], [2]] as [Shape])
    private static let positive = Domain.range(0.3, 3)

    static let pointwise: [OperationRow] = [
        .init("add", broadcast, saves: 0) { $0[0] + $0[1] },
        .init("a number", [[3]], saves: 0) { 3 - $0[0] * 2 / 4 },
        .init("mul", broadcast, saves: 2) { $0[0] * $0[1] },
        .init("div", two, saves: 2) { $0[0] / $0[1] },
        .init("exp", [[3]], saves: 1) { exp($0[0]) },
        .init("log", [[3]], saves: 1, in: positive) { log($0[0]) },
        .init("sigmoid", [[3]], saves: 1) { sigmoid($0[0]) },
        .init("maximum", two, saves: 2) { maximum($0[0], $0[1]) },
        .init("where", [[4], [4]], saves: 1) { `where`(Tensor([1, 0, 0, 1]) .> 0, $0[0], $0[1]) },
        .init("a chain in one pass", two, saves: 2) { multiplied($0[0], $0[1]) },
        .init("with a sum as its end", two, saves: 2) { multiplied.sum($0[0], $0[1], dims: [0]) },
        .init("with a mean as its end", broadcast, saves: 2) { multiplied.mean($0[0], $0[1]) },
    ]
    private static let multiplied = Pointwise { a, b in tanh(a * b) * b }

    static let reductions: [OperationRow] = [
        .init("sum", [[3, 4]], saves: 0) { $0[0].sum(dim: 0) },
        .init("mean", [[3, 4]], saves: 0) { $0[0].mean(dims: [0, 1], keepDim: true) },
        .init("max", [[3, 4]], saves: 2) { $0[0].max(dim: 1) },
        .init("min", [[3, 4]], saves: 2) { $0[0].min(dim: 0, keepDim: true) },
        .init("median", [[3, 3]], saves: 2) { $0[0].median() },
        .init("logSumExp", [[3, 4]], saves: 2) { $0[0].logSumExp(dim: 0) },
        .init("logSumExp of all", [[2, 3, 2]], saves: 2) { $0[0].logSumExp(dims: [0, 2]) },
        .init("softmax", [[3, 4]], saves: 1) { $0[0].softmax(dim: 1) },
        .init("logSoftmax", [[3, 4]], saves: 1) { $0[0].logSoftmax(dim: 0) },
        .init("cumulativeSum", [[3, 4]], saves: 0) { $0[0].cumulativeSum(dim: 1) },
        .init("variance", [[3, 4]], saves: 1) { $0[0].variance(dim: 0) },
        .init("standardDeviation", [[3, 4]], saves: 2) { $0[0].standardDeviation(dims: [0, 1], correction: 0) },
        .init("product", [[3, 4]], saves: 1) { $0[0].product(dim: 1) },
        .init("norm", [[3, 4]], saves: 2) { $0[0].norm(dims: [1]) },
        .init("cumulativeProduct", [[3, 4]], saves: 2) { $0[0].cumulativeProduct(dim: 0) },
        .init("cumulativeLogSumExp", [[3, 4]], saves: 2) { $0[0].cumulativeLogSumExp(dim: 1) },
        .init("cumulativeMax", [[3, 4]], saves: 1) { $0[0].cumulativeMax(dim: 1).values },
        .init("layerNorm", [[3, 4], [4], [4]], saves: 2) { $0[0].layerNorm(weight: $0[1], bias: $0[2]) },
    ]

    private static let index = Tensor([[0, 1], [1, 1]], dtype: .int64)

    static let movements: [OperationRow] = [
        .init("reshaped", [[3, 4]], saves: 0) { $0[0].transposed().reshaped([2, -1]) },
        .init("transposed", [[2, 3, 2]], saves: 0) { $0[0].transposed([2, 0, 1]) },
        .init("expanded", [[3, 1]], saves: 0) { $0[0].expanded(to: [2, 3, 4]) },
        .init("unsqueezed, squeezed", [[3]], saves: 0) { $0[0].unsqueezed(dim: 1).squeezed() },
        .init("flipped", [[3, 2]], saves: 0) { $0[0].flipped(dim: 0) },
        .init("sliced", [[6]], saves: 0) { $0[0].sliced(dim: 0, from: 4, count: 2, step: -3) },
        .init("an index", [[3, 4]], saves: 0) { $0[0][1, .stride(by: -2)] },
        .init("a mask", [[3]], saves: 0) { $0[0][Tensor([true, false, true])] },
        .init("gather", [[3, 2]], saves: 1) { $0[0].gather(dim: 0, index: index) },
        .init("take", [[3, 2]], saves: 1) { $0[0].take(index[0], dim: 1) },
        .init("scatterAdd", [[3, 2], [2, 2]], saves: 1) { $0[0].scatterAdd(dim: 0, index: index, from: $0[1]) },
        .init("scatter", [[3, 2], [2, 2]], saves: 1) { $0[0].scatter(dim: 1, index: index, from: $0[1]) },
        .init("indexAdd", [[3, 2], [2, 2]], saves: 1) { $0[0].indexAdd(dim: 0, index: index[0], from: $0[1]) },
        .init("indexCopy", [[3, 2], [2, 2]], saves: 1) { $0[0].indexCopy(dim: 0, index: index[0], from: $0[1]) },
        .init("written by index", [[3], [2]], saves: 0) { x in
            var y = x[0] + 0
            y[1...] = x[1]
            return y
        },
        .init("contiguous", [[3, 4]], saves: 0) { $0[0].transposed().contiguous() },
        .init("cat", [[1, 2], [2, 2]], saves: 0) { cat([$0[0], $0[1], $0[0]]) },
        .init("stack", two, saves: 0) { stack([$0[0], $0[1]], dim: -1) },
        .init("maskedScatter", [[3], [2]], saves: 1) { $0[0].maskedScatter(Tensor([true, false, true]), from: $0[1]) },
        .init("sorted", [[3, 4]], saves: 1) { $0[0].sorted(dim: 0) },
        .init("rolled", [[3, 2]], saves: 0) { $0[0].rolled(-1, dim: 0) },
        .init("tiled, repeated", [[2, 1]], saves: 0) { $0[0].tiled([2, 1, 3]).repeated(2, dim: 1) },
        .init("diagonal", [[3, 4]], saves: 0) { $0[0].diagonal(offset: 1) },
        .init("diagonalMatrix", [[2, 3]], saves: 0) { $0[0].diagonalMatrix(offset: -1) },
        .init("padded", [[4]], saves: 1) { $0[0].padded(2, -1, dim: 0).padded(1, 2, dim: 0, with: .reflection) },
        .init("windows", [[5, 2]], saves: 1) { $0[0].windows(3, dim: 0, step: 2) },
        .init("asType", [[3]], saves: 0) { x in
            // Through a type of more digits only: differences would see the rounding of any other.
            x[0].asType(.float64) * 1
        },
    ]

    static let matrices: [OperationRow] = [
        .init("matmul", [[2, 3], [3, 4]], saves: 2) { matmul($0[0], $0[1]) },
        .init("matmul of batches", [[2, 2, 3], [3, 2]], saves: 2) { matmul($0[0], $0[1]) },
        .init("matmul of batches that broadcast", [[2, 1, 2, 3], [2, 3, 2]], saves: 2) { matmul($0[0], $0[1]) },
        .init("matmul by a constant", [[2, 3]], saves: 1) { matmul($0[0], Tensor([1, 2, 3])) },
        .init("matmul of vectors", [[3], [3]], saves: 2) { matmul($0[0], $0[1]) },
        .init("matmul plus a row", [[2, 3], [3, 4], [4]], saves: 2) { matmul($0[0], $0[1], plus: $0[2]) },
        .init("matmul rectified", [[2, 3], [3, 4], [2, 1]], saves: 3) {
            matmul($0[0], $0[1], plus: $0[2], rectified: true)
        },
    ]

    static let functions: [OperationRow] = [
        .init("checkpoint", two, saves: 2) { x in
            checkpoint([x[0], x[1]]) { [exp($0[0] * $0[1]) * $0[0]] }[0]
        },
        .init("a custom function", [[3]], saves: 1) { Cube()($0[0]) },
        .init("a custom operation", [[3]], saves: 3) { x in Cubes()(x[0]).reduce(Tensor(0.0)) { $0 + $1 } },
    ]

    private struct Cube: CustomFunction {
        func forward(_ x: [Tensor]) -> (Tensor, context: Tensor) { (x[0] * x[0] * x[0], x[0]) }
        func backward(_ g: Tensor, _ x: Tensor) -> [Tensor?] { [g * 3 * x * x] }
    }

    /// x³ and its square; what it keeps is in a type of its own.
    private struct Cubes: CustomOperation {
        struct Context { let x: SavedTensor }

        func forward(_ x: [Tensor], needsGradient: [Bool]) -> (results: [Tensor], context: Context) {
            let cube = x[0] * x[0] * x[0]
            return ([cube, cube * cube], Context(x: SavedTensor(x[0])))
        }
        func backward(_ call: BackwardCall, _ context: Context) throws -> [Tensor?] {
            let x = try context.x.tensor
            let ofSquare = call.gradients[1].map { $0 * 2 * call.results[0] }
            return [[call.gradients[0], ofSquare].compactMap { $0 }.reduce(Tensor(0.0)) { $0 + $1 } * 3 * x * x]
        }
    }
}
