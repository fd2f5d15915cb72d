/// Steps that may run now, the one with the longest way still to go first; a binary heap.
struct ReadyQueue {
    private struct Entry {
        let step: Int
        let priority: Double
        let work: Double
    }

    private var heap: [Entry] = []
    /// The sum of the estimates of what is in the queue, in nanoseconds.
    private(set) var work = 0.0

    var count: Int { heap.count }
    var isEmpty: Bool { heap.isEmpty }
    /// The estimate of the first step, in nanoseconds; only if there is one.
    var firstWork: Double { heap[0].work }

    mutating func push(_ step: Int, priority: Double, work: Double) {
        heap.append(Entry(step: step, priority: priority, work: work))
        self.work += work
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
        // Exactly zero when empty, whatever the rounding of the sum has left.
        work = heap.isEmpty ? 0 : work - entry.work
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

    mutating func removeAll() {
        heap.removeAll()
        work = 0
    }

    /// Of two steps with as long a way to go, the one that a serial pass would run first.
    private func comesBefore(_ a: Int, _ b: Int) -> Bool {
        (heap[a].priority, heap[a].step) > (heap[b].priority, heap[b].step)
    }
}
