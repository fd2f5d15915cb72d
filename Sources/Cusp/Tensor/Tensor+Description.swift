import Foundation

extension Tensor: CustomStringConvertible {
    /// The elements in nested brackets, aligned; only the outer three of each long dimension where there are more than a
    /// thousand; the type where it is not float32.
    ///
    ///     print(Tensor([[1, 2.5], [3, 4]]))
    ///     // [[1.  2.5]
    ///     //  [3.  4. ]]
    public var description: String {
        guard elementCount > 0 || rank == 0 else {
            return (rank == 1 ? "[]" : "[] shape \(shape)") + suffix
        }
        let shown = elementCount > 1000 ? edges(3) : self
        var texts = shown.texts[...]
        let width = texts.lazy.map(\.count).max() ?? 0
        return shown.bracketed(&texts, Array(shape), width, indent: 1) + suffix
    }

    private var suffix: String { dtype == .float32 ? "" : " " + dtype.description }

    /// The first and last `count` entries of each dimension that has more than twice as many.
    private func edges(_ count: Int) -> Tensor {
        var layout = buffer.layout
        var parts = buffer
        for dim in 0..<rank where layout.shape[dim] > 2 * count {
            // A step from the last of the first ones to the first of the last ones is not even, so this part is copied.
            let size = layout.shape[dim]
            let view = parts.viewed(layout)
            let head = Tensor(view.viewed(layout.sliced(dim, start: 0, count: count, step: 1)))
            let tail = Tensor(view.viewed(layout.sliced(dim, start: size - count, count: count, step: 1)))
            parts = cat([head, tail], dim: dim).buffer
            layout = parts.layout
        }
        return Tensor(parts)
    }

    private func bracketed(_ texts: inout ArraySlice<String>, _ full: [Int], _ width: Int, indent: Int) -> String {
        guard let size = full.first else {
            return texts.removeFirst().padded(to: width)
        }
        let inner = Array(full.dropFirst())
        let dim = rank - full.count
        let shown = shape[dim]
        var lines: [String] = []
        for i in 0..<shown {
            if shown < size && i == shown / 2 { lines.append("...") }
            lines.append(bracketed(&texts, inner, width, indent: indent + 1))
        }
        let gap =
            inner.isEmpty ? " " : String(repeating: "\n", count: inner.count) + String(repeating: " ", count: indent)
        return "[" + lines.joined(separator: gap) + "]"
    }

    /// Each element as text: floats in the fewest digits that tell them apart, aligned at the point.
    private var texts: [String] {
        switch dtype {
        case .bool: return array(of: Bool.self).map { $0 ? "true" : "false" }
        case .int32, .int64, .uint8: return array(of: Int.self).map(String.init)
        case .float64: return Self.aligned(array(of: Double.self).map { $0.description }, array(of: Double.self))
        case .float32, .float16, .bfloat16:
            return Self.aligned(array(of: Float.self).map { $0.description }, array(of: Double.self))
        }
    }

    private static func aligned(_ texts: [String], _ values: [Double]) -> [String] {
        let finite = values.filter { $0.isFinite && $0 != 0 }.map(\.magnitude)
        let scientific = (finite.max() ?? 1) >= 1e8 || (finite.min() ?? 1) < 1e-4
        var texts = texts
        for (i, value) in values.enumerated() where value.isFinite {
            if scientific {
                texts[i] = exponential(texts[i])
            } else if texts[i].contains("e") {
                // A whole number that is too large for a Float to have a fraction.
                texts[i] = "\(Int(value))."
            } else if texts[i].hasSuffix(".0") {
                texts[i].removeLast()
            }
        }
        // So that the points stand under each other: as many characters after each as after the longest.
        let decimals = texts.map { text in
            text.firstIndex(of: ".").map { text.distance(from: $0, to: text.lastIndex(of: "e") ?? text.endIndex) } ?? 0
        }
        let longest = decimals.max() ?? 0
        return zip(texts, decimals).map { text, own in
            guard own > 0 else { return text }
            let end = text.lastIndex(of: "e") ?? text.endIndex
            let fill = String(repeating: scientific ? "0" : " ", count: longest - own)
            return text[..<end] + fill + text[end...]
        }
    }

    /// A text in scientific form: "25.0" is "2.5e+01", "1e+10" is "1.e+10".
    private static func exponential(_ text: String) -> String {
        let sign = text.hasPrefix("-") ? "-" : ""
        let halves = text.drop { $0 == "-" }.split(separator: "e")
        let parts = halves[0].split(separator: ".")
        let digits = parts[0] + (parts.count < 2 || parts[1] == "0" ? "" : parts[1])
        let leading = digits.prefix { $0 == "0" }.count
        guard leading < digits.count else { return sign + "0.e+00" }
        var exponent = parts[0].count - 1 - leading
        if halves.count == 2 { exponent += Int(halves[1]) ?? 0 }
        var significant = digits.dropFirst(leading)
        while significant.count > 1 && significant.last == "0" { significant.removeLast() }
        return "\(sign)\(significant.prefix(1)).\(significant.dropFirst())" + String(format: "e%+03d", exponent)
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
