/// The table at the end: a group after the other, a line for each id, a column for each size, with geometric means.
package struct Table {
    private let rows: [Figure]

    package init(_ rows: [Figure]) { self.rows = rows }

    package var text: String {
        Group.allCases.compactMap { group in
            let rows = rows.filter { $0.group == group }
            return rows.isEmpty ? nil : section(group, rows)
        }.joined(separator: "\n\n")
    }

    private func section(_ group: Group, _ rows: [Figure]) -> String {
        let ids = Page.ids(rows)
        // Where every id has a size of its own, the sizes say nothing: one column.
        let single = group.hasFixedSizes
        let sizes = single ? [] : Set(rows.map(\.n)).sorted()
        var lines = [[group.rawValue] + (single ? [""] : sizes.map { Size($0).description })]
        for id in ids {
            let own = rows.filter { $0.id == id }
            let cells: [Figure?] = single ? own : sizes.map { size in own.first { $0.n == size } }
            lines.append([id] + cells.map { cell in cell.map(Self.cell) ?? "" })
        }
        let ratios = single ? [rows] : sizes.map { size in rows.filter { $0.n == size } }
        let means = ratios.map(Self.mean)
        if means.contains(where: { !$0.isEmpty }) { lines.append(["geometric mean"] + means) }
        var text = Self.aligned(lines)
        if !single, let mean = geometricMean(rows.compactMap(\.ratio)) {
            text += "\n" + "over all sizes".padded(Self.idWidth, left: true) + "  ×" + digits(mean)
        }
        return text
    }

    private static func mean(_ rows: [Figure]) -> String {
        geometricMean(rows.compactMap(\.ratio)).map { "×" + digits($0) } ?? ""
    }

    /// Time, ratio, and share of the limit: 12.3 µs ×3.40 87%.
    package static func cell(_ row: Figure) -> String {
        if row.error != nil { return "error" }
        var parts = [row.ns.map(time) ?? row.bytes.map(bytes) ?? ""]
        if let gflops = row.gflops { parts.append(digits(gflops) + " GFLOP/s") }
        if let ratio = row.ratio { parts.append("×" + digits(ratio)) }
        if let share = row.share { parts.append(percent(share)) }
        return parts.joined(separator: " ")
    }

    private static let idWidth = 22

    private static func aligned(_ lines: [[String]]) -> String {
        let columns = lines.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            lines.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return lines.map { line in
            line.enumerated().map { column, text in
                column == 0 ? text.padded(max(idWidth, widths[0]), left: true) : text.padded(widths[column])
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
