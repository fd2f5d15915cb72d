import Autograd
import CKernels

/// One backward pass, while it runs.
final class Pass: Sendable {
    /// The pass, if there are hooks on several tensors or somebody watches.
    @TaskLocal static var current: Pass?
    /// Whether operations run on behalf of a pass; kept only while somebody watches them.
    @TaskLocal static var isRunning = false

    private let noted = Guarded<[Int: (group: HookGroup, gradients: [Tensor?])]>([:])
    private let cuts = Guarded<[CutGradient]>([])

    /// Runs `body`, a pass of the engine from `results`, and then the hooks on several tensors.
    ///
    /// - Parameter asked: what the pass should come to, as far as it may do so silently that it does not; any leaf if nil.
    static func run<T>(
        createGraph: Bool, from results: [Tensor], to asked: [Edge<Tensor>]?, _ body: () throws -> T
    ) throws -> T {
        // Passes beside one another share the cores.
        ck_occupy_begin()
        defer { ck_occupy_end(true) }
        return try Recording.$isOn.withValue(createGraph) {
            guard Watch.isOn else { return try runWithHooks(body).result }
            let (result, pass) = try SilentLeaves.$current.withValue([]) {
                try $isRunning.withValue(true) { try runWithHooks(body) }
            }
            CutGradient.warn(pass?.cuts.with { $0 } ?? [], results, asked)
            return result
        }
    }

    private static func runWithHooks<T>(_ body: () throws -> T) throws -> (result: T, pass: Pass?) {
        guard HookGroup.live.load(ordering: .relaxed) > 0 || Watch.isOn else { return (try body(), nil) }
        let pass = Pass()
        let result = try $current.withValue(pass, operation: body)
        pass.callHooks()
        return (result, pass)
    }

    func note(_ cut: CutGradient) {
        cuts.with { cuts in
            if !cuts.contains(where: { $0 === cut }) { cuts.append(cut) }
        }
    }

    func note(_ gradient: Tensor, _ index: Int, _ group: HookGroup) {
        noted.with {
            $0[group.id, default: (group, Array(repeating: nil, count: group.count))].gradients[index] = gradient
        }
    }

    private func callHooks() {
        for (_, (group, gradients)) in noted.with({ $0 }).sorted(by: { $0.key < $1.key }) { group.hook(gradients) }
    }
}
