/// The sizes in which memory is handed out: four to each doubling from 64 bytes on, so that at most a quarter is wasted, and a
/// whole huge page for what is between one and two megabytes.
struct SizeClass {
    let index: Int
    let bytes: Int

    static let hugePage = 2 << 20
    static let count = 4 * (48 - 6)

    /// The smallest class that holds `bytes`; nil where that is more than any machine has.
    init?(holding bytes: Int) {
        guard bytes <= 1 << 46 else { return nil }
        let wanted = bytes > 1 << 20 && bytes < 2 << 20 ? 2 << 20 : max(bytes, 64)
        // wanted lies in (half, 2 * half]; quarters of `half` are the steps.
        let exponent = Int.bitWidth - (wanted - 1).leadingZeroBitCount
        if wanted == 64 {
            index = 0
            self.bytes = 64
            return
        }
        let half = 1 << (exponent - 1)
        let step = half >> 2
        let steps = (wanted - half + step - 1) / step
        self.bytes = half + steps * step
        index = (exponent - 7) * 4 + steps
    }
}
