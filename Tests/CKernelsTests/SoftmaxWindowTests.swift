import CKernels
import Foundation
import TestSupport
import Testing

// softmax guesses from a line's first elements by how much its exponentials may be scaled, and must find out where the others do not
// fit.
extension KernelTests.Softmax {
    static let lines = [AxisCase.rows(24, 150), .rows(24, 330), .columns(1, 150, 24), .columns(1, 700, 70)]

    /// Behind the first elements of each line every seventh is moved, a little further from line to line, about where float32 no longer
    /// fits (64 powers of two above the middle, and 191 below), and where float64 does not.
    @Test(arguments: lines, [-190, -134, -132, -60, 30, 42, 44, 130, 500, -1e5, 1e5, -753, -752, 663, 664])
    func farFromTheFirst(c: AxisCase, distance: Double) {
        var memory = c.memory { Double.random(in: -1...1, using: &$0) }
        for line in 0..<c.lines {
            for k in stride(from: 70, to: c.length, by: 7) {
                memory[c.place(line / c.inner, k, line % c.inner)] += distance + 0.1 * Double(line % 24)
            }
        }
        for logarithm in [false, true] {
            expectSoftmax(c, memory.map { Float($0) }, logarithm)
            expectSoftmax(c, memory, logarithm)
        }
    }

    /// What is far below the maximum has as many digits as what is near: no distance from it is rounded.
    @Test(arguments: [AxisCase.rows(9, 1000), .columns(1, 100, 40), .columns(1, 700, 70)])
    func digitsOfWhatIsSmall(c: AxisCase) {
        check(c.memory { Float.random(in: -20...20, using: &$0) })
        check(c.memory { Double.random(in: -300...300, using: &$0) })

        func check<T: ComputeType & BinaryFloatingPoint>(_ memory: [T]) {
            for (got, line) in zip(softmax(c, memory), c.lines(of: memory)) {
                let wide = line.map { Wide($0) }
                let sum = wide.reduce(0) { $0 + exp($1) }
                for (g, x) in zip(got, wide) {
                    let relative: Wide = Wide(g) * sum / exp(x) - 1
                    #expect(abs(relative) <= 10 * Wide(T.ulpOfOne))
                }
            }
        }
    }

    /// Lines of every kind beside each other: each is as it is alone.
    @Test(arguments: lines, [false, true])
    func linesOfEveryKind(c: AxisCase, logarithm: Bool) {
        check(c.memory { Float.random(in: -9...9, using: &$0) })
        check(c.memory { Double.random(in: -9...9, using: &$0) })

        func check<T: ComputeType & BinaryFloatingPoint>(_ plain: [T]) {
            var memory = plain
            for line in 0..<c.lines {
                for k in 0..<c.length {
                    let place = c.place(line / c.inner, k, line % c.inner)
                    memory[place] = element(plain[place], kind: line % 12, k)
                }
            }
            expectSoftmax(c, memory, logarithm)
            guard c.inner == 1 else { return }
            let all = softmax(c, memory, logarithm: logarithm)
            for (line, x) in zip(all, c.lines(of: memory)) {
                let alone = softmax(.rows(1, c.length), x, logarithm: logarithm)[0]
                #expect(zip(line, alone).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
            }
        }

        func element<T: BinaryFloatingPoint>(_ x: T, kind: Int, _ k: Int) -> T {
            switch kind {
            case 0: k == 80 ? .infinity : x
            case 1: k == 80 ? .nan : x
            case 2: k == 80 ? x + 5000 : x
            case 3: k % 3 == 1 ? -.infinity : x
            case 4: k < 64 ? -.infinity : x
            case 5: k == c.length - 1 ? x : -.infinity
            case 6: -.infinity
            case 7: x * 1e30
            case 8: x + 20_000
            case 9: x - 30_000
            default: x
            }
        }
    }
}
