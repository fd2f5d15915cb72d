import CKernels
import Testing

extension KernelTests {
    /// Loads and stores of every dtype, through a program that copies.
    @Suite struct ConversionTests {
        /// The elements of `input`, as `from`, computed in `compute`, stored as `to`.
        func convert<In, Out>(_ input: [In], _ from: ck_dtype, _ compute: ck_dtype, _ to: ck_dtype, as: Out.Type)
            -> [Out]
        {
            let source = Block<In>(input.count) { input[$0] }
            let target = Block<UInt64>(input.count) { _ in 0 }
            let copy = ck_instruction(operation: UInt8(CK_copy.rawValue), dst: 1, a: 0, b: 0, c: 0)
            CKernelsTests.run(
                [copy], compute: compute, shape: [input.count],
                inputs: [Operand(data: source.pointer, dtype: from, strides: [1])],
                outputs: [Operand(data: target.pointer, dtype: to, strides: [1])])
            return target.pointer.withMemoryRebound(to: Out.self, capacity: input.count) { pointer in
                Array(UnsafeBufferPointer(start: pointer, count: input.count))
            }
        }

        /// Numbers around the limits of the integers, of either sign.
        static let reals: [Double] = {
            let limits = [255, 255.9, 256, 2_147_483_647, 2_147_483_648, 0x1p63, 65504, 65519.99, 65520]
            return Double.landmarks + limits + limits.map { -$0 }
        }()
        /// Numbers that float32, float64 or uint8 cannot hold, of either sign.
        static let integers: [Int64] = {
            let long: [Int64] = [255, 256, 257, 1 << 24 + 1, 1 << 53 + 1, 1 << 62 + 1 << 54, 1 << 62 + 1 << 54 + 1]
            return Int64.landmarks + long + long.map { -$0 }
        }()

        @Test(arguments: KernelTests.instructionSets)
        func floatsToIntegersTruncateAndSaturate(instructionSet: String) {
            func expected<T: FixedWidthInteger>(_ x: Double) -> T {
                x.isNaN ? 0 : T(exactly: x.rounded(.towardZero)) ?? (x < 0 ? .min : .max)
            }
            KernelTests.with(instructionSet: instructionSet) {
                for reals in [Self.reals, Self.reals.map { Double(Float($0)) }] {
                    let singles = reals.map { Float($0) }
                    let halfway = singles.map(Double.init)
                    #expect(convert(reals, CK_FLOAT64, CK_FLOAT64, CK_INT32, as: Int32.self) == reals.map(expected))
                    #expect(convert(reals, CK_FLOAT64, CK_INT64, CK_INT64, as: Int64.self) == reals.map(expected))
                    #expect(convert(reals, CK_FLOAT64, CK_FLOAT64, CK_UINT8, as: UInt8.self) == reals.map(expected))
                    #expect(
                        convert(reals, CK_FLOAT64, CK_FLOAT64, CK_BOOL, as: UInt8.self) == reals.map { $0 != 0 ? 1 : 0 }
                    )
                    #expect(convert(singles, CK_FLOAT32, CK_INT32, CK_INT32, as: Int32.self) == halfway.map(expected))
                    #expect(convert(singles, CK_FLOAT32, CK_FLOAT32, CK_INT64, as: Int64.self) == halfway.map(expected))
                    #expect(convert(singles, CK_FLOAT32, CK_FLOAT32, CK_UINT8, as: UInt8.self) == halfway.map(expected))
                }
            }
        }

