import Cusp

/// Executes cases. It reads inputs and cotangents, and no expected value.
package struct Runner: Sendable {
    private let folder: CaseFolder
    private let policy: KinkPolicy

    package init(_ folder: CaseFolder, policy: KinkPolicy) {
        self.folder = folder
        self.policy = policy
    }

    /// What case `index` comes to. Whatever goes wrong is in the outcome.
    package func run(_ index: Int) -> Outcome {
        do {
            return try policy.use { try Tensor.checked { try execute(index) } }
        } catch let error as Unsupported {
            return Outcome(index, .unsupported, error.description)
        } catch {
            return Outcome(index, .error, "\(error)")
        }
    }

    private func execute(_ index: Int) throws -> Outcome {
        let test = folder.cases[index]
        guard let operation = Operator.all[test.op] else { throw Unsupported("the operator \(test.op)") }
        let arguments = try Arguments(test, folder)
        let call = Call(arguments)
        var outcome = Outcome(index, .ok)
        do {
            outcome.outputs = try Tensor.checked { try operation.run(call) }
        } catch {
            // What went wrong may well come from an argument that was not read.
            try call.finish()
            throw error
        }
        try call.finish()

        guard let cotangents = try test.cotangents?.map(folder.tensor) else { return outcome }
        let second = try test.secondCotangents?.map(folder.tensor)
        // A result that no gradient flows from still takes its cotangent, so that the others keep theirs.
        let first = try pull(
            outcome.outputs.map { $0.dtype.isFloatingPoint ? $0 : nil }, cotangents, arguments.leaves,
            createGraph: second != nil)
        outcome.gradients = first
        if let second { outcome.secondGradients = try pull(first, second, arguments.leaves, createGraph: false) }
        return outcome
    }

    /// The gradients at `leaves`, from these cotangents of `roots` on; nil for a leaf that has no part in them.
    private func pull(
        _ roots: [Tensor?], _ cotangents: [Tensor], _ leaves: [Tensor], createGraph: Bool
    ) throws -> [Tensor?] {
        var starts: [(root: Tensor, cotangent: Tensor)] = []
        for (position, cotangent) in zip(try assignment(of: cotangents, to: roots), cotangents) {
            if let root = roots[position], root.requiresGrad { starts.append((root, cotangent)) }
        }
        guard !starts.isEmpty else { return leaves.map { _ in nil } }
        return try gradients(
            of: starts.map(\.root), at: leaves, with: starts.map(\.cotangent), createGraph: createGraph,
            allowUnused: true)
    }

    /// Which of `roots` each cotangent belongs to. A case has cotangents for those that require a gradient in PyTorch, in
    /// order, and does not say which these are; Cusp may disagree where a derivative is 0. So: the first choice in order
    /// and shape that has the most of those that require a gradient here.
    private func assignment(of cotangents: [Tensor], to roots: [Tensor?]) throws -> [Int] {
        var best: [[(score: Int, choice: [Int])?]] = [[(0, [])]]
        // best[i][k]: for the first k cotangents among the first i roots.
        for (i, root) in roots.enumerated() {
            var row = best[i] + [nil]
            for k in 0..<min(i + 1, cotangents.count) {
                guard let root, root.shape == cotangents[k].shape, let before = best[i][k] else { continue }
                let score = before.score + (root.requiresGrad ? 1 : 0)
                if score > row[k + 1]?.score ?? -1 { row[k + 1] = (score, before.choice + [i]) }
            }
            best.append(row)
        }
        guard cotangents.count <= roots.count, let found = best[roots.count][cotangents.count] else {
            let shapes = (cotangents.map(\.shape), roots.map { $0?.shape })
            throw ConformanceError("cotangents of the shapes \(shapes.0) do not fit results of \(shapes.1)")
        }
        return found.choice
    }
}
