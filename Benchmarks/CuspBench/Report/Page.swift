/// The report as one HTML file that needs no other: plots of ratio and share of the limit by size, and all numbers.
package struct Page {
    private let rows: [Figure]

    package init(_ rows: [Figure]) { self.rows = rows }

    package var text: String {
        let peer = rows.lazy.compactMap(\.peer).first
        let threads = rows.first?.threads ?? 0
        let sections = Group.allCases.map { group in section(group, rows.filter { $0.group == group }) }
        return """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>cusp-bench</title>
            <style>\(Self.style)</style>
            <h1>Cusp\(peer.map { " and \($0)" } ?? "")</h1>
            <p>\(threads) thread\(threads == 1 ? "" : "s")\(peer == nil ? "" : " on both sides, measured in turns in one run; best of the rounds"). ×N: N times \
            as fast as the peer. Shares are of the copy bandwidth, for matrix products of the peak of multiply-adds, measured in the \
            same turns.</p>
            \(sections.joined(separator: "\n"))
            </html>

            """
    }

    private func section(_ group: Group, _ rows: [Figure]) -> String {
        guard !rows.isEmpty else { return "" }
        let title = group.rawValue.prefix(1).uppercased() + group.rawValue.dropFirst()
        let mean = geometricMean(rows.compactMap(\.ratio)).map { " <small>geometric mean ×\(digits($0))</small>" } ?? ""
        return """
            <section>
            <h2>\(title)\(mean)</h2>
            <div class="plots">\(plots(rows))</div>
            <details><summary>Numbers</summary>\(table(rows))</details>
            </section>
            """
    }

    private func plots(_ rows: [Figure]) -> String {
        let ids = Self.ids(rows)
        func lines(_ value: (Figure) -> Double?) -> [Plot.Line] {
            ids.map { id in
                Plot.Line(
                    name: id,
                    points: rows.filter { $0.id == id }.compactMap { row in value(row).map { (n: row.n, value: $0) } })
            }.filter { !$0.points.isEmpty }
        }
        // Lines need sizes to run over; where each id has one size only, bars say it better.
        let single = ids.count == rows.count
        let figures = [("Ratio", lines(\.ratio), false), ("Share of the machine's limit", lines(\.share), true)]
        return figures.map { title, lines, shares in
            single
                ? Bars(title: title, bars: lines.map { ($0.name, $0.points[0].value) }, shares: shares).svg
                : Plot(title: title + " by size", lines: lines, shares: shares).svg
        }.joined()
    }

    private func table(_ rows: [Figure]) -> String {
        let lines = rows.map { row in
            let cells = [
                row.id, Size(row.n).description, row.ns.map(time) ?? row.bytes.map(bytes) ?? "",
                row.peerNs.map(time) ?? row.peerBytes.map(bytes) ?? "", row.ratio.map { "×" + digits($0) } ?? "",
                row.share.map(percent) ?? "", row.error.map(Self.escaped) ?? "",
            ]
            let slow = (row.ratio ?? 1) < 1 || row.error != nil
            return "<tr\(slow ? " class=\"slow\"" : "")>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>"
        }
        let head = ["id", "n", "Cusp", rows.first?.peer ?? "", "ratio", "share", ""].map { "<th>\($0)</th>" }.joined()
        return "<table><tr>\(head)</tr>\(lines.joined(separator: "\n"))</table>"
    }

    static func ids(_ rows: [Figure]) -> [String] {
        var ids: [String] = []
        for row in rows where ids.last != row.id { ids.append(row.id) }
        return ids
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
    }

    private static let style = """
        body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 1560px; padding: 0 1em; color: #1e293b }
        h2 small { font-weight: normal; color: #64748b; font-size: 0.7em; margin-left: 0.6em }
        section { margin-top: 2em } .plots { display: flex; flex-wrap: wrap; gap: 1em }
        svg { flex: 1 1 560px; max-width: 760px; font: 11px system-ui, sans-serif; fill: #475569 }
        svg .title { font-size: 13px; font-weight: 600 } .grid { stroke: #e2e8f0 } .even { stroke: #334155 }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums } td, th { padding: 0 0.9em; text-align: right }
        td:first-child, th:first-child { text-align: left } tr:nth-child(even) { background: #f8fafc } .slow { color: #dc2626 }
        summary { cursor: pointer; color: #2563eb }
        """
}
