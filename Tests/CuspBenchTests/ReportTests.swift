import CuspBench
import Foundation
import Testing

@Suite("Sizes, means and the report")
struct ReportTests {
    @Test(arguments: [("16", 16), ("1Ki", 1024), ("64Ki", 65536), ("16Mi", 16 << 20), ("1Gi", 1 << 30)])
    func sizes(text: String, count: Int) {
        #expect(Size(text)?.count == count)
        #expect(Size(count).description == text)
    }

    @Test(arguments: ["", "0", "-4", "Ki", "1.5Ki", "12x", "1ki ", "99999999999999999999", "9999999999Gi"])
    func notSizes(text: String) {
        #expect(Size(text) == nil)
    }

    @Test func means() throws {
        #expect(geometricMean([]) == nil)
        #expect(abs(try #require(geometricMean([1, 10, 100])) - 10) < 1e-12)
        #expect(time(12_345) == "12.3 µs" && time(999.6) == "1.00 µs" && time(3.2e9) == "3.20 s")
    }

    private func figure(_ id: String, ns: Double?, peerNs: Double?) throws -> Figure {
        var result = Figure(try #require(Suite.row(id)), n: 65536, threads: 4, peer: "torch")
        (result.ns, result.peerNs) = (ns, peerNs)
        return result
    }

    @Test func jsonHasTheSevenKeys() throws {
        let rows = [try figure("exp", ns: 100, peerNs: 250), try figure("log", ns: 7, peerNs: nil)]
        let parsed = try JSONSerialization.jsonObject(with: Data(Figure.json(rows).utf8))
        let json = try #require(parsed as? [[String: Any]])
        for row in json {
            #expect(Set(["id", "n", "threads", "ns", "peer", "peer_ns", "ratio"]).isSubset(of: row.keys))
        }
        #expect(json[0]["ratio"] as? Double == 2.5)
        #expect(json[1]["ratio"] is NSNull && json[1]["peer_ns"] is NSNull)
    }

    @Test func tableHasRatiosAndMeans() throws {
        var failed = try figure("log", ns: nil, peerNs: nil)
        failed.error = "different results"
        let (fast, even) = (try figure("exp", ns: 1e3, peerNs: 4e3), try figure("tanh", ns: 1e3, peerNs: 1e3))
        let text = Table([fast, even, failed]).text
        for part in ["pointwise, alloc", "64Ki", "1.00 µs ×4.00", "error", "×2.00"] { #expect(text.contains(part)) }
    }

    @Test func pageStandsAlone() throws {
        let text = Page([try figure("exp", ns: 1e3, peerNs: 4e3)]).text
        #expect(text.contains("<svg") && !text.contains("http") && text.hasSuffix("</html>\n"))
    }

    @Test func iterationsFillARound() {
        let clock = Clock()
        #expect(clock.iterations { _ in 1000 } == 30_000)
        #expect(clock.iterations { _ in 1e12 } == 1)
    }
}
