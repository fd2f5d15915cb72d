#if canImport(Runtime)
    import Runtime
#endif

/// Where the library was called from: what it costs to find out is paid when it is described.
struct CallSite: Sendable {
    #if canImport(Runtime)
        private let trace = try? Backtrace.capture(limit: 48)

        /// The innermost function outside of the library, as `function at file:line`; nil where it is not known.
        var description: String? {
            let frames = trace?.symbolicated()?.frames ?? []
            let inside = "$s4Cusp"
            guard let symbol = frames.lazy.compactMap(\.symbol).first(where: { !$0.rawName.hasPrefix(inside) }) else {
                return nil
            }
            guard let place = symbol.sourceLocation else { return symbol.name }
            return "\(symbol.name) at \(place.path):\(place.line)"
        }
    #else
        var description: String? { nil }
    #endif
}
