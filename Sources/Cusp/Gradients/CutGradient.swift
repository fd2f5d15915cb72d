import Autograd
import Foundation
import Synchronization

/// Whether a warning goes to standard error when a leaf gets no gradient in a backward pass because a comparison or a
/// cast to integers stands between it and the result. True in debug builds, else false unless set.
///
///     let x = Tensor([1, -2], requiresGrad: true), w = Tensor([3, 4], requiresGrad: true)
///     try ((x .> 0).asType(.float32) * w).sum().backward()
///     // Cusp: warning: gt, called in train() at /app/main.swift:2, ends the gradient of what it compares or casts, and what
///     // is behind it gets none by another way. Give the step a slope with Pointwise { } derivative: { }, or say
///     // stopGradient(_:) where this is meant
///
/// Each call site is named once. A mask that only selects, as in `where`, is no such case, nor is a leaf that the result
/// depends on in another way too.
public var warnsOfCutGradients: Bool {
    get { CutGradient.isOn }
    set { CutGradient.enabled.store(newValue, ordering: .relaxed) }
}

/// Where a comparison or a cast ended a gradient. Results that were computed from it carry it on, while nothing of them
/// is recorded; an operation that is recorded keeps it, and tells a pass that comes by.
final class CutGradient: Sendable {
    #if DEBUG
        static let enabled = Atomic<Bool>(true)
    #else
        static let enabled = Atomic<Bool>(false)
    #endif
    static var isOn: Bool { enabled.load(ordering: .relaxed) }

    /// The call sites that were named, and the ways to them, so that what is called again is not described again.
    private static let named = Guarded<(sites: Set<String>, ways: Set<[String]>)>(([], []))

    private let operation: String
    /// The places behind it that gradients can be asked for. Not held: once one is gone, nobody can ask for it.
    private let behind: [Behind]
    private let site = CallSite()

    private struct Behind: @unchecked Sendable { weak var node: GraphNode? }

    private init(_ operation: String, _ operands: some Sequence<Tensor>) {
        self.operation = operation
        // Found now, as what is between may be gone when a pass comes by. In a graph that is larger than this it would
        // take too long.
        behind = operands.compactMap(\.source).flatMap { $0.node.reachable(atMost: 10_000) }
            .filter { $0.isLeaf || $0.name == Tensor.variableName }.map { Behind(node: $0) }
        // While there is one, operations tell what they compute from what.
        Watch.begin()
    }

    deinit { Watch.end() }

    /// Marks the result of an operation that recorded nothing though some of its operands require gradients.
    static func mark(_ result: Tensor, _ operation: @autoclosure () -> String, _ operands: some Sequence<Tensor>) {
        if isOn, !result.dtype.isFloatingPoint { result.cut = CutGradient(operation(), operands) }
    }

    /// Hands on what operands carry to what was computed from them.
    static func follow(_ operands: [Tensor], _ results: [Tensor], _ node: Node<Tensor>?) {
        guard let cut = operands.lazy.compactMap(\.cut).first else { return }
        guard let node else {
            for result in results where result.cut == nil { result.cut = cut }
            return
        }
        for output in 0..<node.outputCount {
            _ = node.addHook(output: output) { _ in
                Pass.current?.note(cut)
                return nil
            }
        }
    }

    /// Whether something that was asked for lies behind this, and is not among what a pass has reached.
    private func hides(_ asked: Set<ObjectIdentifier>?, reached: Set<ObjectIdentifier>) -> Bool {
        behind.lazy.compactMap(\.node).contains { node in
            let id = ObjectIdentifier(node)
            return (asked?.contains(id) ?? node.isLeaf) && !reached.contains(id)
        }
    }

    /// Warns of those of `cuts` that keep a pass from `results` away from something that it was asked for: `asked`, or
    /// any leaf if nil.
    static func warn(_ cuts: [CutGradient], _ results: [Tensor], _ asked: [Edge<Tensor>]?) {
        let cuts = cuts + results.compactMap(\.cut)
        guard isOn, !cuts.isEmpty, asked?.isEmpty != true else { return }
        let reached = Set(results.compactMap(\.source).flatMap { $0.node.reachable.map { ObjectIdentifier($0) } })
        let asked = asked.map { Set($0.map { ObjectIdentifier($0.node) }) }
        for cut in cuts where cut.hides(asked, reached: reached) { cut.warn() }
    }

    private func warn() {
        let calls = site.calls
        guard Self.named.with({ calls.isEmpty || $0.ways.insert(calls).inserted }) else { return }
        let place = place
        guard Self.named.with({ $0.sites.insert(place).inserted }) else { return }
        let text =
            "Cusp: warning: \(place) ends the gradient of what it compares or casts, and what is behind it gets none by "
            + "another way. Give the step a slope with Pointwise { } derivative: { }, or say stopGradient(_:) where this "
            + "is meant\n"
        FileHandle.standardError.write(Data(text.utf8))
    }

    /// The operation and where it was called.
    var place: String { operation + (site.description.map { ", called in \($0)," } ?? "") }
}
