import Cusp

let matrixRows =
    [64, 128, 256, 512, 1024, 2048].map { s in
        product("matmul_\(s)", .signed(s, s), .signed(s, s), size: s * s, flops: 2 * s * s * s) { matmul($0, $1) }
    } + [
        product("matmul_nt_1024", .signed(1024, 1024), .signed(1024, 1024), size: 1 << 20, flops: 2 << 30) {
            matmul($0, $1.transposed())
        },
        product(
            "bmm_64x128", .signed(64, 128, 128), .signed(64, 128, 128), size: 1 << 20, flops: 64 * 2 * 128 * 128 * 128
        ) { matmul($0, $1) },
        // Every element of the matrix is used once: what limits it is memory.
        map("matvec_4096", .matrix, .signed(4096, 4096), .signed(4096), bytes: 4) { matmul($0, $1) }
            .with { $0.fixedSize = 4096 * 4096 },
    ]

private func product(
    _ id: String, _ a: Input, _ b: Input, size: Int, flops: Int,
    _ f: @escaping @Sendable (Tensor, Tensor) -> Tensor
) -> Row {
    map(id, .matrix, a, b, bytes: nil, f).with {
        $0.fixedSize = size
        $0.flops = Double(flops)
    }
}
