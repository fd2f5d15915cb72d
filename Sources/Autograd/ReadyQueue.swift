/// Steps that may run now, the one with the longest way still to go first; a binary heap.
struct ReadyQueue {
    private struct Entry {
        let step: Int
        let priority: Double
        let work: Double
        let isWide: Bool
    }

    private var heap: [Entry] = []
    /// How many of the steps can run side by side.
    private(set) var count = 0
    /// The sum of their estimates, in nanoseconds.
    private(set) var work = 0.0

    var isEmpty: Bool { heap.isEmpty }
    /// What is the first step; only if there is one.
    var firstIsWide: Bool { heap[0].isWide }
    /// The estimate of the first step, in nanoseconds; only if there is one.
    var firstWork: Double { heap[0].work }

    /// - Parameter isWide: whether the step is for the client's whole team, which only one step can have.
    mutating func push(_ step: Int, priority: Double, work: Double, isWide: Bool) {
        heap.append(Entry(step: step, priority: priority, work: work, isWide: isWide))
        if !isWide {
            count += 1
            self.work += work
        }
        var child = heap.count - 1
        while child > 0, comesBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Removes the first step; only if there is one.
    mutating func pop() -> Int {
        heap.swapAt(0, heap.count - 1)
        let entry = heap.removeLast()
        if !entry.isWide {
            count -= 1
            // Exactly zero when empty, whatever the rounding of the sum has left.
            work = count == 0 ? 0 : work - entry.work
        }
        var parent = 0
        while true {
            var first = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && comesBefore(child, first) {
                first = child
            }
            if first == parent { return entry.step }
            heap.swapAt(parent, first)
            parent = first
        }
    }

    /// Of two steps with as long a way to go, the one that a serial pass would run first.
    private func comesBefore(_ a: Int, _ b: Int) -> Bool {
        (heap[a].priority, heap[a].step) > (heap[b].priority, heap[b].step)
    }
}
