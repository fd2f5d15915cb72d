import Cusp

let reductionRows = [
    map("sum", .reductions, .signed, bytes: 4) { $0.sum() },
    map("sum_rows", .reductions, .matrix, bytes: 4) { $0.sum(dim: 1) },
    map("sum_cols", .reductions, .matrix, bytes: 4) { $0.sum(dim: 0) },
    map("mean_rows", .reductions, .matrix, bytes: 4) { $0.mean(dim: 1) },
    map("var_rows", .reductions, .matrix, bytes: 4) { $0.variance(dim: 1) },
    map("amax_rows", .reductions, .matrix, bytes: 4) { $0.max(dim: 1) },
    map("argmax_rows", .reductions, .matrix, bytes: 4) { $0.argmax(dim: 1) },
    map("logsumexp_rows", .reductions, .matrix, bytes: 4) { $0.logSumExp(dim: 1) },
    map("logsumexp_cols", .reductions, .matrix, bytes: 4) { $0.logSumExp(dim: 0) },
    map("softmax_rows", .reductions, .matrix, bytes: 8) { $0.softmax(dim: 1) },
    map("softmax_cols", .reductions, .matrix, bytes: 8) { $0.softmax(dim: 0) },
    map("log_softmax_rows", .reductions, .matrix, bytes: 8) { $0.logSoftmax(dim: 1) },
    map("layer_norm", .reductions, .matrix, .positiveRow, .row, bytes: 8) { $0.layerNorm(weight: $1, bias: $2) },
    map("cumsum_rows", .reductions, .matrix, bytes: 8) { $0.cumulativeSum(dim: 1) },
]

let movementRows = [
    map("cat", .movement, .signed, .signed, bytes: 16) { cat([$0, $1]) },
    map("stack2", .movement, .signed, .signed, bytes: 16) { stack([$0, $1]) },
    // Half of the elements are chosen.
    map("masked_select", .movement, .signed, .mask, bytes: 7) { $0[$1] },
    map("gather_rows", .movement, .matrix, .rowIndex, bytes: 8) { $0.take($1, dim: 0) },
    map("scatter_add_rows", .movement, .matrix, .rowIndex, .matrix, bytes: 16) {
        $0.indexAdd(dim: 0, index: $1, from: $2)
    },
    map("sort_rows", .movement, .matrix, bytes: 8) { $0.sorted(dim: 1) },
]
