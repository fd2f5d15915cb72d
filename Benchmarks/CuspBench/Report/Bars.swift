import Foundation

/// A bar for each of several values, as inline SVG: ratios on a logarithmic axis that begins at 1, or shares of 1.
struct Bars {
    var title: String
    var bars: [(name: String, value: Double)]
    var shares: Bool

    var svg: String {
        guard !bars.isEmpty else { return "" }
        let (width, left, right, line) = (760.0, 180.0, 70.0, 24.0)
        let height = 30 + line * Double(bars.count) + 6
        let places = bars.map { shares ? $0.value : log2($0.value) }
        let (low, high) = (min(0, places.min()!), max(1, places.max()!))
        func x(_ place: Double) -> Double { left + (place - low) / (high - low) * (width - left - right) }
        func short(_ value: Double) -> String { String(format: "%.1f", value) }
        var parts = ["<text x=\"8\" y=\"18\" class=\"title\">\(title)</text>"]
        for (i, (bar, place)) in zip(bars, places).enumerated() {
            let y = 30 + line * Double(i)
            let (from, to) = (min(x(0), x(place)), max(x(0), x(place)))
            let color = !shares && bar.value < 1 ? "#dc2626" : "#2563eb"
            let value = shares ? percent(bar.value) : "×" + digits(bar.value)
            parts.append(
                """
                <text x="\(left - 8)" y="\(short(y + 15))" text-anchor="end">\(bar.name)</text>
                <rect x="\(short(from))" y="\(short(y + 3))" width="\(short(max(to - from, 1)))" height="16" fill="\(color)"/>
                <text x="\(short(to + 6))" y="\(short(y + 15))">\(value)</text>
                """)
        }
        let axis = x(shares ? 1 : 0)
        parts.append("<line x1=\"\(short(axis))\" x2=\"\(short(axis))\" y1=\"28\" y2=\"\(height)\" class=\"even\"/>")
        return "<svg viewBox=\"0 0 \(Int(width)) \(Int(height))\" role=\"img\">\(parts.joined(separator: "\n"))</svg>"
    }
}
