extension PointwiseFunction: CustomStringConvertible {
    /// The program, one value a line, and the derivatives that have been used, each with what it saves.
    public var description: String {
        let parameters = (0..<program.inputCount).map { "x\($0)" }
        var text = "\(name)(\(parameters.joined(separator: ", ")))\n" + program.lines(parameters)
        derivatives.each { key, derivative in
            let saved = derivative.saved.map { what in
                switch what {
                case .operand(let i): "x\(i)"
                case .result(let i): program.outputs.count == 1 ? "y" : "y\(i)"
                }
            }
            let gradients = program.outputs.indices.map { program.outputs.count == 1 ? "g" : "g\($0)" }
            let operands = derivative.operands.map { "x\($0)" }.joined(separator: ", ")
            text += "\ngradient at \(operands), saving \(saved.isEmpty ? "nothing" : saved.joined(separator: ", "))\n"
            text += derivative.function.program.lines(gradients + saved)
        }
        return text
    }
}

extension Pointwise: CustomStringConvertible {
    public var description: String { function.description }
}

extension Program {
    /// One line for each value that is computed, and one for the results.
    fileprivate func lines(_ parameters: [String]) -> String {
        var names: [String] = []
        var lines: [String] = []
        for (id, value) in values.enumerated() {
            switch value {
            case .input(let i): names.append(parameters[i])
            case .constant(let number): names.append(number.text)
            case .operation(let primitive, _, _, _):
                lines.append(
                    "    v\(id) = \(primitive.name) \(value.operands.map { names[$0] }.joined(separator: ", "))")
                names.append("v\(id)")
            case .cast(let type, let source):
                lines.append("    v\(id) = \(type) \(names[source])")
                names.append("v\(id)")
            case .decreed(_, let body, let operands):
                let given = operands.map { names[$0] }.joined(separator: ", ")
                lines.append("    v\(id) = \(names[body]), with a given derivative at \(given)")
                names.append("v\(id)")
            }
        }
        return (lines + ["    return " + outputs.map { names[$0] }.joined(separator: ", ")]).joined(separator: "\n")
    }
}

extension Number {
    fileprivate var text: String {
        switch self {
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .float(let value): "\(value)"
        }
    }
}
