/// Numbers written in nested brackets, as in `Tensor([[1, 2], [3, 4]])`.
public indirect enum NestedNumbers: ExpressibleByArrayLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, Sendable
{
    case number(Number)
    case list([NestedNumbers])

    public init(arrayLiteral elements: NestedNumbers...) { self = .list(elements) }
    public init(floatLiteral value: Double) { self = .number(.float(value)) }
    public init(integerLiteral value: Int) { self = .number(.int(value)) }
    public init(booleanLiteral value: Bool) { self = .number(.bool(value)) }

    /// The shape, if every list on a level is as long as the others.
    func shape() throws(TensorError) -> [Int] {
        guard case .list(let elements) = self else { return [] }
        guard let first = try elements.first?.shape() else { return [0] }
        for element in elements.dropFirst() {
            let other = try element.shape()
            guard other == first else {
                throw TensorError(.shape, "Tensor: the nested lists differ in shape: \(first) and \(other)")
            }
        }
        return [elements.count] + first
    }

    func append(to numbers: inout [Number]) {
        switch self {
        case .number(let number): numbers.append(number)
        case .list(let elements): for element in elements { element.append(to: &numbers) }
        }
    }
}

extension Tensor: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// Elements from number literals in nested lists.
    ///
    ///     Tensor([[1, 2, 3], [4, 5, 6]])             // float32, shape [2, 3]
    ///     Tensor([1, 2, 3], dtype: .int64)
    ///     Tensor([true, false])                      // bool
    ///
    /// - Parameter dtype: the elements' type; where it is not given float32, or bool for `true` and `false`.
    public init(
        _ numbers: NestedNumbers, dtype: DType? = nil, requiresGrad: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) {
        self = attempt(file: file, line: line) { () throws(TensorError) in
            let shape = try Shape(checking: try numbers.shape(), for: "Tensor")
            var elements: [Number] = []
            numbers.append(to: &elements)
            let booleans = !elements.isEmpty && elements.allSatisfy { if case .bool = $0 { true } else { false } }
            let dtype = dtype ?? (booleans ? .bool : .float32)
            // Integers by way of Int, so that those past 2^53 keep their last digits.
            let exact = elements.allSatisfy { if case .float = $0 { false } else { true } } && !dtype.isFloatingPoint
            let tensor =
                exact
                ? Tensor(
                    elements.map { if case .int(let value) = $0 { value } else { Int($0.double) } }, shape: shape)
                : Tensor(elements.map(\.double), shape: shape)
            return Tensor(try tensor.buffer.copied(as: dtype))
        }
        if requiresGrad { self.requiresGrad = true }
    }

    /// A tensor of one element, float32.
    public init(floatLiteral value: Double) { self = .full([], value) }
    /// A tensor of one element, float32.
    public init(integerLiteral value: Int) { self = .full([], value) }
}
