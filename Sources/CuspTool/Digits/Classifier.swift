import Cusp
import CuspNN

/// What the hidden units of a network compute.
package enum HiddenUnits: String, CaseIterable, Sendable {
    case rectified = "ReLU"
    case threshold = "hard threshold"

    package func callAsFunction(_ x: Tensor) -> Tensor {
        switch self {
        case .rectified: relu(x)
        case .threshold: Self.step(x)
        }
    }

    /// 1 from 0 on, else 0, and nothing between. Its true derivative is 0 wherever there is one, and would teach nothing; the one
    /// given here is a bell of height 1 around 0, the slope of sigmoid(4 x).
    private static let step = Pointwise { x in
        x .>= 0
    } derivative: { x in
        4 * sigmoidSlope(4 * x)
    }
}

/// A network of two layers: images `[n, 64]` to logits `[n, 10]`.
package struct Classifier: Module {
    private let hidden: Linear
    private let output: Linear
    private let units: HiddenUnits

    package init(hidden count: Int, _ units: HiddenUnits, random: inout RandomStream) {
        hidden = Linear(Digits.pixels, count, random: &random)
        output = Linear(count, Digits.classes, random: &random)
        self.units = units
    }

    package func callAsFunction(_ images: Tensor) -> Tensor { output(units(hidden(images))) }

    /// The likeliest digit for each image.
    package func predictions(_ images: Tensor) -> [Int] {
        withoutGradients { self(images).argmax(dim: 1).array() }
    }
}
