/// Everything that SUITE.md names.
package enum Suite {
    /// The table: one line for each id, in the order of SUITE.md.
    package static let rows =
        pointwiseRows + stridedRows + reductionRows + movementRows + matrixRows + gradientRows + fusedRows
        + trainingRows
        + engineRows + threadRows + memoryRows

    /// The ids of SUITE.md that the library cannot express yet.
    package static let missing: [(id: String, group: Group)] = []

    package static func row(_ id: String) -> Row? { rows.first { $0.id == id } }
}
