import CKernels
import Foundation
import Testing

func fill<T: ComputeType>(_ distribution: ck_distribution, seed: UInt64 = 1, stream: UInt64 = 0, _ count: Int) -> [T] {
    [T](unsafeUninitializedCapacity: count + 1) { buffer, initialized in
        ck_random(distribution, T.dtype, seed, stream, Int64(count), buffer.baseAddress)
        initialized = count
    }
}

/// Philox4x32-10, as in the paper.
func philox(counter: [UInt32], key: [UInt32]) -> [UInt32] {
    var c = counter
    var k = key
    for _ in 0..<10 {
        let (high0, low0) = UInt32(0xD251_1F53).multipliedFullWidth(by: c[0])
        let (high2, low2) = UInt32(0xCD9E_8D57).multipliedFullWidth(by: c[2])
        c = [high2 ^ c[1] ^ k[0], low2, high0 ^ c[3] ^ k[1], low0]
        k = [k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85]
    }
    return c
}

/// The words that element i of a float32 fill, or of a float64 one, is made of.
func words(seed: UInt64, stream: UInt64, _ i: Int, perElement: Int) -> [UInt32] {
    let perBlock = 64 / perElement
    let counter = UInt64(i / perBlock * 16 + i % 16)
    let first = i % perBlock / 16 * perElement
    func halves(_ x: UInt64) -> [UInt32] { [UInt32(truncatingIfNeeded: x), UInt32(x >> 32)] }
    return Array(philox(counter: halves(counter) + halves(stream), key: halves(seed))[first..<first + perElement])
}

extension KernelTests {
    @Suite struct Random {
        /// The known answers that the authors publish with their library Random123 (kat_vectors).
        @Test func referenceOfTheTestsIsRight() {
            #expect(
                philox(counter: [0, 0, 0, 0], key: [0, 0]) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
            let ones = [UInt32](repeating: .max, count: 4)
            #expect(philox(counter: ones, key: [.max, .max]) == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
            let pi: [UInt32] = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344]
            let answer: [UInt32] = [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
            #expect(philox(counter: pi, key: [0xa409_3822, 0x299f_31d0]) == answer)
        }

        @Test(
            arguments: KernelTests.instructionSets,
            [(UInt64(0), UInt64(0)), (.max, 3), (0x1234_5678_9abc_def0, .max - 5)])
        func uniformIsPhilox(set: String, key: (seed: UInt64, stream: UInt64)) {
            KernelTests.with(instructionSet: set) {
                for count in [0, 1, 15, 16, 17, 63, 64, 65, 20_000] {
                    let floats: [Float] = fill(CK_UNIFORM, seed: key.seed, stream: key.stream, count)
                    #expect(
                        floats
                            == (0..<count).map {
                                Float(words(seed: key.seed, stream: key.stream, $0, perElement: 1)[0] >> 8) * 0x1p-24
                            })
                    let doubles: [Double] = fill(CK_UNIFORM, seed: key.seed, stream: key.stream, count)
                    #expect(
                        doubles
                            == (0..<count).map {
                                let w = words(seed: key.seed, stream: key.stream, $0, perElement: 2)
                                return Double((UInt64(w[0]) << 32 | UInt64(w[1])) >> 11) * 0x1p-53
                            })
                }
            }
        }

        /// Pairs of elements, 32 (of float64: 16) apart, are those of the two random numbers that they are made of.
        @Test(arguments: KernelTests.instructionSets)
        func normalIsBoxMuller(set: String) {
            KernelTests.with(instructionSet: set) {
                let floats: [Float] = fill(CK_NORMAL, seed: 7, stream: 9, 64_000)
                for i in 0..<64_000 where i % 64 < 32 {
                    let word = Float(words(seed: 7, stream: 9, i, perElement: 1)[0] >> 1)
                    let u = Wide(Float(0x1p-32).addingProduct(word, 0x1p-31))
                    let turn = Wide(words(seed: 7, stream: 9, i + 32, perElement: 1)[0]) * 0x1p-32
                    let radius = (-2 * log(u)).squareRoot()
                    #expect(abs(Wide(floats[i]) - radius * cos(2 * .pi * turn)) < 5e-7 * radius)
                    #expect(abs(Wide(floats[i + 32]) - radius * sin(2 * .pi * turn)) < 5e-7 * radius)
                }
                let doubles: [Double] = fill(CK_NORMAL, seed: 7, stream: 9, 32_000)
                for i in 0..<32_000 where i % 32 < 16 {
                    func bits(_ i: Int) -> UInt64 {
                        let w = words(seed: 7, stream: 9, i, perElement: 2)
                        return UInt64(w[0]) << 32 | UInt64(w[1])
                    }
                    let u = Wide(0x1p-64.addingProduct(Double(bits(i) >> 1), 0x1p-63))
                    let turn = Wide(bits(i + 16)) * 0x1p-64
                    let radius = (-2 * log(u)).squareRoot()
                    #expect(abs(Wide(doubles[i]) - radius * cos(2 * .pi * turn)) < 1e-15 * radius)
                    #expect(abs(Wide(doubles[i + 16]) - radius * sin(2 * .pi * turn)) < 1e-15 * radius)
                }
            }
        }

        @Test func momentsAreThoseOfTheDistribution() {
            let n = 1_000_000.0
            let uniform: [Float] = fill(CK_UNIFORM, Int(n))
            let normal: [Float] = fill(CK_NORMAL, Int(n))
            func moment(_ x: [Float], _ k: Double) -> Double { x.reduce(0) { $0 + pow(Double($1), k) } / n }
            // Within five standard deviations of a mean of n.
            for (value, exact, deviation) in [
                (moment(uniform, 1), 1 / 2.0, 0.29), (moment(uniform, 2), 1 / 3.0, 0.3), (moment(normal, 1), 0, 1),
                (moment(normal, 2), 1, 1.42), (moment(normal, 3), 0, 3.9), (moment(normal, 4), 3, 9.8),
            ] { #expect(abs(value - exact) < 5 * deviation / n.squareRoot()) }
            #expect(uniform.allSatisfy { 0 <= $0 && $0 < 1 })
        }

        @Test func aFillStartsLikeAShorterOne() {
            let long: [Double] = fill(CK_NORMAL, 100_000)
            let short: [Double] = fill(CK_NORMAL, 777)
            #expect(Array(long.prefix(777)) == short)
        }

        @Test func seedsAndStreamsDiffer() {
            let fills: [[Float]] = [(1, 0), (2, 0), (1, 1), (1 << 40, 0), (1, 1 << 40)].map {
                fill(CK_UNIFORM, seed: $0.0, stream: $0.1, 50)
            }
            #expect(Set(fills).count == fills.count)
        }

        @Test(arguments: [CK_UNIFORM, CK_NORMAL])
        func sameBitsOnAnyMachine(distribution: ck_distribution) {
            expectSameBits { (fill(distribution, 30_001) as [Float]).map(\.bitPattern) }
            expectSameBits { (fill(distribution, 30_001) as [Double]).map(\.bitPattern) }
        }
    }
}
