/// The memory that tensors hold, in bytes.
///
///     let x = Tensor.zeros([1000, 1000])
///     Memory.active        // 4 MB and what other tensors hold
///     Memory.clearCache()  // free blocks go back to the system
public enum Memory {
    /// Bytes in tensors that are alive.
    public static var active: Int { Allocator.shared.active.load(ordering: .relaxed) }

    /// The most that ``active`` has been since the start, or since ``resetPeak()``.
    public static var peak: Int { Allocator.shared.peak.load(ordering: .relaxed) }

    /// Bytes in free blocks that are kept for the next tensors.
    public static var cached: Int { Allocator.shared.cached }

    /// The most that ``cached`` may be; a quarter of the machine's memory at first. A lower limit takes effect at once.
    public static var cacheLimit: Int {
        get { Allocator.shared.limit }
        set {
            guard newValue >= 0 else { fatalError("cacheLimit: \(newValue) is negative") }
            Allocator.shared.limit = newValue
            Allocator.shared.clear(to: newValue)
        }
    }

    /// Gives all free blocks back to the system.
    public static func clearCache() { Allocator.shared.clear() }

    /// Begins to count ``peak`` anew, from what is active now.
    public static func resetPeak() {
        Allocator.shared.peak.store(active, ordering: .relaxed)
    }
}
