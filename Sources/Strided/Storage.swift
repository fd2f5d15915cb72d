/// The bytes under one tensor or several views, given back to the allocator with the last reference.
///
/// *unique*: true iff one reference is left, so that writing is seen by nobody else.
package final class Storage: @unchecked Sendable {
    package let data: UnsafeMutableRawPointer
    private let size: SizeClass
    private let lender: Storage?

    package init(bytes: Int) throws(TensorError) {
        (data, size) = try Allocator.shared.take(bytes)
        lender = nil
    }

    /// The bytes of another storage, which stays alive, under a reference count of its own: a part that is written through its
    /// owner is unique while it is out. If a copy of the part outlives that, the lender is not unique, and writing to either
    /// copies first.
    package init(borrowing lender: Storage) {
        data = lender.data
        size = lender.size
        self.lender = lender
    }

    deinit {
        if lender == nil { Allocator.shared.give(data, size) }
    }
}