        @Test(arguments: KernelTests.instructionSets)
        func integersWrapAround(instructionSet: String) {
            let x = Self.integers
            KernelTests.with(instructionSet: instructionSet) {
                #expect(
                    convert(x, CK_INT64, CK_INT64, CK_INT32, as: Int32.self) == x.map { Int32(truncatingIfNeeded: $0) })
                #expect(
                    convert(x, CK_INT64, CK_INT64, CK_UINT8, as: UInt8.self) == x.map { UInt8(truncatingIfNeeded: $0) })
                #expect(convert(x, CK_INT64, CK_INT64, CK_BOOL, as: UInt8.self) == x.map { $0 != 0 ? 1 : 0 })
                #expect(convert(x, CK_INT64, CK_FLOAT32, CK_FLOAT32, as: Float.self) == x.map { Float($0) })
                #expect(convert(x, CK_INT64, CK_INT64, CK_FLOAT64, as: Double.self) == x.map { Double($0) })
                let bytes = (0...255).map { UInt8($0) }
                #expect(convert(bytes, CK_UINT8, CK_INT32, CK_INT32, as: Int32.self) == bytes.map { Int32($0) })
                #expect(convert(bytes, CK_UINT8, CK_FLOAT64, CK_FLOAT64, as: Double.self) == bytes.map { Double($0) })
            }
        }

        @Test(arguments: KernelTests.instructionSets)
        func everyHalfPrecisionNumberIsRead(instructionSet: String) {
            let all: [UInt16] = Array(0...UInt16.max)
            KernelTests.with(instructionSet: instructionSet) {
                for (pattern, value) in zip(all, convert(all, CK_FLOAT16, CK_FLOAT32, CK_FLOAT32, as: Float.self)) {
                    let exact = Float(Float16(bitPattern: pattern))
                    #expect(value.isSame(as: exact) && (value.isNaN || value.sign == exact.sign), "\(pattern)")
                }
                for (pattern, value) in zip(all, convert(all, CK_BFLOAT16, CK_FLOAT64, CK_FLOAT64, as: Double.self)) {
                    #expect(value.isSame(as: Double(Float(bitPattern: UInt32(pattern) << 16))), "\(pattern)")
                }
            }
        }

        /// At numbers of either format, halfway between two, and just beside that.
        @Test(arguments: KernelTests.instructionSets)
        func halfPrecisionIsRoundedOnceToEven(instructionSet: String) {
            let lowBits: [UInt32] = [0, 1, 0x0fff, 0x1000, 0x1001, 0x7fff, 0x8000, 0x8001, 0xffff]
            let patterns: [Float] = stride(from: UInt32(0), to: 1 << 16, by: 7).flatMap { high in
                lowBits.map { Float(bitPattern: high << 16 | $0) }
            }
            // These differ from a tie in places that float32 lacks.
            let doubles: [Double] = patterns.filter(\.isFinite).map { Double($0) }.flatMap {
                [$0, $0.nextUp, $0.nextDown]
            }
            KernelTests.with(instructionSet: instructionSet) {
                check(patterns, convert(patterns, CK_FLOAT32, CK_FLOAT32, CK_FLOAT16, as: UInt16.self), Self.float16)
                check(patterns, convert(patterns, CK_FLOAT32, CK_FLOAT32, CK_BFLOAT16, as: UInt16.self), Self.bfloat16)
                check(doubles, convert(doubles, CK_FLOAT64, CK_FLOAT64, CK_FLOAT16, as: UInt16.self), Self.float16)
                check(doubles, convert(doubles, CK_FLOAT64, CK_FLOAT64, CK_BFLOAT16, as: UInt16.self), Self.bfloat16)
                let integers = convert(Self.integers, CK_INT64, CK_INT64, CK_BFLOAT16, as: UInt16.self)
                #expect(integers == Self.integers.map(Self.bfloat16))
            }
        }

        func check<T: BinaryFloatingPoint>(_ inputs: [T], _ results: [UInt16], _ expected: (Double) -> UInt16) {
            var wrong = 0
            var example = ""
            for (input, result) in zip(inputs, results) where !input.isNaN && result != expected(Double(input)) {
                (wrong, example) = (wrong + 1, "\(input) gives \(result), not \(expected(Double(input)))")
            }
            #expect(wrong == 0, "\(example)")
            let quiet = zip(inputs, results).allSatisfy { !$0.isNaN || $1 & 0x7fff > 0x7c00 }
            #expect(quiet, "NaN is no longer one")
        }

        static func float16(_ x: Double) -> UInt16 { Float16(x).bitPattern }

        /// Rounded in units of the last of 8 significant bits.
        static func bfloat16(_ x: Double) -> UInt16 {
            if x == 0 || x.isInfinite { return UInt16(Float(x).bitPattern >> 16) }
            let exponent = max(Int(x.exponent), -126) - 7
            let unit = Double(sign: .plus, exponent: exponent, significand: 1)
            return UInt16(Float((x / unit).rounded(.toNearestOrEven) * unit).bitPattern >> 16)
        }

        static func bfloat16(_ x: Int64) -> UInt16 {
            let shift = max(0, 56 - x.magnitude.leadingZeroBitCount)
            let unit = UInt64(1) << shift
            let kept = x.magnitude >> shift
            let rest = x.magnitude & (unit - 1)
            let up = 2 * rest > unit || (2 * rest == unit && kept & 1 == 1)
            let size = Float(kept + (up ? 1 : 0)) * Float(unit)
            return UInt16((x < 0 ? -size : size).bitPattern >> 16)
        }
    }
}
