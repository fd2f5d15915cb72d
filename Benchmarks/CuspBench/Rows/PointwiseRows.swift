import Cusp

let pointwiseRows = [
    map("add", .pointwise, .signed, .signed, bytes: 12) { $0 + $1 },
    map("mul", .pointwise, .signed, .signed, bytes: 12) { $0 * $1 },
    map("div", .pointwise, .signed, .positive, bytes: 12) { $0 / $1 },
    map("exp", .pointwise, .signed, bytes: 8) { exp($0) },
    map("log", .pointwise, .positive, bytes: 8) { log($0) },
    map("sigmoid", .pointwise, .signed, bytes: 8) { sigmoid($0) },
    map("tanh", .pointwise, .signed, bytes: 8) { tanh($0) },
    map("sqrt", .pointwise, .positive, bytes: 8) { sqrt($0) },
    map("erf", .pointwise, .signed, bytes: 8) { erf($0) },
    map("gelu", .pointwise, .signed, bytes: 8) { gelu($0) },
    map("clamp", .pointwise, .signed, bytes: 8) { clamp($0, min: -1, max: 1) },
    map("where", .pointwise, .mask, .signed, .signed, bytes: 13) { `where`($0, $1, $2) },
    map("maximum", .pointwise, .signed, .signed, bytes: 12) { maximum($0, $1) },
    map("ge", .pointwise, .signed, .signed, bytes: 9) { $0 .>= $1 },
    map("abs", .pointwise, .signed, bytes: 8) { abs($0) },
    map("pow2", .pointwise, .signed, bytes: 8) { pow($0, 2) },

    change("add_", .signed, .signed, bytes: 12) { $0 += $1 },
    change("sigmoid_", .signed, bytes: 8) { $0.apply(sigmoidFunction) },
    change("clamp_", .signed, bytes: 8) { $0.apply(clampFunction) },
]

private let sigmoidFunction = Pointwise { x in sigmoid(x) }
private let clampFunction = Pointwise { x in clamp(x, min: -1, max: 1) }

let stridedRows = [
    map("add_row", .strided, .matrix, .row, bytes: 8) { $0 + $1 },
    map("add_col", .strided, .matrix, .column, bytes: 8) { $0 + $1 },
    map("add_transposed", .strided, .matrix, .transposedMatrix, bytes: 12) { $0 + $1.transposed() },
    map("copy_transposed", .strided, .matrix, bytes: 8) { $0.transposed().contiguous() },
    map("cast_f64", .strided, .matrix, bytes: 12) { $0.asType(.float64) },
]
