import Autograd

/// Up to three operands that a node keeps for its rule: a word for each, the bits of a number or a tensor's body, retained,
/// and three bits that say which. As optional operands they would be twice as large, and a node too large; see `GraphNode`.
///
/// Whoever has it calls `release()` before it goes.
struct SavedOperands {
    static let most = 3

    /// For each operand a `Kind`, the first one lowest.
    typealias Kinds = UInt16

    private enum Kind: UInt16 { case none, tensor, bool, int, float }

    private var words = InlineArray<3, UInt>(repeating: 0)

    /// Keeps one more operand.
    @inline(__always)
    mutating func keep(_ operand: BorrowedOperand, at k: Int, _ kinds: inout Kinds) {
        let kind: Kind
        switch operand {
        case .value(let body):
            words[k] = UInt(bitPattern: body.retain().toOpaque())
            kind = .tensor
        case .number(.bool(let value)): (words[k], kind) = (value ? 1 : 0, .bool)
        case .number(.int(let value)): (words[k], kind) = (UInt(bitPattern: value), .int)
        case .number(.float(let value)): (words[k], kind) = (UInt(value.bitPattern), .float)
        }
        kinds |= kind.rawValue << (3 * Kinds(k))
    }

    mutating func keep(_ operand: Operand<Tensor>, at k: Int, _ kinds: inout Kinds) {
        switch operand {
        case .value(let tensor):
            withExtendedLifetime(tensor) { keep(.value(.passUnretained(tensor.body)), at: k, &kinds) }
        case .number(let number): keep(BorrowedOperand.number(number), at: k, &kinds)
        }
    }

    /// Keeps a result, without its source, or the graph would hold itself.
    mutating func keep(_ result: Tensor, at k: Int, _ kinds: inout Kinds) {
        keep(Operand.value(result.detached()), at: k, &kinds)
    }

    /// Operand `k`, not retained; nil where there is none, or it has been released.
    @inline(__always)
    func operand(_ k: Int, _ kinds: Kinds) -> BorrowedOperand? {
        let word = words[k]
        switch kinds >> (3 * Kinds(k)) & 7 {
        case Kind.none.rawValue: return nil
        case Kind.tensor.rawValue: return UnsafeRawPointer(bitPattern: word).map { .value(.fromOpaque($0)) }
        case Kind.bool.rawValue: return .number(.bool(word != 0))
        case Kind.int.rawValue: return .number(.int(Int(bitPattern: word)))
        default: return .number(.float(Double(bitPattern: UInt64(word))))
        }
    }

    /// Lets go of the tensors; numbers hold nothing.
    mutating func release(_ kinds: Kinds) {
        for k in 0..<Self.most {
            guard case .value(let body)? = operand(k, kinds) else { continue }
            words[k] = 0
            body.release()
        }
    }
}
