import Cusp

/// Inputs and their labels, some rows at a time, in an order of the caller's.
///
///     for (x, labels) in Batches(images, labels, size: 32, order: random.permutation(1437)) { ... }
///
/// - inputs: `[n, ...]`, labels: `[n, ...]`; a batch: `[size, ...]` of each, the last one with what is left
///
/// The rows of a batch are copied when it is asked for. Traps where inputs and labels differ in number, `size` is not positive,
/// or `order` names a row that is not there; in the order of the rows where it is nil.
public struct Batches: Sequence {
    private let inputs: Tensor
    private let labels: Tensor
    private let size: Int
    private let order: [Int]

    public init(
        _ inputs: Tensor, _ labels: Tensor, size: Int, order: [Int]? = nil, file: StaticString = #fileID,
        line: UInt = #line
    ) {
        let count = inputs.shape.first ?? 0
        self.inputs = inputs
        self.labels = labels
        self.size = Swift.max(size, 1)
        var order = order ?? Array(0..<count)
        if let error = Self.mistake(inputs, labels, size, order) {
            report(error, file, line)
            order = []
        }
        self.order = order
    }

    private static func mistake(_ inputs: Tensor, _ labels: Tensor, _ size: Int, _ order: [Int]) -> TensorError? {
        guard inputs.rank > 0, labels.rank > 0, inputs.shape[0] == labels.shape[0] else {
            return TensorError(
                .shape,
                "Batches: inputs of shape \(inputs.shape) and labels of shape \(labels.shape); expected as many rows")
        }
        guard size > 0 else { return TensorError(.shape, "Batches: a batch of \(size) rows") }
        guard let row = order.first(where: { !(0..<inputs.shape[0]).contains($0) }) else { return nil }
        return TensorError(.index, "Batches: the order names row \(row) of inputs of shape \(inputs.shape)")
    }

    public struct Iterator: IteratorProtocol {
        fileprivate let batches: Batches
        private var position = 0

        fileprivate init(_ batches: Batches) { self.batches = batches }

        public mutating func next() -> (inputs: Tensor, labels: Tensor)? {
            let rows = Array(batches.order[position...].prefix(batches.size))
            guard !rows.isEmpty else { return nil }
            position += rows.count
            let index = Tensor(rows, shape: [rows.count])
            return (batches.inputs.take(index, dim: 0), batches.labels.take(index, dim: 0))
        }
    }

    public func makeIterator() -> Iterator { Iterator(self) }
}
