import Cusp
import CuspConformance
import Testing

/// A judge that accepts anything would let every test pass.
@Suite struct JudgeTests {
    /// exp of [0, 1] with the cotangents [1, 10] and, for the second order, [1, 1].
    private let folder: CaseFolder
    private let right: Outcome
    private let files: Folder

    init() throws {
        let e = 2.718281828459045
        files = try Folder(
            Folder.manifest(
                Folder.test(
                    "exp", Folder.tensor([2], grad: true), outputs: Folder.tensor([2], at: 16),
                    more: """
                        , "cotangents": [\(Folder.tensor([2], at: 32))], "gradients": [\(Folder.tensor([2], at: 48))]
                        , "second_cotangents": [\(Folder.tensor([2], at: 64))]
                        , "second_gradients": [\(Folder.tensor([2], at: 48))]
                        """)), elements: [0, 1, 1, e, 1, 10, 1, 10 * e, 1, 1])
        folder = try CaseFolder(files.url)
        right = Runner(folder, policy: .minimumNorm).run(0)
    }

    private func verdict(_ change: (inout Outcome) -> Void) throws -> String? {
        var outcome = right
        change(&outcome)
        return try Judge(folder: folder).verdict(folder.cases[0], outcome)
    }

    @Test func acceptsWhatIsRight() throws {
        #expect(try verdict { _ in } == nil)
        #expect(try verdict { $0.outputs[0] += 1e-11 } == nil)
        #expect(try verdict { $0.gradients![0]! *= 1 + 1e-9 } == nil)
    }

    @Test func rejectsWrongValues() throws {
        #expect(try verdict { $0.outputs[0] += 1e-8 } != nil)
        #expect(try verdict { $0.outputs[0][1] = .full([], Double.nan, dtype: .float64) } != nil)
        #expect(try verdict { $0.outputs[0][1] = .full([], Double.infinity, dtype: .float64) } != nil)
        #expect(try verdict { $0.gradients![0]![0] = 1.001 } != nil)
        #expect(try verdict { $0.secondGradients![0]! *= 2 } != nil)
    }

    @Test func rejectsWrongForms() throws {
        #expect(try verdict { $0.outputs[0] = $0.outputs[0].asType(.float32) } != nil)
        #expect(try verdict { $0.outputs[0] = $0.outputs[0].unsqueezed(dim: 0) } != nil)
        #expect(try verdict { $0.outputs = [] } != nil)
        #expect(try verdict { $0.gradients![0] = $0.gradients![0]!.asType(.float32) } != nil)
        #expect(try verdict { $0.gradients = nil } != nil)
        #expect(try verdict { $0.gradients![0] = nil } != nil)
        #expect(try verdict { $0.secondGradients![0] = nil } != nil)
        #expect(try verdict { $0.status = .error } != nil)
    }
}
