import Cusp
import CuspNN
import Testing

@Suite struct ModuleTests {
    private struct Scale: Module {
        let factor: Parameter
        func callAsFunction(_ x: Tensor) -> Tensor { x * factor.value }
    }

    private class Base: Module {
        let first = Parameter(Tensor([1]))
        let notAParameter = Tensor([9])
        func callAsFunction(_ x: Tensor) -> Tensor { x }
    }

    private final class Nested: Base {
        let list = [Scale(factor: Parameter(Tensor([2]))), Scale(factor: Parameter(Tensor([3])))]
        let missing: Scale? = nil
        let present: (any Module)? = Scale(factor: Parameter(Tensor([4])))
        let pair = (Parameter(Tensor([5])), 7)
        let again: Parameter
        let activation: (Tensor) -> Tensor = relu

        override init() { again = list[0].factor }
    }

    @Test func parametersAreFoundInOrderAndOnce() {
        let found = Nested().parameters.map { $0.value.floats[0] }
        #expect(found == [1, 2, 3, 4, 5])
    }

    private struct Explicit: Module {
        let hiddenInside: () -> Parameter
        var parameters: [Parameter] { [hiddenInside()] }
        func callAsFunction(_ x: Tensor) -> Tensor { x }
    }

    @Test func aListOfItsOwnCounts() {
        let parameter = Parameter(Tensor([1]))
        let outer: [any Module] = [Explicit { parameter }]
        #expect(outer[0].parameters.first === parameter)
    }

    @Test func parametersAreDetachedLeaves() throws {
        let x = Tensor([2], requiresGrad: true)
        let parameter = Parameter(x * 3)
        #expect(parameter.value.isLeaf && parameter.value.floats == [6])
        try parameter.value.sum().backward()
        #expect(parameter.grad?.floats == [1] && x.grad == nil)
    }

    @Test func anUpdateKeepsTheLeaf() throws {
        let parameter = Parameter(Tensor([2]))
        let before = parameter.value
        parameter.update { $0 += 1 }
        parameter.update { $0 = $0.detached() * 2 }
        #expect(parameter.value.isLeaf && parameter.value.floats == [6] && before.floats == [2])
        try before.sum().backward()
        #expect(parameter.grad?.floats == [1])
        #expect(throws: TensorError.self) { try Tensor.checked { parameter.update { $0 = Tensor([1, 2]) } } }
    }

    @Test func anUpdateIsInPlace() {
        let parameter = Parameter(Tensor.zeros([1000]))
        let address = parameter.value.buffer.start
        parameter.update { $0 += 1 }
        #expect(parameter.value.buffer.start == address)
    }
}

@Suite struct ActivationsTests {
    @Test func rectifierAndItsKink() throws {
        for policy in KinkPolicy.allCases {
            try policy.use {
                let x = Tensor([-2, 0, 3, .nan] as [Float], requiresGrad: true)
                let y = relu(x)
                try y.sum().backward()
                #expect(y.floats[0...2] == [0, 0, 3] && y.floats[3].isNaN)
                #expect(x.grad?.floats == [0, 0, 1, 1])
            }
        }
    }
}

@Suite struct BatchesTests {
    private let inputs = Tensor.range(10, dtype: .float32).reshaped([5, 2])
    private let labels = Tensor.range(5)

    @Test func rowsInOrder() {
        let batches = Batches(inputs, labels, size: 2).map { ($0.inputs.floats, $0.labels.array(of: Int.self)) }
        #expect(batches.map(\.0) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
        #expect(batches.map(\.1) == [[0, 1], [2, 3], [4]])
    }

    @Test func rowsInAnotherOrderAndOfAView() {
        let view = inputs.transposed().contiguous().transposed()
        let batches = Batches(view, labels[.all], size: 3, order: [4, 0, 2, 2])
        #expect(batches.map { $0.inputs.floats } == [[8, 9, 0, 1, 4, 5], [4, 5]])
        #expect(batches.map { $0.labels.array(of: Int.self) } == [[4, 0, 2], [2]])
        #expect(batches.first { _ in true }?.inputs.shape == [3, 2])
    }

    @Test func nothing() {
        #expect(Batches(.zeros([0, 3]), .zeros([0]), size: 4).map { $0.inputs }.isEmpty)
        #expect(Batches(inputs, labels, size: 4, order: []).map { $0.inputs }.isEmpty)
    }

    @Test func mistakesAreNamed() {
        #expect(throws: TensorError.self) { try Tensor.checked { Batches(inputs, .zeros([4]), size: 1) } }
        #expect(throws: TensorError.self) { try Tensor.checked { Batches(inputs, labels, size: 0) } }
        #expect(throws: TensorError.self) { try Tensor.checked { Batches(inputs, labels, size: 1, order: [5]) } }
        #expect(throws: TensorError.self) { try Tensor.checked { Batches(inputs, labels, size: 1, order: [-1]) } }
    }
}
