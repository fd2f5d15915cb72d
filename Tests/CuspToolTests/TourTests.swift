import CKernels
import Cusp
import CuspTool
import Testing

/// The numbers of the six worked examples, on every instruction set that this machine has.
///
/// The instruction set is the whole process's, so each runs in one of its own.
@Suite struct TourTests {
    @Test(arguments: ["baseline", "avx2", "avx512", "neon"])
    func numbers(instructionSet: String) async {
        await #expect(processExitsWith: .success) { [instructionSet] in
            guard ck_use_instruction_set(instructionSet) else { return }
            #expect(Cusp.instructionSet == instructionSet)
            for dtype in [DType.float32, .float64] {
                for expected in Expected.all { try expected.check(dtype) }
            }
        }
    }

    @Test func thereAreSix() {
        #expect(tour.count == 6 && Expected.all.count == 6)
    }

    @Test func backwardFromAVectorSaysWhatToDo() {
        let x = Tensor([-1, 0, 1, 2], requiresGrad: true)
        let error = #expect(throws: TensorError.self) { try ChosenSubgradient()(x).backward() }
        let text = error?.description ?? ""
        #expect(text.contains("[4]") && text.contains("sum()") && text.contains("pass a gradient"), "\(text)")
        #expect(x.grad == nil)
        #expect(tour[1].remark?().contains(text) == true)
    }

    /// The checks below notice a wrong number.
    @Test func theCheckIsStrict() {
        #expect(Expected.Number.about(1, 1e-6).fits(1 + 0.9e-6) && !Expected.Number.about(1, 1e-6).fits(1 + 1.1e-6))
        #expect(!Expected.Number.about(1.92875e-20, 1e-6).fits(0) && !Expected.Number.about(0, 1e-6).fits(1e-30))
        #expect(!Expected.Number.within(3.6e-42, 3.8e-42).fits(0) && !Expected.Number.about(1, 1e-6).fits(.nan))
    }
}

/// What one example has to give.
struct Expected: Sendable {
    enum Number: Sendable {
        /// With a relative error.
        case about(Double, Double)
        case within(Double, Double)

        func fits(_ number: Double) -> Bool {
            switch self {
            case .about(let value, let error): Swift.abs(number - value) <= error * Swift.abs(value)
            case .within(let low, let high): number >= low && number <= high
            }
        }
    }

    let stop: Int
    let values: [String: @Sendable (DType) -> [Number]]

    func check(_ dtype: DType) throws {
        let results = Dictionary(
            uniqueKeysWithValues: try tour[stop].run(dtype).map { ($0.name, $0.value) })
        for (name, numbers) in values {
            guard let result = results[name] else {
                Issue.record("example \(stop + 1) has no \(name)")
                continue
            }
            let numbers = numbers(dtype)
            let ours = result.array(of: Double.self)
            #expect(result.dtype == dtype && ours.count == numbers.count)
            for (i, (number, ours)) in zip(numbers, ours).enumerated() {
                #expect(number.fits(ours), "example \(stop + 1), \(dtype), \(name)[\(i)]: \(ours) is not \(number)")
            }
        }
    }

    /// Numbers that were given to seven digits.
    private static func seven(_ numbers: Double...) -> @Sendable (DType) -> [Number] {
        { _ in numbers.map { .about($0, 1e-6) } }
    }

    private static func exactly(_ numbers: Double...) -> @Sendable (DType) -> [Number] {
        { _ in numbers.map { .about($0, 0) } }
    }

    private static let threshold: [String: @Sendable (DType) -> [Number]] = [
        "value": { _ in [.about(0.5, 1e-6), .about(1, 1e-6), .about(1.92875e-22, 1e-6), .about(1, 1e-6)] },
        "dx": { dtype in
            dtype == .float64
                ? [
                    .about(25, 1e-13), .about(3.7200759760208e-42, 1e-13), .about(1.9287498479639e-20, 1e-13),
                    .about(1.9287498479639e-20, 1e-13),
                ]
                // The second is subnormal, in steps of 1.4e-45 before it is multiplied by 100.
                : [
                    .about(25, 1e-6), .within(3.6e-42, 3.8e-42), .about(1.92875e-20, 1e-6), .about(1.92875e-20, 1e-6),
                ]
        },
    ]

    static let all = [
        Expected(
            stop: 0,
            values: [
                "value": seven(7.831972, 8.684596, 8.759395),
                "dx": seven(0.5050000, 0.5124974, 0.4378235),
                "dy": seven(0.4950002, 0.4875026, 0.5621765),
            ]),
        Expected(stop: 1, values: ["dx": exactly(0, 0, 1, 1)]),
        Expected(stop: 2, values: ["dx": exactly(2, -4, 6)]),
        Expected(stop: 3, values: threshold),
        Expected(stop: 4, values: threshold),
        Expected(stop: 5, values: threshold),
    ]
}
