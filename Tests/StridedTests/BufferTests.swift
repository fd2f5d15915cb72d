import Strided
import Testing

@Suite struct BufferTests {
    @Test func contiguousCopiesOfViews() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            let random = RandomLayout(using: &generator)
            let memory = try Buffer((0..<1000).map(Double.init), .float64)
            for dtype in DType.allCases where dtype != .bool && dtype != .uint8 {
                let view = Buffer(storage: memory.storage, layout: random.layout, dtype: .float64)
                let copy = try view.copied(as: dtype)
                #expect(copy.layout.isContiguous && copy.dtype == dtype)
                #expect(copy.values == random.places.places.map(Double.init), "\(random.steps) as \(dtype)")
            }
        }
    }

    @Test func assigningToViews() throws {
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<300 {
            let random = RandomLayout(using: &generator)
            guard !random.layout.repeats else { continue }
            let target = try Buffer(Array(repeating: -1, count: 1000), .float32)
            let source = try Buffer(random.places.places.indices.map(Double.init), .int32)
            target.viewed(random.layout).assign(source.viewed(Layout(random.layout.shape)))
            var expected = [Double](repeating: -1, count: 1000)
            for (i, place) in random.places.places.enumerated() { expected[place] = Double(i) }
            #expect(target.values == expected, "\(random.steps)")
        }
    }

    @Test func broadcastAssignment() throws {
        let target = try Buffer([0, 0, 0, 0, 0, 0], .float32).viewed(Layout([2, 3]))
        target.assign(try Buffer([1, 2, 3], .float32))
        #expect(target.values == [1, 2, 3, 1, 2, 3])
        target.assign(try Buffer([7, 8], .float32).viewed(Layout([2, 1])))
        #expect(target.values == [7, 7, 7, 8, 8, 8])
    }

    @Test(arguments: DType.allCases)
    func fill(dtype: DType) throws {
        let buffer = try Buffer(uninitialized: [3], dtype)
        buffer.fill(.int(1))
        #expect(buffer.values == [1, 1, 1])
        buffer.fill(.bool(false))
        #expect(buffer.values == [0, 0, 0])
        buffer.fill(.float(2.5))
        #expect(buffer.values == Array(repeating: dtype == .bool ? 1 : dtype.isFloatingPoint ? 2.5 : 2, count: 3))
    }

    @Test func largeIntegersStayExact() throws {
        let buffer = try Buffer(uninitialized: [1], .int64)
        for value in [Int.max, Int.min, 1 << 53 + 1] {
            buffer.fill(.int(value))
            #expect(buffer.start.load(as: Int.self) == value)
            let copy = try buffer.copied()
            #expect(withExtendedLifetime(copy) { copy.start.load(as: Int.self) } == value)
        }
    }

    @Test func copyOnWrite() throws {
        var a = try Buffer([1, 2, 3], .float32)
        let before = a.start
        try a.makeUnique()
        #expect(a.start == before, "unique elements were copied")
        let b = a
        try a.makeUnique()
        #expect(a.start != b.start && b.start == before && a.values == b.values)
        a.fill(.int(9))
        #expect(b.values == [1, 2, 3])
    }

    /// A part that only one other tensor sees is copied without the rest.
    @Test func aViewIsCopiedAlone() throws {
        let whole = try Buffer((0..<100).map(Double.init), .float32)
        var part = whole.viewed(whole.layout.sliced(0, start: 10, count: 3, step: 2))
        try part.makeUnique()
        #expect(part.values == [10, 12, 14] && part.layout.isContiguous && part.layout.offset == 0)
    }

    @Test func contiguousIsTheSameBufferWhereItCan() throws {
        let a = try Buffer([1, 2, 3, 4], .float32)
        #expect(try a.contiguous().start == a.start)
        #expect(try a.viewed(a.layout.sliced(0, start: 2, count: 2, step: 1)).contiguous().start == a.start + 8)
        let reversed = a.viewed(a.layout.sliced(0, start: 3, count: 4, step: -1))
        #expect(try reversed.contiguous().values == [4, 3, 2, 1])
    }

    @Test func aLenderOutlivesItsOwner() throws {
        var owner: Storage? = try Storage(bytes: 64)
        let borrowed = Storage(borrowing: owner!)
        let data = owner!.data
        owner = nil
        let other = try Storage(bytes: 64)
        #expect(borrowed.data == data && other.data != data)
    }
}
