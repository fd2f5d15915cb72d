import Cusp
import Foundation
import Testing

/// Tensors are values: what is written through one is never seen through another.
@Suite struct ValueTests {
    static let writes: [(name: String, write: @Sendable (inout Tensor) -> Void)] = [
        ("+= number", { $0 += 1 }), ("*= tensor", { $0 *= Tensor([2, 3, 4]) }), ("-= itself", { $0 -= $0 }),
        ("apply", { $0.apply(Pointwise { exp($0) }) }), ("x[0] =", { $0[0] = 9 }),
        ("x[0] +=", { $0[0] += 9 }), ("x[.all, 1] =", { $0[.all, 1] = Tensor([7, 8]) }),
        ("x[mask] =", { $0[$0 .> 2] = 0 }), ("x[.ellipsis] =", { $0[.ellipsis] = 5 }),
        ("x[1][2] =", { $0[1][2] = 77 }), ("x[0..<1] *=", { $0[0..<1] *= 3 }),
    ]

    @Test(arguments: writes.indices)
    func copiesAndViewsKeepTheirElements(write: Int) {
        let write = Self.writes[write]
        let original = Tensor([[1, 2, 3], [4, 5, 6]])
        let views: [Tensor] = [
            original, original[0], original.transposed(), original.reshaped([6]), original[.stride(by: -1)],
            original.expanded(to: [2, 2, 3]), original.unsqueezed(dim: 0), original.detached(), original.contiguous(),
        ]
        let before = views.map(\.elements)
        var x = original
        write.write(&x)
        #expect(views.map(\.elements) == before, "\(write.name) was seen elsewhere")

        var view = original[.ellipsis]
        write.write(&view)
        #expect(views.map(\.elements) == before, "\(write.name) to a view was seen elsewhere")
        #expect(view.elements == x.elements)
    }

    @Test(arguments: writes.indices)
    func views(write: Int) {
        let write = Self.writes[write]
        var expected = Tensor([[1, 2, 3], [4, 5, 6]])
        write.write(&expected)
        let sources = [
            Tensor([[1, 4], [2, 5], [3, 6]]).transposed(), Tensor([[4, 5, 6], [1, 2, 3]])[.stride(by: -1)],
            Tensor([1, 2, 3, 4, 5, 6]).reshaped([2, 3]), Tensor([[0, 1, 2, 3], [0, 4, 5, 6]])[.all, 1...],
        ]
        for var x in sources {
            write.write(&x)
            #expect(x.elements == expected.elements, "\(write.name)")
        }
        var repeated = Tensor([1, 2, 3]).expanded(to: [2, 3])
        var copy = Tensor([[1, 2, 3], [1, 2, 3]])
        write.write(&repeated)
        write.write(&copy)
        #expect(repeated.elements == copy.elements, "\(write.name) to elements that repeat")
    }

    @Test(arguments: writes.indices)
    func uniqueMemoryIsWrittenInPlace(write: Int) {
        let write = Self.writes[write]
        // A mask makes a new tensor, and an operand that is the tensor itself is a second owner.
        guard !write.name.contains("mask"), write.name != "-= itself" else { return }
        var x = Tensor([[1, 2, 3], [4, 5, 6]])
        let start = x.buffer.start
        write.write(&x)
        #expect(x.buffer.start == start, "\(write.name) copied")
        #expect(x.buffer.layout.isContiguous && x.shape == [2, 3])
    }

    @Test func aPartOfAPartInPlace() {
        var x = Tensor.zeros([4, 4])
        let start = x.buffer.start
        x[1..<3] += 1
        x[1..<3][.all, 0] *= 5
        x[0][1] = 7
        x[.stride(by: -1)][0] -= 1
        #expect(x.buffer.start == start)
        #expect(x.elements == [0, 7, 0, 0, 5, 1, 1, 1, 5, 1, 1, 1, -1, -1, -1, -1])
    }

    @Test func largePartsAreNotCopied() {
        var x = Tensor.zeros([1 << 20])
        let start = x.buffer.start
        for i in 0..<10 { x[(i * 1000)..<(i * 1000 + 10)] += 1 }
        #expect(x.buffer.start == start && x.sum().item() == Float(100))
    }

