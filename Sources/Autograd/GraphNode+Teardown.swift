/// Taking a graph apart without recursion.
///
/// Left to itself, the last reference to the end of a chain would free node after node from inside one another's
/// deinit, a stack frame or three for each. Instead the outermost deinit on a thread keeps a list, those inside it add
/// to it the inputs that nobody else holds, and it alone lets go of them. The list is the thread's, not an argument,
/// because a node also dies when a value that another one saved is dropped, where no argument could be passed.
extension GraphNode {
    private static let pending = ThreadSlot()

    /// Nodes to let go of, linked through their own `mark`: nobody else holds them, so no plan can reach them.
    private struct Pending {
        private var head: Unmanaged<GraphNode>?

        var isEmpty: Bool { head == nil }

        /// Adds a node whose only reference becomes the list's.
        mutating func push(_ node: Unmanaged<GraphNode>) {
            node._withUnsafeGuaranteedRef { $0.mark = UInt64(UInt(bitPattern: head?.toOpaque())) }
            head = node
        }

        mutating func pop() -> GraphNode? {
            guard let node = head?.takeRetainedValue() else { return nil }
            head = UnsafeRawPointer(bitPattern: UInt(node.mark)).map(Unmanaged.fromOpaque)
            return node
        }
    }

    /// Lets go of the inputs. For deinit only.
    final func dismantle() {
        guard first != nil || second != nil || links != nil else { return }
        if let outer = Self.pending.pointer {
            surrenderInputs(to: outer.assumingMemoryBound(to: Pending.self))
            return
        }
        var list = Pending()
        withUnsafeMutablePointer(to: &list) { list in
            surrenderInputs(to: list)
            // Mostly somebody else holds all of them.
            if list.pointee.isEmpty { return }
            Self.pending.pointer = UnsafeMutableRawPointer(list)
            // Here the list is at hand: the node's own deinit need not look for it. The node is dropped at the end of each
            // turn, with the list complete and no access to it under way.
            while let node = list.pointee.pop() { node.surrenderInputs(to: list) }
            Self.pending.pointer = nil
        }
    }

    private final func surrenderInputs(to list: UnsafeMutablePointer<Pending>) {
        // A deinit of the superclass runs before the subclass's own values are dropped. What this node saved may hold its
        // inputs too, and would free them from here, one inside another: so it goes first, and the inputs last.
        if savesValues, !isReleased { release() }
        Self.surrender(&first, to: list)
        Self.surrender(&second, to: list)
        guard var links = links.take() else { return }
        for i in links.indices where links[i] != nil {
            // Asked where it lies: a copy would be a second reference.
            if isKnownUniquelyReferenced(&links[i]!.node) { list.pointee.push(.passRetained(links[i]!.node)) }
            links[i] = nil
        }
    }

    private static func surrender(_ input: inout GraphNode?, to list: UnsafeMutablePointer<Pending>) {
        guard isKnownUniquelyReferenced(&input) else {
            // One that somebody else holds is only let go of. Should it die all the same, because they let go at this moment,
            // it adds to the list itself: which is not under access here.
            input = nil
            return
        }
        // The reference moves as it is: the compiler would count one for the list and then this one off.
        withUnsafeMutablePointer(to: &input) { place in
            let place = UnsafeMutableRawPointer(place)
            list.pointee.push(place.load(as: Unmanaged<GraphNode>.self))
            place.storeBytes(of: nil, as: Unmanaged<GraphNode>?.self)
        }
    }
}
