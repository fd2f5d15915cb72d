import Cusp
import Testing

@Suite struct CreationTests {
    @Test func numbers() {
        #expect(Tensor([1, 2.5]).dtype == .float32 && Tensor([1, 2]).dtype == .float32)
        #expect(Tensor([[1, 2], [3, 4]]).shape == [2, 2] && Tensor([[[1]]]).shape == [1, 1, 1])
        #expect(Tensor([true, false]).dtype == .bool && Tensor([true, false], dtype: .float32).floats == [1, 0])
        #expect(Tensor([1.9, -1.9, 300], dtype: .uint8).elements == [1, 0, 255])
        #expect(Tensor([]).shape == [0] && Tensor([[], []]).shape == [2, 0])
        #expect(Tensor(3.5).shape == [] && Tensor(3.5).item() == Float(3.5))
        let literal: Tensor = 2.5
        #expect(literal.dtype == .float32 && literal.item() == Float(2.5))
    }

    @Test func swiftArrays() {
        let (single, double, int) = ([1, 2] as [Float], [1, 2] as [Double], [1, 2] as [Int])
        #expect(Tensor(single).dtype == .float32 && Tensor(double).dtype == .float64 && Tensor(int).dtype == .int64)
        #expect(Tensor([Int32(1)]).dtype == .int32 && Tensor([UInt8(1)]).dtype == .uint8)
        let rows = [[1, 2], [3, 4]] as [[Double]]
        #expect(Tensor(rows).shape == [2, 2] && Tensor(rows).dtype == .float64)
        #expect(Tensor(single, shape: [2, 1]).shape == [2, 1] && Tensor([Float](), shape: [0, 3]).shape == [0, 3])
        #expect(Tensor(double).array(of: Double.self) == double && Tensor(double).array(of: Int.self) == int)
    }

    @Test func filled() {
        #expect(Tensor.zeros([2, 2]).floats == [0, 0, 0, 0] && Tensor.ones([3], dtype: .int32).elements == [1, 1, 1])
        #expect(Tensor.full([2], 2.7, dtype: .int64).elements == [2, 2] && Tensor.full([], true).floats == [1])
        #expect(Tensor.range(4).array(of: Int.self) == [0, 1, 2, 3] && Tensor.range(-3).shape == [0])
        #expect(Tensor.range(3, dtype: .float64).dtype == .float64)
        #expect(Tensor.identity(2).floats == [1, 0, 0, 1] && Tensor.identity(0).shape == [0, 0])
    }

    @Test func conversions() {
        let x = Tensor([1.5, -2.5, .nan, .infinity] as [Float])
        #expect(x.asType(.int32).elements == [1, -2, 0, Double(Int32.max)])
        #expect(x.asType(.bool).elements == [1, 1, 1, 1] && x.asType(.float32).buffer.start == x.buffer.start)
        #expect(x.transposed().asType(.float64).elements[0] == 1.5)
    }

    @Test func randomNumbers() {
        var (a, b, c) = (RandomStream(seed: 1), RandomStream(seed: 1), RandomStream(seed: 2))
        let x = a.normal([20_000])
        #expect(x.floats == b.normal([20_000]).floats && x.floats != c.normal([20_000]).floats)
        #expect(x.floats != a.normal([20_000]).floats, "a second call gives other numbers")
        let (mean, square) = (x.mean().item(as: Double.self), (x * x).mean().item(as: Double.self))
        #expect(abs(mean) < 0.03 && abs(square - 1) < 0.05)
        let u = a.uniform([20_000], from: -1, to: 3, dtype: .float64)
        #expect(u.min().item(as: Double.self) >= -1 && u.max().item(as: Double.self) < 3)
        #expect(abs(u.mean().item(as: Double.self) - 1) < 0.03 && u.dtype == .float64)
        let shuffled = a.permutation(1000)
        #expect(shuffled.sorted() == Array(0..<1000) && shuffled != Array(0..<1000))
        #expect(a.permutation(0) == [] && a.uniform([0, 2]).shape == [0, 2])
        #expect(mistake { a.uniform([2], dtype: .int64) }?.contains("int64") == true)
    }

    /// Indices, steps and counts of any size are mistakes or empty, and overflow nothing.
    @Test func absurdNumbers() {
        let x = Tensor([1, 2, 3])
        for big in [Int.max, Int.max - 1, 1 << 62] {
            #expect(x[.stride(by: big)].floats == [1] && x[.stride(by: -big)].floats == [3])
            #expect(x[1...big].floats == [2, 3] && x[...big].floats == [1, 2, 3] && x[big...].floats == [])
            #expect(x[.stride(from: -big, to: big, by: 1)].floats == [1, 2, 3] && x[(-big)..<big].floats == [1, 2, 3])
            #expect(x.sliced(dim: 0, from: 1, count: 1, step: big).floats == [2])
            #expect(mistake { x[big] } != nil && mistake { x[-big] } != nil && mistake { x.sum(dim: big) } != nil)
            #expect(mistake { x.sliced(dim: 0, from: 0, count: big, step: big) }?.hasPrefix("sliced: ") == true)
            #expect(mistake { x.sliced(dim: 0, from: big, count: 1) } != nil)
            #expect(mistake { x.sliced(dim: 0, from: 0, count: -big) } != nil)
            #expect(mistake { x.reshaped([big, 2]) } != nil && mistake { x.unsqueezed(dim: big) } != nil)
            #expect(mistake { x.sliced(dim: 0, from: 0, count: 2, step: -big) } != nil)
        }
        #expect(x[.stride(by: .min)].floats == [3])
    }
}
