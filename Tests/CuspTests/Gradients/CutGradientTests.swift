import Cusp
import Testing

/// Warnings go to standard error, so each of these runs in a process of its own.
@Suite struct CutGradientTests {
    static let (x, w) = (Tensor([1, -2]).leaf, Tensor([3, 4]).leaf)

    static let cut: [(name: String, body: @Sendable () throws -> Void)] = [
        ("gt", { try ((x .> 0).asType(.float32) * w).sum().backward() }),
        ("asType", { try (x.asType(.int32) * w).sum().backward() }),
        (
            "ge",
            {
                // Far away from the comparison, by way of operations that are not recorded.
                let mask = 1 - (.!(x * 2 .>= 1)).asType(.float32).reshaped([2, 1])
                try matmul(w.reshaped([1, 2]), mask).sum().backward()
            }
        ),
        ("lt", { _ = try gradient(at: x, w) { x, w in ((x .< 0).asType(.float32) * w).sum() } }),
        ("le", { _ = try gradient(at: x) { x in (x .<= 0).asType(.float32).sum() } }),
        ("eq", { _ = try jvp(at: x, along: w) { x in (x .== 0).asType(.float32) } }),
    ]

    @Test(arguments: cut.indices)
    func warns(index: Int) async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) { [index] in
            warnsOfCutGradients = true
            // Once for each call site.
            for _ in 0..<3 { try Self.cut[index].body() }
        }
        let text = text(result)
        #expect(text.split(separator: "Cusp: warning: ", omittingEmptySubsequences: false).count == 2)
        #expect(text.contains("warning: \(Self.cut[index].name)") && text.contains("Pointwise { } derivative: { }"))
        #expect(text.contains("CutGradientTests.swift"))
    }

    @Test func silent() async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            warnsOfCutGradients = true
            let (x, w) = (Self.x, Self.w)
            // A mask selects, or the leaf has another way.
            try `where`(x .> 0, w, 0).sum().backward()
            try ((x .> 0).asType(.float32) * x).sum().backward()
            try w[x .> 0].sum().backward()
            // It is said that it is meant.
            try ((stopGradient(x) .> 0).asType(.float32) * w).sum().backward()
            try ((x .> 0).asType(.float32).detached() * w).sum().backward()
            try (withoutGradients { (x .> 0).asType(.float32) } * w).sum().backward()
            // Nobody asks: for x, or for anything.
            try ((x .> 0).asType(.float32) * w).sum().backward(inputs: [w])
            _ = try gradients(of: [((x .> 0).asType(.float32) * w).sum()], at: [x, w], allowUnused: true)
            _ = (x .> 0).asType(.float32).mean().item(as: Float.self)
            // The step has a slope.
            let step = Pointwise { x in
                x .>= 0
            } derivative: { x in
                sigmoidSlope(x)
            }
            try (step(x) * w).sum().backward()
            warnsOfCutGradients = false
            try ((x .> 0).asType(.float32) * w).sum().backward()
        }
        #expect(!text(result).contains("Cusp: warning"), "\(text(result))")
    }

    @Test func errorsNameTheComparison() async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            warnsOfCutGradients = true
            let error = message { try (Self.x .> 1).asType(.float32).sum().backward() }
            #expect(error?.contains("does not require gradients: gt") == true)
            #expect(error?.contains("cut the way; set requiresGrad") == true)
        }
        #expect(!text(result).contains("Cusp: warning"))
    }

    /// Nothing is held: neither the graph behind a mask nor, after it, the watch over operations.
    @Test func nothingStays() async {
        await #expect(processExitsWith: .success) {
            warnsOfCutGradients = true
            var x = Tensor([1, 2]).leaf
            let storage = Weak(x.buffer.storage)
            var mask = Tensor([1, 2])
            mask = (x * 2 .> 1).asType(.float32)
            x = Tensor([1])
            #expect(storage.object == nil)
            try (mask * Tensor([1, 2]).leaf).sum().backward()
        }
    }

    private func text(_ result: ExitTest.Result?) -> String {
        String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    }
}
