import Cusp
import CuspConformance
import Foundation
import Testing

@Suite struct RunnerTests {
    /// Runs the folder and gives its results.json, by case.
    private func results(_ files: Folder, _ arguments: String...) throws -> [[String: Any]] {
        try Conformance.parse([files.url.path, files.results.path] + arguments).run()
        let text = try Data(contentsOf: files.results.appendingPathComponent("results.json"))
        let object = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
        return try #require(object["results"] as? [[String: Any]])
    }

    private func complaint(_ files: Folder, _ arguments: String...) -> String {
        do {
            try Conformance.parse([files.url.path, files.results.path] + arguments).run()
            return "none"
        } catch {
            return "\(error)"
        }
    }

    // MARK: - What comes out

    @Test func aCaseThatFailsDoesNotEndTheRun() throws {
        let (pair, triple) = (Folder.tensor([2]), Folder.tensor([3]))
        let files = try Folder(
            Folder.manifest(
                Folder.test("add", pair, triple), Folder.test("no.such.operator", pair), Folder.test("neg", pair),
                Folder.test("sum", pair, kwargs: #""no_such_argument": {"value": true}"#)),
            elements: [1, 2, 3])
        let rows = try results(files)
        #expect(rows.map { $0["status"] as? String } == ["error", "unsupported", "ok", "unsupported"])
        #expect((rows[0]["message"] as? String)?.contains("[2] and [3]") == true)
        #expect((rows[3]["message"] as? String)?.contains("no_such_argument") == true)
        let elements = try Data(contentsOf: files.results.appendingPathComponent("data.bin"))
        #expect(elements.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) } == [-1, -2])
    }

    @Test func tensorsHaveTheStridesOfTheCase() throws {
        let view = Folder.tensor([3, 2], count: 8, strides: [1, 4], start: 1)
        let files = try Folder(Folder.manifest(Folder.test("clone", view)), elements: [0, 1, 2, 3, 4, 5, 6, 7])
        let outcome = Runner(try CaseFolder(files.url), policy: .minimumNorm).run(0)
        #expect(outcome.status == .ok)
        #expect(!outcome.outputs[0].isContiguous)
        #expect(outcome.outputs[0].array(of: Int.self) == [1, 5, 2, 6, 3, 7])
    }

    @Test func moreDimensionsThanCuspHas() throws {
        let shape = Array(repeating: 1, count: 9)
        let files = try Folder(Folder.manifest(Folder.test("clone", Folder.tensor(shape))), elements: [1])
        let outcome = Runner(try CaseFolder(files.url), policy: .minimumNorm).run(0)
        #expect(outcome.status == .unsupported && outcome.message?.contains("more than 8 dimensions") == true)
    }

    /// 1 + 1 / 3 in float64, though the operands of the quotient are float32.
    @Test func mixedTypesAreOneFirst() throws {
        let number = Folder.tensor([1], at: 8, count: 1)
        let single = number.replacing("float64", with: "float32")
        let three = Folder.tensor([1], at: 16, count: 1).replacing("float64", with: "float32")
        let bits = { (x: Float) in Double(bitPattern: UInt64(x.bitPattern)) }
        let files = try Folder(
            Folder.manifest(Folder.test("addcdiv", Folder.tensor([1]), single, three)), elements: [1, bits(1), bits(3)])
        let outcome = Runner(try CaseFolder(files.url), policy: .minimumNorm).run(0)
        #expect(outcome.outputs.map { $0.item(as: Double.self) } == [1 + 1 / 3.0])
    }

    /// x + a · b: the gradient at x is the cotangent itself, so the two second cotangents belong to those at a and b.
    @Test func secondCotangentsGoWhereTheyBelong() throws {
        let leaf = { Folder.tensor([2], at: $0, grad: true) }
        let files = try Folder(
            Folder.manifest(
                Folder.test(
                    "addcmul", leaf(0), leaf(16), leaf(32),
                    more: """
                        , "cotangents": [\(Folder.tensor([2], at: 48))]
                        , "second_cotangents": [\(Folder.tensor([2], at: 64)), \(Folder.tensor([2], at: 80))]
                        """)), elements: [1, 2, 3, 4, 5, 6, 10, 20, 7, 8, 9, 10])
        let outcome = Runner(try CaseFolder(files.url), policy: .minimumNorm).run(0)
        #expect(outcome.gradients?.map { $0?.array(of: Int.self) } == [[10, 20], [50, 120], [30, 80]])
        #expect(outcome.secondGradients?.map { $0?.array(of: Int.self) } == [nil, [90, 200], [70, 160]])
    }

    @Test func onlyTheOperatorsAskedFor() throws {
        let pair = Folder.tensor([2])
        let files = try Folder(
            Folder.manifest(Folder.test("neg", pair), Folder.test("exp", pair), Folder.test("abs", pair)),
            elements: [1, 2])
        #expect(try results(files, "--ops", "abs, neg").map { $0["case"] as? Int } == [0, 2])
        #expect(complaint(files, "--ops", "abs,sine").contains("no case of the operator sine"))
    }

    @Test func policyOfTheOptionOfTheFolderOrTheDefault() throws {
        let clamp = Folder.test(
            "clamp_min", Folder.tensor([1], grad: true), kwargs: #""min": {"float": "0.0"}"#,
            more: #", "cotangents": [\#(Folder.tensor([1], at: 8))]"#)
        let gradient = { (policy: String?, arguments: [String]) throws in
            let files = try Folder(Folder.manifest(clamp, policy: policy), elements: [0, 1])
            try Conformance.parse([files.url.path, files.results.path] + arguments).run()
            let elements = try Data(contentsOf: files.results.appendingPathComponent("data.bin"))
            return elements.withUnsafeBytes { $0.bindMemory(to: Double.self).last }
        }
        #expect(try gradient(nil, []) == 0)
        #expect(try gradient("legacy", []) == 1)
        #expect(try gradient("legacy", ["--kinks", "minimumNorm"]) == 0)
        #expect(try gradient(nil, ["--kinks", "legacy"]) == 1)
    }

    // MARK: - What is refused

    @Test func unreadableFolders() throws {
        let missing = try Folder(nil)
        #expect(complaint(missing).contains("has no file manifest.json"))
        #expect(complaint(try Folder(Folder.manifest(), elements: nil)).contains("has no file data.bin"))
        let path = missing.url.path + "/nowhere"
        #expect { try CaseFolder(URL(fileURLWithPath: path)) } throws: { "\($0)" == "there is no folder \(path)" }
    }

    @Test func brokenManifests() throws {
        #expect(complaint(try Folder("{\"format\": 1,")).contains("is no manifest of cases"))
        #expect(complaint(try Folder(#"{"format": 1, "cases": [{}]}"#)).contains("cases.Index 0"))
        #expect(complaint(try Folder(Folder.manifest(format: 2))).contains("has the format 2; this program reads 1"))
        #expect(complaint(try Folder(Folder.manifest(policy: "loose"))).contains("not loose"))
    }

    @Test func unknownPolicies() throws {
        let files = try Folder(Folder.manifest())
        #expect(complaint(files, "--kinks", "sharp") == "the policy at kinks is minimumNorm or legacy, not sharp")
    }

    @Test(arguments: [
        Folder.tensor([3]), Folder.tensor([2], at: 8), Folder.tensor([2], at: -8), Folder.tensor([2], strides: [2]),
        Folder.tensor([2], strides: [-1], start: 1), Folder.tensor([2], start: 1), Folder.tensor([2], strides: [1, 1]),
        Folder.tensor([-2], count: 2), Folder.tensor([2, 2], count: 2, strides: [Int.max, Int.max]),
    ])
    func tensorsOutsideOfTheFile(_ tensor: String) throws {
        let files = try Folder(Folder.manifest(Folder.test("neg", tensor)), elements: [1, 2])
        #expect(complaint(files).contains("case 0 (neg) has a tensor of shape"))
    }

    @Test func resultsThatCannotBeWritten() throws {
        let files = try Folder(Folder.manifest())
        try Data().write(to: files.results)
        #expect(complaint(files).contains("the results cannot be written to"))
    }
}
