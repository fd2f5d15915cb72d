import Cusp
import CuspBench
import Testing

@Suite("Digests of results")
struct DigestTests {
    let digest = Digest(Tensor([[1, -2, 3], [4, -5, 6]]))

    @Test func ofAMatrix() {
        #expect(
            digest
                == Digest(shape: [2, 3], sum: 7, absolute: 21, samples: [1, 1, -2, 3, 3, 4, -5, 6]))
    }

    @Test func ofBooleansAndOfNothing() {
        #expect(Digest(Tensor([1, 2, 3]) .> 1).sum == 2)
        #expect(Digest(Tensor.zeros([0, 3])) == Digest(shape: [0, 3], sum: 0, absolute: 0, samples: []))
    }

    @Test func whatIsNotFinite() {
        let digest = Digest(Tensor([1, -.infinity] as [Float]))
        #expect(digest.sum == nil && digest.samples.first == 1 && digest.samples.last == .some(nil))
        #expect(digest.difference(from: digest, within: Tolerance()) == nil)
        #expect(digest.difference(from: self.digest, within: Tolerance()) != nil)
    }

    @Test func roundingIsAccepted() {
        var other = digest
        other.sum! += 1e-4
        other.samples[2]! -= 3e-5
        #expect(digest.difference(from: other, within: Tolerance()) == nil)
    }

    @Test func wrongValuesAreNot() {
        let changes: [(inout Digest) -> Void] = [
            { $0.shape = [3, 2] }, { $0.shape = [6] }, { $0.sum! += 1e-3 }, { $0.sum = nil }, { $0.absolute! -= 1e-3 },
            { $0.samples[7]! += 1e-3 }, { $0.samples[0] = nil }, { $0.samples[0] = .nan }, { $0.samples.removeLast() },
        ]
        for (i, change) in changes.enumerated() {
            var other = digest
            change(&other)
            #expect(digest.difference(from: other, within: Tolerance()) != nil, "change \(i)")
        }
        #expect(Digest.difference([digest], [digest, digest]) != nil)
        #expect(Digest.difference([digest, digest], [digest, digest]) == nil)
    }
}
