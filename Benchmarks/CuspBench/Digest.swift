import Cusp

/// What both sides compare of each result before they are timed: shape, sums and eight elements. See PROTOCOL.md.
package struct Digest: Codable, Equatable, Sendable {
    package var shape: [Int]
    /// nil here and below: not finite.
    package var sum: Double?
    package var absolute: Double?
    package var samples: [Double?]

    package init(shape: [Int], sum: Double?, absolute: Double?, samples: [Double?]) {
        (self.shape, self.sum, self.absolute, self.samples) = (shape, sum, absolute, samples)
    }

    package init(_ tensor: Tensor) {
        let elements = tensor.array(of: Double.self)
        var (sum, absolute) = (0.0, 0.0)
        for element in elements {
            sum += element
            absolute += element.magnitude
        }
        func number(_ value: Double) -> Double? { value.isFinite ? value : nil }
        let last = elements.count - 1
        self.init(
            shape: Array(tensor.shape), sum: number(sum), absolute: number(absolute),
            samples: elements.isEmpty ? [] : (0..<8).map { number(elements[$0 * last / 7]) })
    }

    /// How the digest of a peer differs from this one; nil if they agree.
    package func difference(from peer: Digest, within tolerance: Tolerance) -> String? {
        guard shape == peer.shape else { return "the shape is \(shape), the peer's \(peer.shape)" }
        guard let sum, let absolute, let theirSum = peer.sum, let theirAbsolute = peer.absolute else {
            let same = sum == nil && peer.sum == nil && samples == peer.samples
            return same ? nil : "a result is not finite"
        }
        let scale = max(absolute, theirAbsolute)
        let count = Double(max(shape.reduce(1, *), 1))
        let allowed = tolerance.relative * scale + tolerance.perElement * count
        if (sum - theirSum).magnitude > allowed { return "the sum is \(sum), the peer's \(theirSum)" }
        if (absolute - theirAbsolute).magnitude > allowed {
            return "the sum of magnitudes is \(absolute), the peer's \(theirAbsolute)"
        }
        guard samples.count == peer.samples.count else { return "the samples are \(samples.count)" }
        let largest = (samples + peer.samples).reduce(0) { max($0, ($1 ?? 0).magnitude) }
        let bound = tolerance.relative * max(largest, scale / count) + tolerance.perElement
        for (k, (ours, theirs)) in zip(samples, peer.samples).enumerated() {
            guard let ours, let theirs, (ours - theirs).magnitude <= bound else {
                return "sample \(k) is \(ours ?? .nan), the peer's \(theirs ?? .nan)"
            }
        }
        return nil
    }

    /// How two lists of results differ; nil if they agree.
    package static func difference(
        _ ours: [Digest], _ theirs: [Digest], within tolerance: Tolerance = Tolerance()
    ) -> String? {
        guard ours.count == theirs.count else { return "\(ours.count) results, the peer has \(theirs.count)" }
        for (i, (a, b)) in zip(ours, theirs).enumerated() {
            if let difference = a.difference(from: b, within: tolerance) { return "result \(i): \(difference)" }
        }
        return nil
    }
}

/// How far two digests may differ.
package struct Tolerance: Sendable {
    /// Of the sum of magnitudes, or of the largest sample.
    package var relative = 1e-5
    /// What each element may be off by, on top.
    package var perElement = 0.0

    package init() {}

    /// For gradients of σ(kz). The peers' rule, k y(1 - y), loses the digits of 1 - y where y is near 1; ours does not.
    static func lostTail(_ k: Double) -> Tolerance {
        var tolerance = Tolerance()
        tolerance.perElement = k * 0x1p-24
        return tolerance
    }
}
