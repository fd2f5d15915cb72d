/// Bytes from the allocator, which whoever holds them gives back.
package struct Block: @unchecked Sendable {
    package let data: UnsafeMutableRawPointer
    private let size: SizeClass

    package init(bytes: Int) throws(TensorError) { (data, size) = try Allocator.shared.take(bytes) }

    package func giveBack() { Allocator.shared.give(data, size) }
}

/// The bytes under one tensor or several views, given back to the allocator with the last reference.
///
/// *unique*: true iff one reference is left, so that writing is seen by nobody else.
package final class Storage: @unchecked Sendable {
    private let block: Block
    private let lender: Storage?

    package var data: UnsafeMutableRawPointer { block.data }

    package convenience init(bytes: Int) throws(TensorError) { self.init(try Block(bytes: bytes)) }

    /// Takes the block over.
    package init(_ block: Block) {
        self.block = block
        lender = nil
    }

    /// The bytes of another storage, which stays alive, under a reference count of its own: a part that is written through its
    /// owner is unique while it is out. If a copy of the part outlives that, the lender is not unique, and writing to either
    /// copies first.
    package init(borrowing lender: Storage) {
        block = lender.block
        self.lender = lender
    }

    deinit {
        if lender == nil { block.giveBack() }
    }
}
