import Cusp
import Testing

@Suite struct CustomOperationTests {
    /// (x, y) -> (x y, x + y, whether x < y, x as a constant)
    struct Several: CustomOperation {
        var seen: Shared<[[Bool]]>?
        var constantResults: Set<Int> { [3] }

        func forward(_ x: [Tensor], needsGradient: [Bool]) -> (results: [Tensor], context: [Tensor]) {
            seen?.change { $0.append(needsGradient) }
            return ([x[0] * x[1], x[0] + x[1], x[0] .< x[1], x[0]], x)
        }

        func backward(_ call: BackwardCall, _ x: [Tensor]) -> [Tensor?] {
            seen?.change { $0.append(call.needsGradient) }
            return [x[1], x[0]].map { other in
                let product = call.gradients[0].map { $0 * other }
                guard let product, let sum = call.gradients[1] else { return product ?? call.gradients[1] }
                return product + sum
            }
        }
    }

    let x = Tensor([1, 2], dtype: .float64)
    let y = Tensor([3, -4], dtype: .float64)

    @Test func severalResults() throws {
        let (a, b) = (x.leaf, y.leaf)
        let results = Several()(a, b)
        #expect(results.map(\.requiresGrad) == [true, true, false, false])
        #expect(results[2].elements == [1, 0] && results[3].elements == [1, 2])
        try (results[0] * results[1] + results[3]).sum().backward()
        // d/dx xy(x + y) = 2xy + y², d/dy = x² + 2xy
        #expect(a.grad?.elements == [15, 0] && b.grad?.elements == [7, -12])
        a.grad = nil
        try Several()(a, b)[1].sum().backward()
        #expect(a.grad?.elements == [1, 1])
        #expect(withoutGradients { Several()(a, b) }.allSatisfy { !$0.requiresGrad })
    }

    @Test func flags() throws {
        let operation = Several(seen: Shared([]))
        let (a, b) = (x.leaf, y.leaf)
        _ = operation(x, y)
        try operation(a, y)[0].sum().backward()
        try operation(a, b)[0].sum().backward(inputs: [b])
        #expect(
            operation.seen!.value == [[false, false], [true, false], [true, false], [true, true], [false, true]])
    }

    @Test func everyOrder() throws {
        let check = GradientCheck(seed: 5)
        let f = { (p: [Tensor]) in
            let r = Several()(p)
            return r[0] * r[1]
        }
        #expect(try check.first(f, [x, y]) == nil)
        #expect(try check.second(f, [x, y]) == nil)
        let (_, tangents) = try jvp(at: [x, y], along: [y, x]) { p in
            let r = Several()(p)
            return [r[0], r[1], r[3]]
        }
        #expect(tangents.map(\.elements) == [[10, 20], [4, -2], [0, 0]])
    }

    /// eˣ by its result, which leads back to the operation.
    struct Exponential: CustomOperation {
        func forward(_ x: [Tensor], needsGradient: [Bool]) -> (results: [Tensor], context: Void) { ([exp(x[0])], ()) }
        func backward(_ call: BackwardCall, _ context: Void) -> [Tensor?] { [call.gradients[0]! * call.results[0]] }
    }

    @Test func theResultIsDifferentiatedAgain() throws {
        let check = GradientCheck(seed: 6)
        #expect(try check.second({ Exponential()($0)[0] }, [x]) == nil)
    }

    /// x³, once differentiable, with a forward rule if `forward`.
    struct Cube: CustomFunction {
        var isOnceDifferentiable = true
        var forward = true
        var calls = Shared(0)

        var jvp: (@Sendable ([Tensor?], Tensor) throws -> Tensor?)? {
            guard forward else { return nil }
            return { v, x in
                calls.change { $0 += 1 }
                return v[0].map { $0 * 3 * x * x }
            }
        }
        func forward(_ x: [Tensor]) -> (Tensor, context: Tensor) { (x[0] * x[0] * x[0], x[0]) }
        func backward(_ g: Tensor, _ x: Tensor) -> [Tensor?] { [g * 3 * x * x] }
    }

    @Test func onceDifferentiable() throws {
        #expect(try gradient(at: x) { Cube()($0).sum() }.elements == [3, 12])
        let text = message { _ = try hessian(at: x) { Cube()($0).sum() } }
        #expect(
            text
                == "Cube: a second derivative of a function that is once differentiable; write its backward in tensor operations and remove isOnceDifferentiable, or take the derivative of something else"
        )
        // In forward mode too, unless there is a rule for it.
        let cube = Cube()
        #expect(try jvp(at: x, along: y) { cube($0) }.tangent.elements == [9, -48])
        #expect(cube.calls.value == 1)
        #expect(message { _ = try jvp(at: x, along: y) { Cube(forward: false)($0) } }?.contains("once") == true)
    }

    @Test func ownForwardRule() throws {
        let cube = Cube(isOnceDifferentiable: false)
        #expect(try jvp(at: x, along: y) { cube($0) }.tangent.elements == [9, -48])
        #expect(cube.calls.value == 1)
        let check = GradientCheck(seed: 7)
        #expect(try check.second({ cube($0[0]) }, [x]) == nil)
        let third = try gradient(at: x) { try gradient(at: $0) { try gradient(at: $0) { cube($0).sum() }.sum() }.sum() }
        #expect(third.elements == [6, 6])
    }

    struct Wrong: CustomOperation {
        var gradients: @Sendable (Tensor) -> [Tensor?]
        var jvp: ForwardRule? { { v, _ in [v[0]!.sum()] } }
        func forward(_ x: [Tensor], needsGradient: [Bool]) -> (results: [Tensor], context: Void) { ([x[0] * 2], ()) }
        func backward(_ call: BackwardCall, _ context: Void) -> [Tensor?] { gradients(call.gradients[0]!) }
    }

    @Test func messages() {
        #expect(
            message { _ = try gradient(at: x) { Wrong { [$0, $0] }($0)[0].sum() } }
                == "backward of Wrong returned 2 gradients for 1 input")
        #expect(
            message { _ = try gradient(at: x) { Wrong { [$0.sum()] }($0)[0].sum() } }
                == "backward of Wrong: the gradient of input 0 is float64 of shape [], the input float64 of shape [2]")
        #expect(
            message { _ = try jvp(at: x, along: y) { Wrong { [$0 * 2] }($0)[0] } }
                == "jvp of Wrong: the tangent of result 0 is float64 of shape [], the result float64 of shape [2]")
    }
}
