import Foundation

/// nil of nothing.
package func geometricMean(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    return exp(values.reduce(0) { $0 + log($1) } / Double(values.count))
}

/// Nanoseconds with three digits and a fitting unit: 850 ns, 12.3 µs.
package func time(_ ns: Double) -> String {
    for (unit, size) in [("s", 1e9), ("ms", 1e6), ("µs", 1e3)] where ns >= size * 0.9995 {
        return digits(ns / size) + " " + unit
    }
    return digits(ns) + " ns"
}

/// Three digits, not fewer before the point.
package func digits(_ value: Double) -> String {
    String(format: value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f", value)
}

package func percent(_ share: Double) -> String { String(format: "%.0f%%", share * 100) }

package func bytes(_ count: Double) -> String { digits(count / 0x1p20) + " MiB" }

extension String {
    /// This text in a column of `width`, on the right or left.
    package func padded(_ width: Int, left: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - count))
        return left ? self + space : space + self
    }
}
