/// One backward pass, while it runs.
final class Pass: Sendable {
    /// The pass, if there are hooks on several tensors.
    @TaskLocal static var current: Pass?
    /// Whether operations run on behalf of a pass; kept only while somebody watches them.
    @TaskLocal static var isRunning = false

    private let noted = Guarded<[Int: (group: HookGroup, gradients: [Tensor?])]>([:])

    /// Runs `body`, a pass of the engine, and then the hooks on several tensors.
    static func run<T>(createGraph: Bool, _ body: () throws -> T) throws -> T {
        try Recording.$isOn.withValue(createGraph) {
            guard Watch.isOn else { return try runWithHooks(body) }
            return try SilentLeaves.$current.withValue([]) {
                try $isRunning.withValue(true) { try runWithHooks(body) }
            }
        }
    }

    private static func runWithHooks<T>(_ body: () throws -> T) throws -> T {
        guard HookGroup.live.load(ordering: .relaxed) > 0 else { return try body() }
        let pass = Pass()
        let result = try $current.withValue(pass, operation: body)
        pass.callHooks()
        return result
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
