import ArgumentParser

@main struct CuspCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cusp",
        abstract: "A tensor runtime whose gradients stay right where functions have no derivative.",
        discussion: """
            CUSP_THREADS=n sets the number of threads, CUSP_ISA=baseline|avx2|avx512|neon the instruction set.
            """,
        version: version,
        subcommands: [TourCommand.self, DigitsCommand.self, InfoCommand.self])

    static let version = "0.1.0"
}
