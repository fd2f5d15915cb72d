import Strided
import Testing

/// A layout made by random views of a contiguous one, beside what it should be.
struct RandomLayout {
    var layout: Layout
    var places: Places
    var steps: [String] = []

    init(using generator: inout SeededGenerator) {
        let shape = (0..<generator.below(5)).map { _ in [1, 2, 3, 4, 5, 0][min(generator.below(12), 5)] }
        let sizes = shape.contains(0) && generator.below(3) > 0 ? shape.map { max($0, 1) } : shape
        layout = Layout(Shape(sizes))
        places = Places(shape: sizes, places: Array(0..<sizes.reduce(1, *)))
        steps.append("\(sizes)")
        for _ in 0..<generator.below(5) { change(using: &generator) }
    }

    private mutating func change(using generator: inout SeededGenerator) {
        let sizes = places.shape
        guard !sizes.isEmpty else { return insert(at: 0) }
        let dim = generator.below(sizes.count)
        switch generator.below(6) {
        case 0:
            let order = Array(sizes.indices).shuffled(using: &generator)
            layout = layout.permuted(order)
            places = places.view(order.map { sizes[$0] }) { index in
                sizes.indices.map { index[order.firstIndex(of: $0)!] }
            }
            steps.append("permuted \(order)")
        case 1: slice(dim, using: &generator)
        case 2 where sizes[dim] > 0:
            let at = generator.below(sizes[dim])
            layout = layout.selecting(dim, at)
            var rest = sizes
            rest.remove(at: dim)
            places = places.view(rest) { Array($0[..<dim]) + [at] + $0[dim...] }
            steps.append("selecting \(dim), \(at)")
        case 3 where sizes.count < 5: insert(at: dim)
        case 4 where sizes.count < 5:
            let lead = [2]
            let target = lead + sizes.map { $0 == 1 ? 3 : $0 }
            layout = layout.stretched(to: Shape(target))
            places = places.view(target) { zip($0.dropFirst(), sizes).map { $1 == 1 ? 0 : $0 } }
            steps.append("stretched \(target)")
        default:
            let other = generator.below(sizes.count)
            var swapped = sizes
            swapped.swapAt(dim, other)
            layout = layout.swapping(dim, other)
            places = places.view(swapped) { index in
                var index = index
                index.swapAt(dim, other)
                return index
            }
            steps.append("swapping \(dim), \(other)")
        }
    }

    private mutating func insert(at dim: Int) {
        var sizes = places.shape
        sizes.insert(1, at: dim)
        layout = layout.inserting(dim)
        places = Places(shape: sizes, places: places.places)
        steps.append("inserting \(dim)")
    }

    private mutating func slice(_ dim: Int, using generator: inout SeededGenerator) {
        var sizes = places.shape
        let step = [1, 2, 3, -1, -2][generator.below(5)]
        let start = sizes[dim] == 0 ? 0 : generator.below(sizes[dim])
        let room = sizes[dim] == 0 ? 0 : step > 0 ? (sizes[dim] - 1 - start) / step + 1 : start / -step + 1
        let count = generator.below(room + 1)
        layout = layout.sliced(dim, start: start, count: count, step: step)
        sizes[dim] = count
        places = places.view(sizes) { index in
            index.enumerated().map { $0 == dim ? start + $1 * step : $1 }
        }
        steps.append("sliced \(dim), start \(start), count \(count), step \(step)")
    }
}

@Suite struct LayoutTests {
    @Test(arguments: 0..<40)
    func viewsAgainstBruteForce(seed: Int) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let random = RandomLayout(using: &generator)
            #expect(Places(random.layout) == random.places, "\(random.steps)")
            #expect(random.layout.isContiguous == random.places.isContiguous, "\(random.steps)")
            let distinct = Set(random.places.places).count == random.places.places.count
            #expect(random.layout.repeats || distinct, "\(random.steps)")
        }
    }

    @Test(arguments: 0..<40)
    func reshapeAgainstBruteForce(seed: Int) {
        var generator = SeededGenerator(seed: 1000 + seed)
        for _ in 0..<50 {
            let random = RandomLayout(using: &generator)
            let target = factors(random.places.places.count, using: &generator)
            let reshaped = random.layout.reshaped(to: Shape(target))
            if let reshaped {
                #expect(Places(reshaped).places == random.places.places, "\(random.steps) to \(target)")
                #expect(Array(reshaped.shape) == target)
            } else {
                #expect(!random.places.fits(target), "\(random.steps) to \(target) needs no copy")
            }
        }
    }

    @Test(arguments: 0..<20)
    func mergedAgainstBruteForce(seed: Int) {
        var generator = SeededGenerator(seed: 2000 + seed)
        for _ in 0..<50 {
            let random = RandomLayout(using: &generator)
            let first = generator.below(random.layout.rank + 1)
            let last = first + generator.below(random.layout.rank + 1 - first)
            var part = random.layout
            for dim in (0..<part.rank).reversed() where !(first..<last).contains(dim) { part = part.removing(dim) }
            let places = Places(part).places
            if random.places.places.isEmpty {
                // Nothing is read, so any stride will do.
                #expect(random.layout.merged(first..<last)?.count == part.shape.elementCount, "\(random.steps)")
            } else if let (count, stride) = random.layout.merged(first..<last) {
                #expect(places == (0..<count).map { part.offset + $0 * stride }, "\(random.steps), \(first)..<\(last)")
            } else {
                #expect(!Places(part).fits([places.count]), "\(random.steps), \(first)..<\(last) lies evenly")
            }
        }
    }

    /// A random shape of `count` elements.
    private func factors(_ count: Int, using generator: inout SeededGenerator) -> [Int] {
        guard count > 0 else { return [2, 0].shuffled(using: &generator) }
        var (rest, sizes) = (count, [Int]())
        while rest > 1 && sizes.count < 5 {
            let divisors = (1...rest).filter { rest % $0 == 0 }
            sizes.append(divisors.randomElement(using: &generator)!)
            rest /= sizes.last!
        }
        return sizes + (rest > 1 ? [rest] : [])
    }

    /// The brute force itself is asked where the answer is known.
    @Test func theReferenceAnswers() {
        let row = Places(shape: [2, 3], places: [0, 1, 2, 3, 4, 5])
        #expect(row.isContiguous && row.fits([6]) && row.fits([3, 2]) && row.fits([1, 6, 1]))
        let transposed = row.view([3, 2]) { [$0[1], $0[0]] }
        #expect(transposed.places == [0, 3, 1, 4, 2, 5])
        #expect(!transposed.isContiguous && !transposed.fits([6]) && transposed.fits([3, 1, 2]))
        #expect(!Places(shape: [3], places: [0, 1, 3]).fits([3]))
        #expect(Places(Layout(Shape([2, 3]))) == row)
    }

    @Test func contiguousIsAboutOrderNotOffset() {
        let layout = Layout(Shape([4, 3]))
        #expect(layout.sliced(0, start: 2, count: 2, step: 1).isContiguous)
        #expect(!layout.sliced(1, start: 0, count: 2, step: 1).isContiguous)
        #expect(layout.sliced(1, start: 0, count: 0, step: 1).isContiguous)
        #expect(layout.sliced(0, start: 3, count: 1, step: -5).isContiguous)
        #expect(!layout.sliced(0, start: 3, count: 4, step: -1).isContiguous)
        #expect(!layout.selecting(0, 1).stretched(to: [2, 3]).isContiguous)
    }
}
