import CKernels

extension Program {
    /// The same values in an order in which cheap operations come together: the kernels make one loop of them, whose values stay
    /// in registers.
    ///
    /// What an expensive operation needs comes before it, as early as can be; all other cheap ones at the end.
    var withCheapOperationsTogether: Program {
        // How many expensive operations have to be done before it, one after another, itself included.
        var stage = [Int](repeating: 0, count: values.count)
        for (id, value) in values.enumerated() {
            stage[id] = (value.operands.map { stage[$0] }.max() ?? 0) + (isExpensive(id) ? 1 : 0)
        }
        var isNeeded = [Bool](repeating: false, count: values.count)
        for id in values.indices.reversed() where isNeeded[id] || isExpensive(id) {
            for operand in values[id].operands { isNeeded[operand] = true }
        }
        let last = 2 * (stage.max() ?? 0) + 1
        let turn = values.indices.map { isExpensive($0) ? 2 * stage[$0] - 1 : isNeeded[$0] ? 2 * stage[$0] : last }
        let order = values.indices.sorted { (turn[$0], $0) < (turn[$1], $1) }
        var place = [Int](repeating: 0, count: values.count)
        for (position, id) in order.enumerated() { place[id] = position }
        return Program(
            inputCount: inputCount, values: order.map { values[$0].moved { place[$0] } },
            outputs: outputs.map { place[$0] })
    }

    private func isExpensive(_ id: Int) -> Bool {
        if case .operation(let primitive, _, _, _) = values[id] { !ck_is_cheap(primitive) } else { false }
    }
}
