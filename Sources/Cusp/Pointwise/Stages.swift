/// A function that does not fit into one pass, cut into several.
///
/// The kernels compute a pass in one type. So a value that another type reads is stored between the two, in the type that the
/// promotion rules or a cast give it, and the results are those of one operation after the other. That is also how a function
/// is run that has more operands, results or values at a time than the kernels take.
final class Stages: Sendable {
    private struct Stage: Sendable {
        let function: PointwiseFunction
        /// Among the operands of the whole, followed by what earlier stages have given.
        let operands: [Int]
    }
    private let stages: [Stage]
    /// Where the results are, counted in the same way.
    private let results: [Int]

    init(_ name: String, _ program: Program, _ inputs: [OperandType]) {
        var computation = Computation(program, inputs)
        var functions = Self.functions(name, computation)
        if functions.contains(where: { !$0.function.compiled.fits }) {
            computation = Computation(program, inputs, separately: true)
            functions = Self.functions(name, computation)
        }
        let whole = computation.program
        var place: [Int: Int] = [:]
        var next = whole.inputCount
        stages = functions.map { part, function in
            let operands = part.inputs.map { input in
                if case .input(let i) = whole.values[input] { i } else { place[input]! }
            }
            for value in part.results {
                place[value] = next
                next += 1
            }
            return Stage(function: function, operands: operands)
        }
        results = whole.outputs.map { place[$0]! }
    }

    private static func functions(
        _ name: String, _ computation: Computation
    ) -> [(part: Part, function: PointwiseFunction)] {
        let program = computation.program
        var cut = Cut(computation)
        var parts: [Part] = []
        // From the last one down: then it is known what is asked of each.
        let rest = program.outputs.filter { !cut.isStored($0) }
        if !rest.isEmpty { parts.append(cut.part(rest, of: nil)) }
        cut.asked.formUnion(program.outputs)
        for group in Set(program.values.indices.compactMap(cut.group)).sorted(by: { $0.level > $1.level }) {
            let wanted = cut.asked.filter { cut.group($0) == group }.sorted()
            if !wanted.isEmpty { parts.append(cut.part(wanted, of: group)) }
        }
        return parts.reversed().map { ($0, PointwiseFunction(name, $0.program)) }
    }

    /// The results for these operands, in the shape of the whole.
    func results(_ operands: Span<Operand<Tensor>>, _ shape: Shape) throws(TensorError) -> [Tensor] {
        // A loop: of a closure over the span the optimiser of Swift 6.3.1 makes what its own verifier refuses.
        var values: [Operand<Tensor>] = []
        for i in operands.indices {
            if let tensor = operands[i].tensor {
                values.append(.value(tensor.detached()))
            } else {
                values.append(operands[i])
            }
        }
        for stage in stages {
            let operands = stage.operands.map { values[$0] }
            values += try stage.function.evaluateAll(operands.span).map { .value($0) }
        }
        return results.map { at in
            let buffer = values[at].tensor!.buffer
            return Tensor(buffer.shape == shape ? buffer : buffer.viewed(buffer.layout.stretched(to: shape)))
        }
    }
}

/// A pass of the whole: what it computes of the whole's values, and what it reads of them.
private struct Part {
    var program = Program(inputCount: 0, values: [], outputs: [])
    var inputs: [Int] = []
    var results: [Int] = []
}

private struct Cut {
    /// What is computed in one pass.
    struct Group: Hashable {
        let level: Int
        let type: DType
    }
    let computation: Computation
    /// What later stages read.
    var asked: Set<Int> = []

    init(_ computation: Computation) { self.computation = computation }

    func group(_ id: Int) -> Group? {
        guard computation.isComputed[id], let type = computation.compute[id] else { return nil }
        return Group(level: computation.level[id], type: type)
    }

    /// Whether it is stored for whoever reads it elsewhere. Numbers adapt to their readers: they are written down there again.
    func isStored(_ id: Int) -> Bool { group(id) != nil }

    mutating func part(_ results: [Int], of group: Group?) -> Part {
        var part = Part()
        var positions: [Int: Int] = [:]
        part.results = results
        part.program.outputs = results.map { write($0, group, &part, &positions) }
        return part
    }

    private mutating func write(_ id: Int, _ here: Group?, _ part: inout Part, _ positions: inout [Int: Int]) -> Int {
        if let known = positions[id] { return known }
        let program = computation.program
        var value = program.values[id]
        let isRead = isStored(id) && group(id) != here && computation.types[id].isElements
        if case .input = value {
            part.inputs.append(id)
        } else if isRead {
            part.inputs.append(id)
            asked.insert(id)
        } else {
            var at: [Int: Int] = [:]
            for source in value.sources { at[source] = write(source, here, &part, &positions) }
            // A derivative is not asked for here, only the type that it gives the value.
            if case .decreed(_, let body, _) = value {
                guard computation.types[id].isElements else { return at[body]! }
                value = .cast(computation.types[id].settled, body)
            }
            part.program.values.append(value.moved { at[$0]! })
            positions[id] = part.program.values.count - 1
            return part.program.values.count - 1
        }
        part.program.values.append(.input(part.program.inputCount))
        part.program.inputCount += 1
        positions[id] = part.program.values.count - 1
        return part.program.values.count - 1
    }
}

extension PointwiseFunction {
    /// The passes for operands of these types.
    func stages(_ operands: Span<Operand<Tensor>>) -> Stages {
        let types = operands.types
        return staged.value(for: types) { Stages(name, program, types) }
    }
}
