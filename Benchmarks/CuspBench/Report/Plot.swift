import Foundation

/// A plot of lines over sizes, as inline SVG. Both axes are logarithmic unless `shares` are shown.
struct Plot {
    struct Line {
        var name: String
        var points: [(n: Int, value: Double)]
    }

    var title: String
    var lines: [Line]
    /// Whether the values are shares of 1, on a linear axis, instead of ratios.
    var shares = false

    private let width = 760.0
    private let height = 380.0
    private let left = 52.0
    private let right = 190.0
    private let top = 34.0
    private let bottom = 34.0
    private static let colors = [
        "#2563eb", "#dc2626", "#16a34a", "#9333ea", "#ea580c", "#0891b2", "#be185d", "#65a30d", "#4f46e5", "#b45309",
        "#0f766e", "#7c3aed", "#e11d48", "#475569",
    ]

    private var sizes: [Int] { Set(lines.flatMap { $0.points.map(\.n) }).sorted() }
    private var values: [Double] { lines.flatMap { $0.points.map(\.value) } }

    /// The ticks of the vertical axis; the first and the last one are its ends.
    private var ticks: [Double] {
        let top = values.max() ?? 1
        if shares { return stride(from: 0, through: max(1, (top * 4).rounded(.up) / 4), by: 0.25).map { $0 } }
        let first = floor(log2(min(values.min() ?? 1, 1)))
        let last = ceil(log2(max(top, 2)))
        return stride(from: first, through: last, by: 1).map { exp2($0) }
    }

    private func x(_ n: Int) -> Double {
        let sizes = sizes
        let (first, last) = (log2(Double(sizes.first!)), log2(Double(sizes.last!)))
        let share = last > first ? (log2(Double(n)) - first) / (last - first) : 0.5
        return left + share * (width - left - right)
    }

    private func y(_ value: Double) -> Double {
        let (low, high) = (place(ticks.first!), place(ticks.last!))
        return height - bottom - (place(value) - low) / (high - low) * (height - top - bottom)
    }

    private func place(_ value: Double) -> Double { shares ? value : log2(value) }

    var svg: String {
        guard !values.isEmpty else { return "" }
        var parts = [text(left, 18, title, "class=\"title\"")]
        for tick in ticks {
            let label = shares ? percent(tick) : tick < 1 ? "1/\(Int(1 / tick))" : "×\(Int(tick))"
            let even = tick == 1 ? "class=\"even\"" : "class=\"grid\""
            let height = short(y(tick))
            parts.append("<line x1=\"\(left)\" x2=\"\(width - right)\" y1=\"\(height)\" y2=\"\(height)\" \(even)/>")
            parts.append(text(left - 6, y(tick) + 4, label, "text-anchor=\"end\""))
        }
        for n in sizes { parts.append(text(x(n), height - bottom + 18, Size(n).description, "text-anchor=\"middle\"")) }
        for (i, line) in lines.enumerated() { parts.append(drawn(line, color: Self.colors[i % Self.colors.count])) }
        parts += legend
        return "<svg viewBox=\"0 0 \(Int(width)) \(Int(height))\" role=\"img\">\(parts.joined(separator: "\n"))</svg>"
    }

    private func drawn(_ line: Line, color: String) -> String {
        let path = line.points.map { "\(short(x($0.n))),\(short(y($0.value)))" }.joined(separator: " ")
        let dots = line.points.map { point in
            let value = shares ? percent(point.value) : "×" + digits(point.value)
            return "<circle cx=\"\(short(x(point.n)))\" cy=\"\(short(y(point.value)))\" r=\"3\" fill=\"\(color)\">"
                + "<title>\(line.name) \(Size(point.n)): \(value)</title></circle>"
        }
        return "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"1.6\"/>" + dots.joined()
    }

    /// The names, at the height where their lines end, moved apart so that they can be read.
    private var legend: [String] {
        let ends = lines.enumerated().compactMap { i, line in line.points.last.map { (i, line.name, y($0.value)) } }
            .sorted { $0.2 < $1.2 }
        let step = min(13, (height - top - 8) / Double(max(ends.count, 1)))
        var places = ends.map(\.2)
        for i in places.indices.dropFirst() { places[i] = max(places[i], places[i - 1] + step) }
        for i in places.indices.reversed() {
            places[i] = min(places[i], i + 1 < places.count ? places[i + 1] - step : height - 8)
        }
        return zip(ends, places).map { end, place in
            let color = Self.colors[end.0 % Self.colors.count]
            let from = "\(short(width - right + 4))"
            return "<line x1=\"\(from)\" x2=\"\(short(width - right + 18))\" y1=\"\(short(end.2))\" "
                + "y2=\"\(short(place))\" stroke=\"\(color)\" stroke-width=\"0.8\"/>"
                + text(width - right + 22, place + 4, end.1, "fill=\"\(color)\"")
        }
    }

    private func text(_ x: Double, _ y: Double, _ text: String, _ attributes: String) -> String {
        "<text x=\"\(short(x))\" y=\"\(short(y))\" \(attributes)>\(text)</text>"
    }

    private func short(_ value: Double) -> String { String(format: "%.1f", value) }
}
