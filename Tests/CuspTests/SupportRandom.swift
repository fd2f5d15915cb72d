@_exported import TestSupport

/// Where an operand's elements come from.
enum Domain: Sendable {
    case range(Double, Double)
    /// Multiples of 1/4 from -3 to 3, moved by an eighth `moved` times: two grids that are moved differently never tie.
    case grid(moved: Int)
    /// -2 ... 2, so that ties and zeros are common.
    case small
    /// 0 or 1.
    case truth
    /// Away from 0, of both signs.
    case nonzero

    func sample(_ random: inout SeededGenerator) -> Double {
        switch self {
        case .range(let low, let high): Double.random(in: low...high, using: &random)
        case .grid(let moved): Double(random.below(25)) / 4 - 3 + Double(moved) / 8
        case .small: Double(random.below(5) - 2)
        case .truth: Double(random.below(2))
        case .nonzero: Double.random(in: 0.3...3, using: &random) * (random.below(2) == 0 ? -1 : 1)
        }
    }

    func samples(_ count: Int, _ random: inout SeededGenerator) -> [Double] {
        (0..<count).map { _ in sample(&random) }
    }
}
