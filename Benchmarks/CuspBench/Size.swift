import ArgumentParser

/// A number of elements, as people write it: 16, 1Ki (1024), 64Ki, 16Mi.
package struct Size: Hashable, Comparable, Sendable, CustomStringConvertible, ExpressibleByIntegerLiteral {
    package let count: Int

    package init(integerLiteral count: Int) { self.count = count }
    package init(_ count: Int) { self.count = count }

    /// nil where the text is not a positive number with one of the units Ki, Mi, Gi or none, or too large.
    package init?(_ text: some StringProtocol) {
        let unit = Self.units.first { text.hasSuffix($0.name) }
        guard let number = Int(text.dropLast(unit?.name.count ?? 0)), number > 0 else { return nil }
        let (count, overflow) = number.multipliedReportingOverflow(by: unit?.factor ?? 1)
        guard !overflow, count <= 1 << 40 else { return nil }
        self.count = count
    }

    /// In the largest unit that leaves a whole number.
    package var description: String {
        guard let unit = Self.units.first(where: { count % $0.factor == 0 }) else { return "\(count)" }
        return "\(count / unit.factor)\(unit.name)"
    }

    package static func < (a: Size, b: Size) -> Bool { a.count < b.count }

    private static let units = [("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)].map { (name: $0.0, factor: $0.1) }
}

/// Several sizes with commas between.
struct Sizes: ExpressibleByArgument {
    let sizes: [Size]

    static let suite = Sizes(sizes: ["16", "1Ki", "64Ki", "1Mi", "16Mi"].compactMap { Size($0) })

    init(sizes: [Size]) { self.sizes = sizes }

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let sizes = parts.compactMap { Size($0) }
        guard sizes.count == parts.count else { return nil }
        self.sizes = sizes
    }

    var defaultValueDescription: String { sizes.map(\.description).joined(separator: ",") }
}
