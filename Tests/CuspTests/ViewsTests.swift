import Cusp
import Testing

/// A view or a rearrangement, of 0, 1, 2, ... in `shape`, and what it should give.
struct ViewRow: Sendable, CustomTestStringConvertible {
    let name: String
    let shape: [Int]
    let apply: @Sendable (Tensor) -> Tensor
    let result: [Int]
    let elements: [Double]
    /// Whether elements of a contiguous tensor are copied.
    var copies = false
    var testDescription: String { "\(name) of \(shape)" }

    init(
        _ name: String, _ shape: [Int], _ result: [Int], _ elements: [Double], copies: Bool = false,
        _ apply: @escaping @Sendable (Tensor) -> Tensor
    ) {
        (self.name, self.shape, self.apply) = (name, shape, apply)
        (self.result, self.elements, self.copies) = (result, elements, copies)
    }

    static let all: [ViewRow] = [
        .init("reshaped", [2, 3], [3, 2], [0, 1, 2, 3, 4, 5]) { $0.reshaped([3, 2]) },
        .init("reshaped -1", [2, 3], [6], [0, 1, 2, 3, 4, 5]) { $0.reshaped([-1]) },
        .init("reshaped [1, -1, 1]", [2, 2], [1, 4, 1], [0, 1, 2, 3]) { $0.reshaped([1, -1, 1]) },
        .init("reshaped to []", [1, 1], [], [0]) { $0.reshaped([]) },
        .init("reshaped nothing", [0, 3], [5, 0], []) { $0.reshaped([5, -1]) },
        .init("reshaped after a turn", [2, 3], [6], [0, 3, 1, 4, 2, 5], copies: true) { $0.transposed().reshaped([6]) },
        .init("flattened", [2, 1, 2], [4], [0, 1, 2, 3]) { $0.flattened() },
        .init("flattened scalar", [], [1], [0]) { $0.flattened() },
        .init("transposed", [2, 3], [3, 2], [0, 3, 1, 4, 2, 5]) { $0.transposed() },
        .init("transposed order", [2, 1, 3], [3, 2, 1], [0, 3, 1, 4, 2, 5]) { $0.transposed([2, 0, 1]) },
        .init("transposed -1, 0", [2, 1, 2], [2, 1, 2], [0, 2, 1, 3]) { $0.transposed(-1, 0) },
        .init("transposed scalar", [], [], [0]) { $0.transposed(0, -1).transposed() },
        .init("expanded", [2], [3, 2], [0, 1, 0, 1, 0, 1]) { $0.expanded(to: [3, 2]) },
        .init("expanded inside", [2, 1], [2, 3], [0, 0, 0, 1, 1, 1]) { $0.expanded(to: [2, 3]) },
        .init("expanded scalar", [], [2, 2], [0, 0, 0, 0]) { $0.expanded(to: [2, 2]) },
        .init("rolled", [4], [4], [3, 0, 1, 2], copies: true) { $0.rolled(5, dim: 0) },
        .init("rolled back", [2, 3], [2, 3], [1, 2, 0, 4, 5, 3], copies: true) { $0.rolled(-1, dim: 1) },
        .init("rolled nothing", [0], [0], []) { $0.rolled(3, dim: 0) },
        .init("tiled", [2], [2, 4], [0, 1, 0, 1, 0, 1, 0, 1], copies: true) { $0.tiled([2, 2]) },
        .init("tiled rows", [2, 1], [2, 2], [0, 0, 1, 1]) { $0.tiled([2]) },
        .init("tiled to nothing", [2], [0], []) { $0.tiled([0]) },
        .init(
            "tiled, eight dimensions", [1, 1, 1, 1, 1, 1, 1, 2], [1, 1, 1, 1, 1, 1, 1, 4], [0, 1, 0, 1], copies: true
        ) {
            $0.tiled([2])
        },
        .init(
            "repeated, eight dimensions", [1, 1, 1, 1, 1, 1, 1, 2], [1, 1, 1, 1, 1, 1, 1, 4], [0, 0, 1, 1], copies: true
        ) {
            $0.repeated(2, dim: -1)
        },
        .init("rolled a long way", [3], [3], [2, 0, 1], copies: true) { $0.rolled(.min, dim: 0) },
        .init("diagonal far away", [2, 2], [0], []) { $0.diagonal(offset: .min) },
        .init("repeated", [3], [6], [0, 0, 1, 1, 2, 2], copies: true) { $0.repeated(2, dim: 0) },
        .init("moved", [2, 1, 3], [1, 3, 2], [0, 3, 1, 4, 2, 5]) { $0.moved(0, to: -1) },
        .init("diagonal", [2, 3], [2], [0, 4]) { $0.diagonal() },
        .init("diagonal above", [2, 3], [2], [1, 5]) { $0.diagonal(offset: 1) },
        .init("diagonal below", [3, 2], [2], [2, 5]) { $0.diagonal(offset: -1) },
        .init("diagonal outside", [2, 2], [0], []) { $0.diagonal(offset: 5) },
        .init("diagonal of planes", [2, 2, 2], [2, 2], [0, 5, 2, 7]) { $0.diagonal(dims: (0, 2)) },
        .init("diagonalMatrix", [2], [3, 3], [0, 0, 0, 0, 0, 0, 0, 1, 0], copies: true) {
            $0.diagonalMatrix(offset: -1)
        },
        .init("lowerTriangle", [2, 3], [2, 3], [0, 0, 0, 3, 4, 0], copies: true) { $0.lowerTriangle() },
        .init("upperTriangle", [2, 3], [2, 3], [0, 0, 2, 0, 0, 0], copies: true) { $0.upperTriangle(offset: 2) },
        .init("padded", [2], [5], [7, 0, 1, 7, 7], copies: true) { $0.padded(1, 2, dim: 0, with: .constant(7)) },
        .init("padded by less", [4], [2], [1, 2]) { $0.padded(-1, -1, dim: 0) },
        .init("padded, reflection", [3], [6], [2, 1, 0, 1, 2, 1], copies: true) {
            $0.padded(2, 1, dim: 0, with: .reflection)
        },
        .init("padded, edge", [2], [5], [0, 0, 0, 1, 1], copies: true) { $0.padded(2, 1, dim: 0, with: .edge) },
        .init("padded, circular", [3], [6], [2, 0, 1, 2, 0, 1], copies: true) {
            $0.padded(1, 2, dim: 0, with: .circular)
        },
        .init("windows", [4], [2, 2], [0, 1, 2, 3], copies: true) { $0.windows(2, dim: 0, step: 2) },
        .init("windows of columns", [3, 2], [2, 2, 2], [0, 2, 1, 3, 2, 4, 3, 5], copies: true) {
            $0.windows(2, dim: 0)
        },
        .init("differences", [2, 3], [2, 2], [1, 1, 1, 1], copies: true) { $0.differences() },
        .init("differences of one", [1], [0], [], copies: true) { $0.differences() },
        .init("expanded to nothing", [1, 2], [0, 2], []) { $0.expanded(to: [0, 2]) },
        .init("squeezed", [1, 2, 1], [2], [0, 1]) { $0.squeezed() },
        .init("squeezed dim", [1, 2, 1], [1, 2], [0, 1]) { $0.squeezed(dim: -1) },
        .init("unsqueezed 0", [2], [1, 2], [0, 1]) { $0.unsqueezed(dim: 0) },
        .init("unsqueezed -1", [2], [2, 1], [0, 1]) { $0.unsqueezed(dim: -1) },
        .init("unsqueezed scalar", [], [1], [0]) { $0.unsqueezed(dim: 0) },
        .init("flipped", [2, 2], [2, 2], [2, 3, 0, 1]) { $0.flipped(dim: 0) },
        .init("flipped -1", [2, 2], [2, 2], [1, 0, 3, 2]) { $0.flipped(dim: -1) },
        .init("flipped nothing", [0, 2], [0, 2], []) { $0.flipped(dim: 0) },
        .init("sliced", [6], [2], [1, 4]) { $0.sliced(dim: 0, from: 1, count: 2, step: 3) },
        .init("sliced back", [2, 3], [2, 2], [2, 0, 5, 3]) { $0.sliced(dim: 1, from: 2, count: 2, step: -2) },
        .init("contiguous", [2, 2], [2, 2], [0, 1, 2, 3]) { $0.contiguous() },
        .init("contiguous copy", [2, 2], [2, 2], [0, 2, 1, 3], copies: true) { $0.transposed().contiguous() },
        .init("asType", [2], [2], [0, 1], copies: true) { $0.asType(.float32).asType(.float64) },
        .init("x[1]", [2, 3], [3], [3, 4, 5]) { $0[1] },
        .init("x[-1, -3]", [2, 3], [], [3]) { $0[-1, -3] },
        .init("x[1..<3]", [4], [2], [1, 2]) { $0[1..<3] },
        .init("x[1...2]", [4], [2], [1, 2]) { $0[1...2] },
        .init("x[1...]", [4], [3], [1, 2, 3]) { $0[1...] },
        .init("x[..<2]", [4], [2], [0, 1]) { $0[..<2] },
        .init("x[..<(-1)]", [4], [3], [0, 1, 2]) { $0[..<(-1)] },
        .init("x[...2]", [4], [3], [0, 1, 2]) { $0[...2] },
        .init("x[(-3)...(-1)]", [4], [3], [1, 2, 3]) { $0[(-3)...(-1)] },
        .init("x[...(-2)]", [4], [3], [0, 1, 2]) { $0[...(-2)] },
        .init("x[2..<100]", [4], [2], [2, 3]) { $0[2..<100] },
        .init("x[50...]", [4], [0], []) { $0[50...] },
        .init("x[2..<2]", [4], [0], []) { $0[2..<2] },
        .init("x[.all, 0]", [2, 2], [2], [0, 2]) { $0[.all, 0] },
        .init("x[.ellipsis, 0]", [1, 2, 2], [1, 2], [0, 2]) { $0[.ellipsis, 0] },
        .init("x[0, .ellipsis]", [2, 2], [2], [0, 1]) { $0[0, .ellipsis] },
        .init("x[.ellipsis]", [2], [2], [0, 1]) { $0[.ellipsis] },
        .init("x[.newAxis]", [2], [1, 2], [0, 1]) { $0[.newAxis] },
        .init("x[.ellipsis, .newAxis]", [2], [2, 1], [0, 1]) { $0[.ellipsis, .newAxis] },
        .init("x[0, .newAxis, 1...]", [2, 3], [1, 2], [1, 2]) { $0[0, .newAxis, 1...] },
        .init("x[.stride(by: 2)]", [5], [3], [0, 2, 4]) { $0[.stride(by: 2)] },
        .init("x[.stride(by: -2)]", [5], [3], [4, 2, 0]) { $0[.stride(by: -2)] },
        .init("x[.stride(from: -2, to: 0, by: -1)]", [5], [3], [3, 2, 1]) { $0[.stride(from: -2, to: 0, by: -1)] },
        .init("x[]", [2], [2], [0, 1]) { $0[.all] },
    ]
}

