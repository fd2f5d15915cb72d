import CBench
import CKernels
import Cusp

// Losses as pointwise functions that end in a sum, forward and backward, against compiled peers and against loops written by
// hand.

let fusedRows = [
    loss("fused_smooth_max", in: .fused, .signed, .signed) { smoothMax.sum($0, $1) }
        .besides(CBENCH_SMOOTH_MAX, .signed, .signed),
    loss("fused_where_relu", in: .fused, .signed) { subgradientRelu.sum($0) }.besides(CBENCH_WHERE_RELU, .signed),
    loss("fused_clamp_square", in: .fused, .signed) { clampSquare.sum($0) }.besides(CBENCH_CLAMP_SQUARE, .signed),
    loss("fused_approx_ge", in: .fused, .unit) { approximateGE.sum($0, 0.5, 100) }
        .besides(CBENCH_APPROX_GE, .unit).withTail(),
    loss("fused_custom_ge", in: .fused, .unit) { customGE.sum($0) }.besides(CBENCH_APPROX_GE, .unit).withTail(),
]

extension Row {
    /// The row with a loop in C beside it, which computes the same from the same inputs.
    fileprivate func besides(_ loss: cbench_loss, _ a: Input, _ b: Input? = nil) -> Row {
        with {
            $0.byHand = { n in
                var inputs = Inputs()
                let (x, y) = (a.make(&inputs, n), b?.make(&inputs, n))
                return [true, false].map { nonTemporal in
                    let loop = ByHand(loss, x, y, nonTemporal)
                    return Case {
                        loop.run()
                    } results: {
                        [$0] + loop.gradients
                    }
                }
            }
        }
    }
}

/// A loss and its gradients by one loop in C, on all threads, into the same memory again and again.
private final class ByHand {
    let loss: cbench_loss
    let operands, gradients: [Tensor]
    let nonTemporal: Bool
    let count: Int
    var sums: [Double]
    static let block = 1 << 14

    init(_ loss: cbench_loss, _ x: Tensor, _ y: Tensor?, _ nonTemporal: Bool) {
        self.loss = loss
        self.nonTemporal = nonTemporal
        operands = [x] + (y.map { [$0] } ?? [])
        gradients = operands.map { .zeros($0.shape) }
        count = x.elementCount
        sums = Array(repeating: 0, count: (count + Self.block - 1) / Self.block)
    }

    func run() -> Tensor {
        // Work that is not worth threads stays on one, as everywhere.
        ck_parallel(
            Int64(sums.count), 0.3 * Double(count),
            { context, i in
                let loop = Unmanaged<ByHand>.fromOpaque(context!).takeUnretainedValue()
                loop.run(Int(i))
            }, Unmanaged.passUnretained(self).toOpaque())
        return Tensor([Float(sums.reduce(0, +))], shape: [])
    }

    private func run(_ i: Int) {
        let start = i * Self.block
        func part(_ tensors: [Tensor], _ k: Int) -> UnsafeMutablePointer<Float>? {
            guard k < tensors.count else { return nil }
            return tensors[k].buffer.start.assumingMemoryBound(to: Float.self) + start
        }
        let sum = cbench_fused(
            loss, Int64(min(Self.block, count - start)), part(operands, 0), part(operands, 1), part(gradients, 0),
            part(gradients, 1), nonTemporal)
        sums.withUnsafeMutableBufferPointer { $0[i] = sum }
    }
}
