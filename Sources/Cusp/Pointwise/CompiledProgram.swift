import CKernels

/// A program in the form that the kernels run: places assigned, registers reused as soon as their value has been read for the
/// last time.
///
/// Results that are an input or a constant are not computed; ``results`` says which.
final class CompiledProgram: @unchecked Sendable {
    enum Result {
        case input(Int)
        case constant(Number)
        /// The output with this index of the kernels' program.
        case computed(Int)
    }

    let results: [Result]
    let inputCount: Int
    /// How many outputs the kernels write.
    let outputCount: Int
    /// Whether the kernels can run it in one pass.
    let fits: Bool
    /// Whether there is one result, which is computed: nearly always.
    let isSingle: Bool
    private let instructions: UnsafeMutablePointer<ck_instruction>
    private let constants: UnsafeMutablePointer<Double>
    /// Where the kernels keep its machine code.
    private let codes: UnsafeMutablePointer<ck_codes>
    private let raw: UnsafeMutablePointer<ck_program>
    /// The same for float64, where that shares less.
    private let ofDoubles: CompiledProgram?

    convenience init(_ program: Program) {
        let sharing = program.withSharedExponentials
        let ofDoubles = sharing.map { _ in CompiledProgram(program, ofDoubles: nil) }
        self.init(sharing ?? program, ofDoubles: ofDoubles)
    }

    private init(_ program: Program, ofDoubles: CompiledProgram?) {
        var assignment = Assignment(program.withCheapOperationsTogether)
        assignment.run()
        self.ofDoubles = ofDoubles
        results = assignment.results
        inputCount = program.inputCount
        outputCount = assignment.outputs.count
        instructions = .allocate(capacity: max(assignment.instructions.count, 1))
        instructions.initialize(from: assignment.instructions, count: assignment.instructions.count)
        constants = .allocate(capacity: max(assignment.constants.count, 1))
        constants.initialize(from: assignment.constants.map(\.double), count: assignment.constants.count)
        fits = assignment.fits && ofDoubles?.fits != false
        isSingle = results.count == 1 && outputCount == 1
        codes = .allocate(capacity: 1)
        codes.initialize(to: ck_codes())
        raw = .allocate(capacity: 1)
        raw.initialize(
            to: ck_program(
                inputs: Int32(inputCount), outputs: Int32(outputCount), constants: Int32(assignment.constants.count),
                registers: Int32(assignment.registers), count: Int32(assignment.instructions.count),
                constant_values: UnsafePointer(constants), instructions: UnsafePointer(instructions), codes: codes))
    }

    /// What the kernels run where everything is computed in one type.
    func raw(_ compute: DType) -> UnsafeMutablePointer<ck_program> {
        compute == .float64 ? ofDoubles?.raw ?? raw : raw
    }

    deinit {
        ck_forget_code(codes)
        codes.deallocate()
        raw.deallocate()
        instructions.deallocate()
        constants.deallocate()
    }
}

/// Gives every live value its place: inputs, then outputs, then constants, then registers.
private struct Assignment {
    let program: Program
    var results: [CompiledProgram.Result] = []
    /// The positions of the values that become the kernels' outputs.
    var outputs: [Int] = []
    /// Values that one more output is a copy of, and the place of that.
    private var copies: [(of: Int, to: Int)] = []
    var constants: [Number] = []
    var registers = 0
    var instructions: [ck_instruction] = []

    private var place: [Int?]
    private var readers: [Int]
    private var free: [Int] = []

    init(_ program: Program) {
        self.program = program
        place = Array(repeating: nil, count: program.values.count)
        readers = Array(repeating: 0, count: program.values.count)
    }

    mutating func run() {
        let live = program.live
        for id in program.outputs { settle(id) }
        for (id, value) in program.values.enumerated() where live[id] {
            if case .constant(let number) = value {
                place[id] = program.inputCount + outputs.count + constants.count
                constants.append(number)
            }
            if case .input(let i) = value { place[id] = i }
            if case .operation = value { for operand in value.operands { readers[program.source(operand)] += 1 } }
        }
        var isDone = live.map { !$0 }
        for id in program.values.indices where !isDone[id] {
            // A sigmoid and its slope at one place follow each other: the kernels compute them together.
            for id in [id] + slopes(of: id) where !isDone[id] {
                let value = program.values[id]
                if case .operation(let primitive, _, _, _) = value {
                    emit(id, primitive, value.operands.map(program.source))
                }
                isDone[id] = true
            }
        }
        for copy in copies { emit(CK_copy, [place[copy.of]!], to: copy.to) }
    }

    /// Whether it is within the limits of the kernels.
    var fits: Bool {
        program.inputCount + outputs.count <= CK_MAX_OPERANDS && constants.count <= CK_MAX_CONSTANTS
            && registers <= CK_MAX_REGISTERS
    }

    private func slopes(of id: Int) -> [Int] {
        guard case .operation(CK_sigmoid, let x, _, _) = program.values[id] else { return [] }
        return program.values.firstIndex(of: .operation(CK_sigmoid_slope, x, -1, -1)).map { [$0] } ?? []
    }

    private mutating func settle(_ id: Int) {
        let source = program.source(id)
        switch program.values[source] {
        case .input(let i): results.append(.input(i))
        case .constant(let number): results.append(.constant(number))
        default:
            if let known = outputs.firstIndex(of: id) {
                results.append(.computed(known))
            } else {
                // A value that is a result twice, in two types, is copied.
                if place[source] == nil {
                    place[source] = program.inputCount + outputs.count
                } else {
                    copies.append((source, program.inputCount + outputs.count))
                }
                results.append(.computed(outputs.count))
                outputs.append(id)
            }
        }
    }

    private mutating func emit(_ id: Int, _ primitive: Primitive, _ operands: [Int]) {
        let places = operands.map { place[$0]! }
        // A row may write over its own operands, so a register that is read here for the last time is free for the result.
        for operand in operands {
            readers[operand] -= 1
            if readers[operand] == 0, let at = place[operand], at >= firstRegister { free.append(at) }
        }
        if place[id] == nil {
            if free.isEmpty {
                free.append(firstRegister + registers)
                registers += 1
            }
            place[id] = free.removeLast()
        }
        emit(primitive, places, to: place[id]!)
    }

    private mutating func emit(_ primitive: Primitive, _ places: [Int], to place: Int) {
        // Places that do not fit are those of a program that does not, which is not run.
        let at = (places + [0, 0]).map { UInt8(truncatingIfNeeded: $0) }
        let to = UInt8(truncatingIfNeeded: place)
        instructions.append(
            ck_instruction(operation: UInt8(primitive.rawValue), dst: to, a: at[0], b: at[1], c: at[2]))
    }

    private var firstRegister: Int { program.inputCount + outputs.count + constants.count }
}
