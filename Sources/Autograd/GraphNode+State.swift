import Synchronization

/// The word that passes, hooks and releases agree on: whether the node has hooks, whether its saved values are gone,
/// and how many rules are running on them now.
///
/// Two passes may share a node while one of them frees what it saved. So a pass enters before the rule and leaves after
/// it, and whoever leaves last drops the values; from the moment they are to be dropped nobody enters.
extension GraphNode {
    @usableFromInline static let hooked: UInt32 = 1
    private static let released: UInt32 = 2
    private static let oneUser: UInt32 = 4

    /// True iff a hook was ever registered.
    @inlinable
    final var isHooked: Bool { state.load(ordering: .acquiring) & Self.hooked != 0 }

    /// True iff the saved values are gone, or about to be.
    final var isReleased: Bool { state.load(ordering: .relaxed) & Self.released != 0 }

    /// Holds on to the saved values until `leave`.
    ///
    /// - Throws: `GraphError.released` iff they are gone.
    @usableFromInline
    final func enter() throws {
        var seen = state.load(ordering: .relaxed)
        while true {
            if seen & Self.released != 0 { throw GraphError.released(name) }
            let (exchanged, original) = state.compareExchange(
                expected: seen, desired: seen + Self.oneUser, ordering: .acquiring)
            if exchanged { return }
            seen = original
        }
    }

    /// Lets go of the saved values, and frees them if `releasing`, now or when the last rule that runs on them is done.
    @usableFromInline
    final func leave(releasing: Bool) {
        var seen = state.load(ordering: .relaxed)
        while true {
            let now = (releasing ? seen | Self.released : seen) - Self.oneUser
            let (exchanged, original) = state.compareExchange(
                expected: seen, desired: now, ordering: .acquiringAndReleasing)
            if exchanged {
                if now >= Self.released, now < Self.oneUser { release() }
                return
            }
            seen = original
        }
    }
}
