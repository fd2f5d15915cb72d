/// Taking a graph apart without recursion.
///
/// Left to itself, the last reference to the end of a chain would free node after node from inside one another's
/// deinit, a stack frame or three for each. Instead the outermost deinit on a thread keeps a list, those inside it add
/// their inputs to it, and it alone lets go of them. The list is the thread's, not an argument, because a node also
/// dies when a value that another one saved is dropped, where no argument could be passed.
extension GraphNode {
    private static let pending = ThreadSlot()

    /// Lets go of the inputs. For deinit only.
    final func dismantle() {
        guard first != nil || second != nil || more != nil else { return }
        if let outer = Self.pending.pointer {
            surrenderInputs(to: &outer.assumingMemoryBound(to: [GraphNode].self).pointee)
            return
        }
        // A deinit of the superclass runs before the subclass's own values are dropped. What this node saved may be all
        // that still holds an input then, and would free it from here, after the list is gone: so it goes first.
        if savesValues, !isReleased { release() }
        var list: [GraphNode] = []
        surrenderInputs(to: &list)
        withUnsafeMutablePointer(to: &list) { list in
            Self.pending.pointer = UnsafeMutableRawPointer(list)
            // The popped node is dropped at the end of each turn, with the list complete and no access to it under way.
            while list.pointee.popLast() != nil {}
            Self.pending.pointer = nil
        }
    }

    private final func surrenderInputs(to list: inout [GraphNode]) {
        if let node = first.take() { list.append(node) }
        if let node = second.take() { list.append(node) }
        if let links = more.take() {
            for case let link? in links { list.append(link.node) }
        }
    }
}
