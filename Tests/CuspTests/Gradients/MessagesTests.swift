import Cusp
import Testing

/// What somebody reads who does with gradients what cannot be done: what is wrong, and the cure.
@Suite struct MessagesTests {
    let x = Tensor([1, 2]).leaf

    @Test func backwardTwice() throws {
        let y = exp(x).sum()
        try y.backward()
        #expect(
            message { try y.backward() }
                == "backward a second time through exp: its saved values were freed by the first pass; pass retainGraph: true to the first"
        )
    }

    @Test func noPath() throws {
        #expect(
            message { try stopGradient(x).sum().backward() }
                == "backward: a tensor of shape [] does not require gradients: nothing that it was computed from does, or a comparison, a cast, detached() or withoutGradients cut the way; set requiresGrad on what it is computed from, and give a comparison a slope with Pointwise { } derivative: { }"
        )
        let other = Tensor([1]).leaf
        #expect(
            message { try x.sum().backward(inputs: [other]) }
                == "no gradient path from sum: it was computed from nothing whose gradient is wanted, or only through operations that cut the way (a comparison, a cast to integers, detached values); ask for gradients of what it was computed from, without these"
        )
    }

    @Test func severalElements() {
        #expect(
            message { try (x * 2).backward() }
                == "backward: the tensor has the shape [2], and a gradient starts from one number: call sum() first, or pass a gradient of that shape"
        )
    }

    @Test func integers() {
        let text = mistake {
            var n = Tensor([1], dtype: .int64)
            n.requiresGrad = true
            return n
        }
        #expect(text == "requiresGrad: elements of type int64 have no gradient; use asType(.float32) first")
    }
}
