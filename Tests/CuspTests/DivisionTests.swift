import Cusp
import Foundation
import Testing

@Suite struct DivisionTests {
    /// Exact where the quotient has more digits than a number: C's fmod, whose remainder every other function is made from.
    @Test(arguments: [DType.float32, .float64])
    func exactForEverySize(dtype: DType) {
        let marks: [Double] = [
            0, 0.1, 1, 3, 7.5, 1e-45, 1e-40, 16_777_217, 1e17, 1e30, 3.4e38, .infinity, .nan,
        ]
        let values = (marks + marks.map { -$0 }).map { dtype == .float32 ? Double(Float($0)) : $0 }
        let column = Tensor(values, [values.count, 1], dtype)
        let row = Tensor(values, [values.count], dtype)
        let (truncated, floored) = (fmod(column, row).elements, remainder(column, row).elements)
        let (down, towardZero) = (floorDivide(column, row).elements, truncDivide(column, row).elements)
        for (i, a) in values.enumerated() {
            for (j, b) in values.enumerated() {
                let at = i * values.count + j
                let rest = Foundation.fmod(a, b)
                #expect(
                    truncated[at].bitPattern == rest.bitPattern || rest.isNaN && truncated[at].isNaN, "fmod(\(a), \(b))"
                )
                let moved = rest == 0 ? Double(signOf: b, magnitudeOf: 0) : (rest < 0) != (b < 0) ? rest + b : rest
                let expected = dtype == .float32 ? Double(Float(moved)) : moved
                #expect(
                    floored[at].bitPattern == expected.bitPattern || expected.isNaN && floored[at].isNaN,
                    "remainder(\(a), \(b))")
                guard rest.isFinite, abs(a / b) < 1e6 else { continue }
                #expect(towardZero[at] == ((a - rest) / b).rounded(), "truncDivide(\(a), \(b))")
                #expect(down[at] == ((a - moved) / b).rounded() || b.isInfinite, "floorDivide(\(a), \(b))")
            }
        }
    }

    /// PyTorch 2.13's answers; only trunc differs, which it takes of the rounded quotient: there 7.5 holds 0.1 75 times.
    @Test func ofSpecialNumbers() {
        let inf = Double.infinity
        let a = Tensor([inf, -inf, 7, -7, 1, -1, 0, 7.5, -7.5], [9], .float64)
        let b = Tensor([2, 2, 0, 0, inf, inf, 3, 0.1, 0.1], [9], .float64)
        func same(_ x: Tensor, _ y: [Double]) -> Bool {
            zip(x.elements, y).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
        }
        #expect(same(floorDivide(a, b), [.nan, .nan, inf, -inf, 0, -1, 0, 74, -75]))
        #expect(same(truncDivide(a, b), [inf, -inf, inf, -inf, 0, 0, 0, 74, -74]))
        #expect(floorDivide(Tensor(-0.0), 3).item(as: Double.self).sign == .minus)
        #expect(
            truncDivide(Tensor([-1, 1], dtype: .float32), Tensor([3.0, -3])).elements.allSatisfy { $0.sign == .minus })
    }

    @Test func ofIntegers() {
        for dtype in [DType.int32, .int64] {
            let a = Tensor([7, -7, 7, -7, 6, 5, -5, 0]).asType(dtype)
            let b = Tensor([3, 3, -3, -3, 3, 0, 0, 0]).asType(dtype)
            #expect(truncDivide(a, b).elements == [2, -2, -2, 2, 2, 0, 0, 0] && truncDivide(a, b).dtype == dtype)
            #expect(floorDivide(a, b).elements == [2, -3, -3, 2, 2, 0, 0, 0])
            #expect(fmod(a, b).elements == [1, -1, 1, -1, 0, 5, -5, 0])
            #expect(remainder(a, b).elements == [1, 2, -2, -1, 0, 5, -5, 0])
        }
        let least = Tensor([Int.min, Int.min])
        #expect(
            truncDivide(least, -1).array(of: Int.self) == [.min, .min] && floorDivide(least, -1)[0].item() == Int.min)
        #expect(fmod(least, -1).elements == [0, 0] && remainder(least, -1).elements == [0, 0])
        let bytes = Tensor([200, 7], dtype: .uint8)
        #expect(floorDivide(bytes, 3).dtype == .uint8 && floorDivide(bytes, 3).elements == [66, 2])
        #expect(remainder(bytes, 3).elements == [2, 1] && floorDivide(bytes, 0.5).dtype == .float32)
        #expect(floorDivide(Tensor([1, 2], dtype: .int64), 2.0).dtype == .float32)
        #expect(
            remainder(-7, Tensor([3], dtype: .int64)).item() == 2
                && remainder(Tensor.zeros([0, 3]), 2).shape == [0, 3])
    }
}