@Suite struct ViewsTests {
    @Test(arguments: ViewRow.all)
    func values(row: ViewRow) {
        let x = Tensor((0..<row.shape.reduce(1, *)).map(Double.init), row.shape, .float64)
        let y = row.apply(x)
        #expect(Array(y.shape) == row.result && y.elements == row.elements)
        #expect((y.buffer.storage !== x.buffer.storage) == row.copies, "copied or not")
    }

    @Test(arguments: ViewRow.all)
    func gradients(row: ViewRow) throws {
        var random = SeededGenerator(seed: 40)
        for (name, x) in everyView(row.shape, .float64, .grid(moved: 0), &random) {
            // asType goes through float32, in which a small difference drowns.
            let apply = row.name == "asType" ? { $0 } : row.apply
            #expect(try GradientCheck(seed: 41).one(apply, at: { x }) == nil, "\(name)")
        }
    }

    @Test(arguments: 0..<20)
    func slicesAsInPython(seed: Int) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let size = random.below(7)
            let bound = { (random: inout SeededGenerator) in random.below(4) == 0 ? nil : random.below(20) - 10 }
            let (from, to, step) = (bound(&random), bound(&random), [1, 2, 3, -1, -2, -5, 100][random.below(7)])
            let expected = Self.python(size, from, to, step)
            let x = Tensor.range(size)[.stride(from: from, to: to, by: step)]
            #expect(x.array(of: Int.self) == expected, "\(size) elements, \(from as Any):\(to as Any):\(step)")
        }
    }

    /// list(range(size))[from:to:step], by the language reference.
    static func python(_ size: Int, _ from: Int?, _ to: Int?, _ step: Int) -> [Int] {
        func settled(_ bound: Int?, _ open: Int) -> Int {
            guard let bound else { return open }
            let position = bound < 0 ? bound + size : bound
            return step > 0 ? min(max(position, 0), size) : min(max(position, -1), size - 1)
        }
        return Array(
            stride(
                from: settled(from, step > 0 ? 0 : size - 1), to: settled(to, step > 0 ? size : -1), by: step))
    }

    @Test func theReferenceAnswers() {
        #expect(Self.python(5, nil, nil, -2) == [4, 2, 0] && Self.python(5, -2, 0, -1) == [3, 2, 1])
        #expect(Self.python(5, 1, -1, 1) == [1, 2, 3] && Self.python(5, 9, nil, 1) == [])
    }
}
