import Cusp

/// A function's derivative beside what differences give for it.
struct Comparison {
    typealias Function = ([Tensor]) throws -> Tensor

    let check: String
    let x: [Tensor]
    let settings: CheckSettings
    let y: Tensor
    let pullback: ([Tensor]) throws -> [Tensor]
    private var mistakes: [(error: Double, text: String)] = []
    private var largest = 0.0

    private init(_ check: String, _ inputs: [Tensor], _ settings: CheckSettings, _ function: Function) throws {
        self.check = check
        x = try prepared(check, inputs)
        self.settings = settings
        let (values, pullback) = try vjp(at: x) { [try function($0)] }
        y = values[0].detached()
        self.pullback = pullback
    }

    /// - Returns: the largest error.
    /// - Throws: ``CheckFailure``, and what `function` throws.
    static func run(
        _ check: String, _ inputs: [Tensor], _ settings: CheckSettings, _ function: Function
    ) throws -> Double {
        var comparison = try Comparison(check, inputs, settings, function)
        try comparison.compareDirections(function)
        let inputCount = comparison.x.reduce(0) { $0 + $1.elementCount }
        if comparison.y.elementCount * inputCount <= settings.largestJacobian {
            try comparison.compareElements(function)
        }
        let mistakes = comparison.mistakes.sorted { $0.error > $1.error }.map(\.text)
        guard mistakes.isEmpty else { throw CheckFailure(check: check, mistakes: mistakes) }
        return comparison.largest
    }

    /// ⟨u, Jv⟩ for random u and v, three ways: backward, forward, by differences.
    private mutating func compareDirections(_ function: Function) throws {
        var random = RandomStream(seed: settings.seed)
        for _ in 0..<settings.directions {
            let u = random.direction(like: y)
            let v = x.map { random.direction(like: $0) }
            let gradients = try pullback([u])
            let backward = dot(gradients, v)
            // The size of the terms, not of their sum: a gradient of zeros is wrong unless nothing changes at all.
            let size = dot(gradients.map { abs($0) }, v.map { abs($0) })
            let value = dot([abs(y)], [abs(u)])
            let numeric = zip(try slope(at: x, along: v, step: settings.step, of: function), u.numbers)
                .reduce(0) { $0 + $1.0 * $1.1 }
            expect(backward, numeric, size, value) {
                "along a random direction the gradient gives \(backward), differences \(numeric)"
            }
            let tangent = try jvp(at: x, along: v) { [try function($0)] }.tangents[0]
            let forward = dot([tangent], [u])
            expect(forward, backward, size, 0) {
                "along a random direction forward mode gives \(forward), the gradient \(backward)"
            }
        }
    }

    /// Every element of the Jacobian.
    private mutating func compareElements(_ function: Function) throws {
        let (x, y) = (x, y)
        let rows = try axes(of: [y]).map { row in try pullback(row.direction).map(\.numbers) }
        for column in axes(of: x) {
            let numeric = try slope(at: x, along: column.direction, step: settings.step, of: function)
            for (i, (row, value)) in zip(rows, y.numbers).enumerated() {
                let found = row[column.input][column.element]
                expect(found, numeric[i], abs(found), abs(value)) {
                    "the derivative of element \(index(i, in: y.shape)) with respect to element "
                        + "\(index(column.element, in: x[column.input].shape)) of input \(column.input) is \(found), "
                        + "differences give \(numeric[i])"
                }
            }
        }
    }

    private mutating func expect(
        _ found: Double, _ expected: Double, _ size: Double, _ value: Double, _ text: () -> String
    ) {
        // What rounding makes of a value shows in differences, divided by the step.
        let noise = 1e-14 * value / settings.step + 1e-10
        let error = (found - expected).magnitude / (size + expected.magnitude + noise / settings.tolerance)
        largest = max(largest, error)
        // NaN is no number that is small enough.
        if !(error <= settings.tolerance) { mistakes.append((error.isNaN ? .infinity : error, text())) }
    }
}
