import Cusp

let engineRows = [
    loss("small_graph", in: .engine, .signed(1)) { x in
        var y = x
        for _ in 0..<1000 { y = y * 1.0009765625 }
        return y.sum()
    }.with { $0.fixedSize = 1 },
    loss("wide_graph", in: .engine, Array(repeating: .signed(65536), count: 8)) { branches in
        stack(
            branches.map { x in
                var y = x
                for _ in 0..<10 { y = tanh(y) * 1.5 }
                return y.sum()
            }
        ).sum()
    }.with { $0.fixedSize = 65536 },
    loss("deep_graph", in: .engine, .signed(1)) { x in
        var y = x
        for _ in 0..<1_000_000 { y = -y }
        return y.sum()
    }.with { $0.fixedSize = 1 },
]
