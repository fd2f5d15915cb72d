import Cusp

// Whether threads are there when they are wanted: when they have gone to sleep, and when they are wanted now and then.

let threadRows = [
    map("add_after_pause", .threads, .signed, .signed, bytes: 12) { $0 + $1 }.with {
        $0.fixedSize = 1 << 16
        $0.pause = 2000
    },
    map("add_small_and_large", .threads, .signed, .signed, .signed(16), bytes: nil) { x, y, few in
        var (small, large) = (few, x)
        for _ in 0..<10 {
            small = small + few
            large = x + y
        }
        return large + small[0]
    }.with { $0.fixedSize = 1 << 16 },
]
