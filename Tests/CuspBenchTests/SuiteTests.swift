import CuspBench
import Testing

@Suite("The table of benchmarks")
struct SuiteTests {
    /// Those of SUITE.md, and what operations cost when they are recorded.
    private static let ids = """
        add mul div exp log sigmoid tanh sqrt erf gelu clamp where maximum ge abs pow2 add_ sigmoid_ clamp_
        add_row add_col add_transposed copy_transposed cast_f64
        sum sum_rows sum_cols mean_rows var_rows amax_rows argmax_rows logsumexp_rows logsumexp_cols softmax_rows
        softmax_cols log_softmax_rows layer_norm cumsum_rows
        cat stack2 gather_rows scatter_add_rows masked_select sort_rows
        matmul_64 matmul_128 matmul_256 matmul_512 matmul_1024 matmul_2048 matmul_nt_1024 bmm_64x128 matvec_4096
        smooth_max where_relu clamp_square approx_ge clipped_ge custom_ge
        fused_smooth_max fused_where_relu fused_clamp_square fused_approx_ge fused_custom_ge
        add_grad approx_ge_call mlp_step attention_step spiking_step small_graph wide_graph deep_graph add_after_pause add_small_and_large
        """.split(whereSeparator: \.isWhitespace).map(String.init)

    @Test func everyIdIsThereOrSaidToBeMissing() {
        let there = Suite.rows.map(\.id)
        let missing = Suite.missing.map(\.id)
        #expect(Set(there).count == there.count)
        #expect(Set(there).isDisjoint(with: missing))
        for id in Self.ids { #expect(there.contains(id) || missing.contains(id), "\(id)") }
        for row in Suite.rows { #expect(Self.ids.contains(row.peerID), "\(row.id)") }
    }

    @Test(arguments: Suite.rows.map(\.id))
    func runs(id: String) throws {
        let row = try #require(Suite.row(id))
        let prepared = row.make(16)
        prepared.run(id == "deep_graph" ? 0 : 2)
        let results = prepared.results().map { Digest($0) }
        #expect(!results.isEmpty)
        for (i, result) in results.enumerated() {
            #expect(result.sum != nil && result.absolute != nil, "result \(i) is not finite")
        }
    }
}
