/// The gradients of a pass while they wait: one place for each slot of the plan, empty or holding a value.
///
/// Values live in a pool whose places are used again, so a pass over a long chain touches a line or two of memory
/// rather than one large value for each node.
@usableFromInline
struct Slots<Value: Cotangent>: ~Copyable {
    /// The place of each slot's value in `pool`; negative iff it has none. Behind the first pool, in its memory.
    @usableFromInline let places: UnsafeMutablePointer<Int32>
    @usableFromInline let count: Int
    @usableFromInline var pool: UnsafeMutablePointer<Value>
    /// Places in the pool that are empty, a stack of `freeCount`. Behind the pool.
    @usableFromInline var free: UnsafeMutablePointer<Int32>
    @usableFromInline var freeCount: Int
    @usableFromInline var capacity: Int
    /// The first pool, which is in use until it is full.
    @usableFromInline let first: UnsafeMutablePointer<Value>

    @inlinable static var firstCapacity: Int { 4 }

    @inlinable
    init(count: Int) {
        self.count = count
        capacity = Self.firstCapacity
        freeCount = capacity
        (first, free) = Self.room(capacity, places: count)
        pool = first
        places = free + capacity
        for place in 0..<capacity { free[place] = Int32(truncatingIfNeeded: place) }
        places.initialize(repeating: -1, count: count)
    }

    @inlinable
    deinit {
        if freeCount < capacity {
            for slot in 0..<count where places[slot] >= 0 { (pool + Int(places[slot])).deinitialize(count: 1) }
        }
        if capacity > Self.firstCapacity { Memory.give(pool) }
        Memory.give(first)
    }

    /// Memory for a pool, the stack of its empty places, and places behind that.
    @inlinable
    static func room(_ capacity: Int, places: Int) -> (UnsafeMutablePointer<Value>, UnsafeMutablePointer<Int32>) {
        let pool = Memory.take(capacity * MemoryLayout<Value>.stride + (capacity + places) * 4)
            .bindMemory(to: Value.self, capacity: capacity)
        let free = UnsafeMutableRawPointer(pool + capacity).bindMemory(to: Int32.self, capacity: capacity + places)
        return (pool, free)
    }

    /// Where the slot's value is until the next `add`; `nil` iff it has none.
    @inlinable
    func place(of slot: Int32) -> UnsafeMutablePointer<Value>? {
        let place = places[Int(slot)]
        return place < 0 ? nil : pool + Int(place)
    }

    /// Adds a value to what is in the slot, after it in the sum.
    @inlinable
    mutating func add(_ value: Value, to slot: Int32) {
        if let total = place(of: slot) {
            total.initialize(to: Value.accumulate(total.move(), value))
        } else {
            occupy(slot).initialize(to: value)
        }
    }

    /// Moves a value out of `source` and adds it to what is in the slot, after it in the sum.
    @inlinable
    mutating func add(moving source: UnsafeMutablePointer<Value>, to slot: Int32) {
        if let total = place(of: slot) {
            total.initialize(to: Value.accumulate(total.move(), source.move()))
        } else {
            occupy(slot).moveInitialize(from: source, count: 1)
        }
    }

    /// Moves the slot's value out.
    @inlinable
    mutating func take(_ slot: Int32) -> Value? { place(of: slot) == nil ? nil : vacate(slot).move() }

    /// Gives up the place of a slot that has a value. The caller moves it out before the next `add`.
    @inlinable
    mutating func vacate(_ slot: Int32) -> UnsafeMutablePointer<Value> {
        let place = places[Int(slot)]
        places[Int(slot)] = -1
        free[freeCount] = place
        freeCount += 1
        return pool + Int(place)
    }

    /// Finds a place for a slot that has none. The caller initialises it.
    @inlinable
    mutating func occupy(_ slot: Int32) -> UnsafeMutablePointer<Value> {
        if freeCount == 0 { grow() }
        freeCount -= 1
        let place = free[freeCount]
        places[Int(slot)] = place
        return pool + Int(place)
    }

    /// Doubles a full pool.
    @inlinable
    mutating func grow() {
        let (larger, empty) = Self.room(2 * capacity, places: 0)
        larger.moveInitialize(from: pool, count: capacity)
        if capacity > Self.firstCapacity { Memory.give(pool) }
        for place in capacity..<2 * capacity { empty[place - capacity] = Int32(truncatingIfNeeded: place) }
        (pool, free, freeCount) = (larger, empty, capacity)
        capacity *= 2
    }
}
