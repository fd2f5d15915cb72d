import Cusp

extension Tensor {
    var numbers: [Double] { array(of: Double.self) }
}

/// ⟨a, b⟩ over all tensors together.
func dot(_ a: [Tensor], _ b: [Tensor]) -> Double {
    zip(a, b).reduce(0) { sum, pair in zip(pair.0.numbers, pair.1.numbers).reduce(sum) { $0 + $1.0 * $1.1 } }
}

/// How a function changes along `direction`: four points around x, exact up to the fourth power of the step.
func slope(
    at x: [Tensor], along direction: [Tensor], step h: Double, of function: ([Tensor]) throws -> Tensor
) throws -> [Double] {
    func at(_ t: Double) throws -> [Double] {
        try withoutGradients { try function(zip(x, direction).map { $0 + $1 * t }) }.numbers
    }
    let near = zip(try at(h), try at(-h)).map { $0 - $1 }
    let far = zip(try at(2 * h), try at(-2 * h)).map { $0 - $1 }
    return zip(near, far).map { (8 * $0 - $1) / (12 * h) }
}

/// The same from one side: h < 0 is from below.
func oneSidedSlope(
    at x: [Tensor], along direction: [Tensor], step h: Double, of function: ([Tensor]) throws -> Tensor
) throws -> [Double] {
    func at(_ t: Double) throws -> [Double] {
        try withoutGradients { try function(zip(x, direction).map { $0 + $1 * t }) }.numbers
    }
    let (here, near, far) = (try at(0), try at(h), try at(2 * h))
    return here.indices.map { (4 * near[$0] - 3 * here[$0] - far[$0]) / (2 * h) }
}

/// The inputs as constants of type float64.
func prepared(_ check: String, _ inputs: [Tensor]) throws -> [Tensor] {
    for (i, input) in inputs.enumerated() where !input.dtype.isFloatingPoint {
        throw CheckFailure(
            check: check,
            mistakes: ["input \(i) is of type \(input.dtype), which has no gradient; let the function capture it"])
    }
    return inputs.map { $0.detached().asType(.float64) }
}

/// The tensors like `inputs` with a single 1, and where it is.
func axes(of inputs: [Tensor]) -> [(input: Int, element: Int, direction: [Tensor])] {
    inputs.enumerated().flatMap { i, input in
        (0..<input.elementCount).map { element in
            let direction = inputs.enumerated().map { j, other in
                var numbers = [Double](repeating: 0, count: other.elementCount)
                if i == j { numbers[element] = 1 }
                return Tensor(numbers, shape: other.shape)
            }
            return (i, element, direction)
        }
    }
}

/// The index of an element in row-major order, as it is written.
func index(_ element: Int, in shape: Shape) -> String {
    var rest = element
    var index: [Int] = []
    for size in Array(shape).reversed() {
        index.insert(rest % size, at: 0)
        rest /= size
    }
    return "\(index)"
}
