/// All weighted means of a few points.
struct ConvexHull {
    private let points: [[Double]]

    /// - Parameter points: at least one, all of as many coordinates.
    init(_ points: [[Double]]) { self.points = points }

    /// The point of the hull that is nearest to `target`.
    ///
    /// Moves weight from the point that is farthest in the direction of descent to the one that is nearest, as much as
    /// helps: pairwise Frank-Wolfe steps (Lacoste-Julien, Jaggi, "On the Global Linear Convergence of Frank-Wolfe
    /// Optimization Variants", NeurIPS 2015).
    func nearest(to target: [Double], steps: Int = 1000) -> [Double] {
        var weights = [Double](repeating: 0, count: points.count)
        weights[0] = 1
        var nearest = points[0]
        for _ in 0..<steps {
            let descent = zip(nearest, target).map { $0 - $1 }
            let heights = points.map { zip($0, descent).reduce(0) { $0 + $1.0 * $1.1 } }
            let low = points.indices.min { heights[$0] < heights[$1] }!
            let high = points.indices.filter { weights[$0] > 0 }.max { heights[$0] < heights[$1] }!
            let move = zip(points[low], points[high]).map { $0 - $1 }
            let length = move.reduce(0) { $0 + $1 * $1 }
            guard length > 0, heights[high] - heights[low] > 1e-15 else { break }
            let part = min((heights[high] - heights[low]) / length, weights[high])
            weights[low] += part
            weights[high] = part == weights[high] ? 0 : weights[high] - part
            nearest = zip(nearest, move).map { $0 + part * $1 }
        }
        return nearest
    }
}
