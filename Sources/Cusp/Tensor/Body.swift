import Autograd
import CKernels
import Foundation
import Strided
import Synchronization

/// What a tensor holds, behind one reference: 170 bytes of shape and strides would be copied with every move of the value.
///
/// Nearly all of it never changes, so that Swift reads it where it lies, without copying or retaining it first. The rest is
/// written only while one tensor alone has it, so that Swift need not watch over its accesses at run time.
final class Body: @unchecked Sendable {
    let layout: Layout
    let dtype: DType
    let elementCount: Int
    let isContiguous: Bool
    /// Whether all elements are one, which repeats.
    let isRepeated: Bool
    /// The first element's address.
    let start: UnsafeMutableRawPointer
    // Written so, they have no value before init gives them one, which would have to be released there.
    @exclusivity(unchecked) var source: Optional<Edge<Tensor>>
    @exclusivity(unchecked) var cut: Optional<CutGradient>

    /// The shape in one word, so that two are compared at once: 0 where it does not fit.
    let shapeCode: UInt64

    /// The memory of the elements, where this body made it. Most results never share it, and an object that is only there to
    /// be shared would take them a tenth of the time of a small operation: it is made for the first who asks.
    private let block: Block?
    private let sharing: Atomic<Sharing>
    /// Written once, before `sharing` says that it is there.
    @exclusivity(unchecked) private var shared: Optional<Storage>

    private enum Sharing: UInt8, AtomicRepresentable { case none, begins, isThere }

    /// - Parameter block: where there is no storage yet.
    private init(_ storage: Storage?, _ block: Block?, _ layout: Layout, _ dtype: DType, _ source: Edge<Tensor>?) {
        self.layout = layout
        self.dtype = dtype
        self.source = source
        cut = nil
        elementCount = layout.shape.elementCount
        isContiguous = layout.isContiguous
        isRepeated = elementCount == 1 || layout.isRepeated
        start = (storage?.data ?? block!.data) + layout.offset &* dtype.size
        shapeCode = layout.shape.code
        self.block = block
        shared = storage
        sharing = Atomic(storage == nil ? .none : .isThere)
    }

    convenience init(_ storage: Storage, _ layout: Layout, _ dtype: DType, _ source: Edge<Tensor>?) {
        self.init(storage, nil, layout, dtype, source)
    }

    /// Contiguous elements of its own.
    convenience init(_ block: Block, _ shape: Shape, _ dtype: DType) {
        self.init(nil, block, Layout(shape), dtype, nil)
    }

    /// Contiguous elements of its own, in the shape of `model`.
    @inline(__always)
    init(_ block: Block, like model: borrowing Body, _ dtype: DType) {
        if model.isContiguous && model.layout.offset == 0 {
            layout = model.layout
        } else {
            layout = Layout(model.layout.shape)
        }
        self.dtype = dtype
        source = nil
        cut = nil
        elementCount = model.elementCount
        isContiguous = true
        isRepeated = elementCount == 1
        start = block.data
        shapeCode = model.shapeCode
        self.block = block
        shared = nil
        sharing = Atomic(.none)
    }

    deinit {
        if sharing.load(ordering: .relaxed) == .none { block!.giveBack() }
    }

    /// This tensor as a kernel's operand in a loop over `shape`, to which it broadcasts; nothing is shared for that.
    func operand(stretchedTo shape: Shape) -> ck_operand { ck_operand(start, dtype, layout, stretchedTo: shape) }

    @inline(__always)
    func hasShape(of other: Body) -> Bool {
        shapeCode == other.shapeCode && (shapeCode != 0 || layout.shape == other.layout.shape)
    }
}

// MARK: - Sharing

extension Body {
    /// The memory of the elements, to be shared.
    var storage: Storage {
        if sharing.load(ordering: .acquiring) != .isThere { share() }
        return shared.unsafelyUnwrapped
    }

    private func share() {
        guard sharing.compareExchange(expected: .none, desired: .begins, ordering: .relaxed).exchanged else {
            // Another thread is about to: it makes an object and calls nothing.
            while sharing.load(ordering: .acquiring) != .isThere { sched_yield() }
            return
        }
        shared = Storage(block!)
        sharing.store(.isThere, ordering: .releasing)
    }

    /// Whether no other body has the elements, asked by whoever alone has this one.
    func isLoneHolder() -> Bool {
        // Another thread may have shared them before it let go of this body.
        atomicMemoryFence(ordering: .acquiring)
        return sharing.load(ordering: .relaxed) == .none || isKnownUniquelyReferenced(&shared)
    }
}