    @Test func overlappingAssignment() {
        var x = Tensor([0, 1, 2, 3, 4])
        x[0..<3] = x[1..<4]
        #expect(x.elements == [1, 2, 3, 3, 4])
        x[1..<4] = x[0..<3]
        #expect(x.elements == [1, 1, 2, 3, 4])
        x[.all] = x[.stride(by: -1)]
        #expect(x.elements == [4, 3, 2, 1, 1])
        x[0..<2] += x[1..<3]
        #expect(x.elements == [7, 5, 2, 1, 1])
        x[1...] -= x[..<4]
        #expect(x.elements == [7, -2, -3, -1, 0])
        var square = Tensor([[1, 2], [3, 4]])
        square += square.transposed()
        #expect(square.elements == [2, 5, 5, 8])
        square[0] = square[.all, 1]
        #expect(square.elements == [5, 8, 5, 8])
    }

    /// A part that is kept while it is changed through its owner belongs to nobody else afterwards.
    @Test func partsThatEscape() {
        var x = Tensor([1, 2, 3, 4])
        var kept: [Tensor] = []
        func keep(_ part: inout Tensor) {
            part += 10
            kept.append(part)
            part *= 2
            kept.append(part)
        }
        keep(&x[1..<3])
        #expect(x.elements == [1, 24, 26, 4])
        #expect(kept.map(\.elements) == [[12, 13], [24, 26]])
        x += 100
        x[1] = 0
        #expect(kept.map(\.elements) == [[12, 13], [24, 26]] && x.elements == [101, 0, 126, 104])
        kept[1] += 1
        kept[0][0] = 5
        #expect(x.elements == [101, 0, 126, 104] && kept.map(\.elements) == [[5, 13], [25, 27]])
    }

    @Test func aPartCanBeReplaced() {
        var x = Tensor([1, 2, 3, 4])
        func replace(_ part: inout Tensor) { part = Tensor([8, 9]) }
        replace(&x[1..<3])
        #expect(x.elements == [1, 8, 9, 4])
        func swapped(_ part: inout Tensor) { part = part[.stride(by: -1)] }
        swapped(&x[0..<4])
        #expect(x.elements == [4, 9, 8, 1])
        func broadcast(_ part: inout Tensor) { part = 0 }
        broadcast(&x[2...])
        #expect(x.elements == [4, 9, 0, 0])
    }

    @Test func theTypeStays() {
        var x = Tensor([1, 2, 3])
        x[0] = Tensor([1 / 3.0] as [Double])[0]
        x += Tensor([1, 1, 1] as [Double])
        #expect(x.dtype == .float32 && x.floats == [Float(1 / 3.0) + 1, 3, 4])
        var n = Tensor([1, 2, 3], dtype: .int64)
        n[1] = 7.9
        n += 1
        #expect(n.dtype == .int64 && n.array(of: Int.self) == [2, 8, 4])
    }

    /// A number literal beside a tensor takes the tensor's type, without a detour through float32.
    @Test func literalsAdaptInPlace() {
        var x = Tensor([1, 2] as [Double])
        x += 0.1
        x *= 0.1
        x /= 0.3
        x -= 0.7
        #expect(x.elements == [1.0, 2.0].map { ($0 + 0.1) * 0.1 / 0.3 - 0.7 })
        var n = Tensor([1, 2])
        n[0] += 0.1
        #expect(n.floats == [1 + 0.1, 2])
    }

    @Test func swiftCollectionsOfTensors() {
        var list = [Tensor([1, 2]), Tensor([3, 4])]
        let copy = list
        list[0] += 1
        list[1][0] = 0
        #expect(list.map(\.elements) == [[2, 3], [0, 4]] && copy.map(\.elements) == [[1, 2], [3, 4]])
        let start = list[0].buffer.start
        list[0] += 1
        #expect(list[0].buffer.start == start)
    }

    /// The memory of a result becomes shared with the first view: also where threads take theirs at once.
    @Test func threadsTakeViews() async {
        await #expect(processExitsWith: .success) {
            let memory = Memory.active
            for round in 0..<200 {
                let x = Tensor([1, 2, 3, 4]) * round
                let number = Double(round)
                DispatchQueue.concurrentPerform(iterations: 8) { thread in
                    var view = x[1...2]
                    view += thread
                    let expected = [2 * number + Double(thread), 3 * number + Double(thread)]
                    precondition(view.elements == expected)
                }
                let kept = [number, 2 * number, 3 * number, 4 * number]
                precondition(x.elements == kept)
            }
            precondition(Memory.active == memory)
        }
    }
}
