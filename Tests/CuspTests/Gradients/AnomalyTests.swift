import Cusp
import Testing

@Suite struct AnomalyTests {
    func anomaly(_ body: () throws -> Void) -> AnomalyError? {
        do { try detectAnomaly(body) } catch { return error as? AnomalyError }
        return nil
    }

    @Test func nothingWrong() throws {
        let x = Tensor([1, 2]).leaf
        #expect(try detectAnomaly { exp(x).sum() }.requiresGrad)
        #expect(anomaly { try (exp(x) * x).sum().backward() } == nil)
        // Infinity that was there, and what is masked out.
        let masked = Tensor([true, false])
        #expect(anomaly { try `where`(masked, x, -Double.infinity).softmax(dim: 0).sum().backward() } == nil)
    }

    @Test func forward() {
        let x = Tensor([-1, 4, 0]).leaf
        let found = anomaly {
            let y = sqrt(x)
            try (y * 2).sum().backward()
        }
        #expect(found?.operation == "sqrt" && found?.isBackward == false)
        #expect(
            found?.description.hasPrefix(
                "detectAnomaly: sqrt: the result has 1 NaN of 3 elements, float32 of shape [3]; called with float32 of shape [3]"
            ) == true)
        #expect(anomaly { _ = Tensor([1, 2]) / 0 }?.operation == "div")
        #expect(anomaly { _ = (Tensor([1, 2]) * Tensor([Float.infinity])).sum() } == nil)
        let difference = anomaly { _ = Tensor([Float.infinity, -Float.infinity]).sum() }
        #expect(difference?.description.contains("1 NaN of 1") == true)
    }

    @Test func backward() {
        let x = Tensor([0, 4]).leaf
        let found = anomaly { try sqrt(x * 1).sum().backward() }
        #expect(found?.operation == "sqrt" && found?.isBackward == true)
        #expect(found?.description.contains("the gradient for operand 0 has 1 infinite of 2 elements") == true)
        #expect(x.grad == nil)
        let seed = anomaly { try (x * 1).backward(gradient: Tensor([Float.nan, 0])) }
        #expect(seed?.description.contains("the gradient that arrives") == true)
    }

    @Test func customFunctions() {
        struct Wrong: CustomFunction {
            func forward(_ x: [Tensor]) -> (Tensor, context: Void) { (x[0] * 2, ()) }
            func backward(_ g: Tensor, _ context: Void) -> [Tensor?] { [g / 0] }
        }
        let x = Tensor([1, 2]).leaf
        let found = anomaly { try Wrong()(x).sum().backward() }
        #expect(found?.operation == "Wrong" && found?.isBackward == true)
    }

    #if DEBUG && os(Linux)
        @Test func callSites() {
            let found = anomaly { _ = log(Tensor([0, 1])) }
            #expect(found?.callSite?.contains("AnomalyTests.swift:\(#line - 1)") == true)
            #expect(found?.description.contains("AnomalyTests.swift") == true)
        }
    #endif

    @Test func otherErrorsAndNothingOutside() {
        struct Stop: Error {}
        #expect(throws: Stop.self) { try detectAnomaly { throw Stop() } }
        #expect(sqrt(Tensor([-1])).floats[0].isNaN)
    }
}
