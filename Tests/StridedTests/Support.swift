import Strided
@_exported import TestSupport

/// What a layout should be: its sizes, and for each index in row-major order the place in the storage.
struct Places: Equatable {
    var shape: [Int]
    var places: [Int]

    init(shape: [Int], places: [Int]) {
        self.shape = shape
        self.places = places
    }

    /// Read from a layout by its definition.
    init(_ layout: Layout) {
        shape = Array(layout.shape)
        places = Self.indices(shape).map { index in
            index.enumerated().reduce(layout.offset) { $0 + $1.element * layout.strides[$1.offset] }
        }
    }

    /// The elements at `pick(index)`, for each index of `shape`.
    func view(_ shape: [Int], _ pick: ([Int]) -> [Int]) -> Places {
        Places(
            shape: shape,
            places: Self.indices(shape).map { index in
                places[zip(pick(index), self.shape).reduce(0) { $0 * $1.1 + $1.0 }]
            })
    }

    static func indices(_ shape: [Int]) -> [[Int]] {
        shape.reduce([[]]) { heads, size in heads.flatMap { head in (0..<size).map { head + [$0] } } }
    }

    /// Whether the places are `start, start + 1, ...`.
    var isContiguous: Bool { zip(places, places.dropFirst()).allSatisfy { $1 - $0 == 1 } }

    /// Whether strides for `shape` lead to the same places in the same order; found by trying, not by reasoning.
    func fits(_ shape: [Int]) -> Bool {
        guard let start = places.first else { return true }
        let indices = Self.indices(shape)
        let steps = shape.indices.map { dim -> Int in
            let unit = shape.indices.map { $0 == dim ? 1 : 0 }
            guard shape[dim] > 1, let at = indices.firstIndex(of: unit) else { return 0 }
            return places[at] - start
        }
        return zip(indices, places).allSatisfy { index, place in
            zip(index, steps).reduce(start) { $0 + $1.0 * $1.1 } == place
        }
    }
}
