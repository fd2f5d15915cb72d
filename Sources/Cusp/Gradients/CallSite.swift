#if canImport(Runtime)
    import Runtime
#endif

/// Where the library was called from: what it costs to find out is paid when it is described.
struct CallSite: Sendable {
    #if canImport(Runtime)
        private let trace = try? Backtrace.capture(limit: 48)

        /// The innermost function outside of the library, as `function at file:line`; nil where it is not known.
        var description: String? {
            let symbols = (trace?.symbolicated()?.frames ?? []).lazy.compactMap(\.symbol)
            guard let symbol = symbols.first(where: { Self.isOutside($0.rawName) }) else { return nil }
            guard let place = symbol.sourceLocation else { return symbol.name }
            return "\(symbol.name) at \(place.path):\(place.line)"
        }

        /// The calls on the way here, as they lie in memory: the same for one line called again the same way, and found in a
        /// thousandth of the time that a description takes.
        var calls: [String] { trace.map { $0.frames.map { "\($0.adjustedProgramCounter)" } } ?? [] }

        /// Whether a function with this mangled name is neither of this package nor of the standard library.
        private static func isOutside(_ name: String) -> Bool {
            if name == "main" { return true }
            // Names of the standard library go on with a letter, those of other modules with a length. What has melted into a
            // function of the standard library is named inside its name.
            guard name.hasPrefix("$s") else { return false }
            let own = name.split(separator: "$s").first { $0.first?.isNumber == true }
            return own.map { own in !["4Cusp", "6CuspNN", "7Strided", "8Autograd"].contains { own.hasPrefix($0) } }
                ?? false
        }
    #else
        var description: String? { nil }
        var calls: [String] { [] }
    #endif
}
