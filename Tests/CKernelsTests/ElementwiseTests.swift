import CKernels
import Testing

extension KernelTests {
    /// Rows of one operation, through one-instruction programs.
    @Suite struct ElementwiseTests {
        @Test(arguments: KernelTests.instructionSets, allOperations)
        func exactValues(instructionSet: String, operation: ck_operation) {
            KernelTests.with(instructionSet: instructionSet) {
                checkExactValues(operation, Float.self)
                checkExactValues(operation, Double.self)
                checkExactValues(operation, Int32.self)
                checkExactValues(operation, Int64.self)
            }
        }

        /// Every combination of landmarks.
        func checkExactValues<T: ComputeType>(_ operation: ck_operation, _: T.Type) {
            let marks = T.landmarks
            let arity = Int(operation.info.arity)
            guard T.exact(operation, marks[0], marks[0], marks[0]) != nil else { return }
            let thirds = arity == 3 ? marks : [marks[1]]
            let seconds = arity >= 2 ? marks : [marks[1]]
            var operands: [[T]] = [[], [], []]
            for a in marks {
                for b in seconds {
                    for c in thirds {
                        operands[0].append(a)
                        operands[1].append(b)
                        operands[2].append(c)
                    }
                }
            }
            let results = apply(operation, operands, count: operands[0].count)
            for (i, result) in results.enumerated() {
                let expected = T.exact(operation, operands[0][i], operands[1][i], operands[2][i])!
                #expect(
                    result.isSame(as: expected),
                    "\(T.self) of \(operands.prefix(arity).map { $0[i] }): \(result), not \(expected)")
            }
        }

        @Test(arguments: KernelTests.instructionSets, allOperations)
        func placeAndLengthDoNotMatter(instructionSet: String, operation: ck_operation) {
            KernelTests.with(instructionSet: instructionSet) {
                checkLengths(operation, Float.self)
                checkLengths(operation, Double.self)
                checkLengths(operation, Int32.self)
                checkLengths(operation, Int64.self)
            }
        }

        /// Lengths 0...70: the bits of one element at a time; so with repeated operands, and into an operand.
        func checkLengths<T: ComputeType>(_ operation: ck_operation, _: T.Type) {
            guard operation.isDefined(for: T.self) else { return }
            let arity = Int(operation.info.arity)
            let operands: [[T]] = (0..<arity).map { which in
                (0..<70).map { T(Double(($0 * (7 + 4 * which)) % 23) - 9.25) }
            }
            let single = (0..<70).map { i in apply(operation, operands.map { [$0[i]] }, count: 1)[0].bits }
            for length in 0...70 {
                let cut = operands.map { Array($0.prefix(length)) }
                #expect(
                    apply(operation, cut, count: length).map(\.bits) == Array(single.prefix(length)),
                    "\(T.self), \(length)")
                for target in 0..<arity {
                    let inPlace = apply(operation, cut, count: length, into: target).map(\.bits)
                    #expect(inPlace == Array(single.prefix(length)), "\(T.self), \(length), into operand \(target)")
                }
                for mask in 1..<(1 << arity) where length > 1 {
                    let repeated = (0..<arity).map { mask >> $0 & 1 == 1 ? [cut[$0][1]] : cut[$0] }
                    let spread = (0..<arity).map {
                        mask >> $0 & 1 == 1 ? Array(repeating: cut[$0][1], count: length) : cut[$0]
                    }
                    #expect(
                        apply(operation, repeated, count: length).map(\.bits)
                            == apply(operation, spread, count: length).map(\.bits),
                        "\(T.self), \(length), repeats \(mask)")
                }
            }
        }

        @Test(arguments: allOperations)
        func instructionSetsThatFuseAgree(operation: ck_operation) {
            func bits<T: ComputeType>(_ set: String, _: T.Type) -> [UInt64] {
                guard operation.isDefined(for: T.self) else { return [] }
                return KernelTests.with(instructionSet: set) {
                    let operands: [[T]] = (0..<3).map { which in
                        (0..<1000).map { T(Double($0 * (which + 3)) * 0.037 - 20) }
                    }
                    return apply(operation, operands, count: 1000).map(\.bits)
                }
            }
            let sets = KernelTests.instructionSets.filter { $0 != "baseline" }
            for set in sets.dropFirst() {
                #expect(bits(set, Float.self) == bits(sets[0], Float.self))
                #expect(bits(set, Double.self) == bits(sets[0], Double.self))
                #expect(bits(set, Int32.self) == bits(sets[0], Int32.self))
                #expect(bits(set, Int64.self) == bits(sets[0], Int64.self))
            }
        }

        @Test func tableIsComplete() {
            for operation in allOperations {
                #expect((1...3).contains(operation.info.arity), "\(operation)")
                let exact =
                    operation.info.whole
                    ? Int32.exact(operation, 1, 1, 1) != nil : Float.exact(operation, 1, 1, 1) != nil
                let checked = exact || MathFunction(operation) != nil
                #expect(checked, "\(operation) has no reference value in the tests")
            }
        }
    }
}
