import Autograd

extension PointwiseNode {
    /// The node of a function of these operands that has given `results`. Nearly always nothing is kept but a few operands in
    /// line; the rest of what there may be is apart, or this would take as long again.
    static func make(
        _ function: borrowing PointwiseFunction, _ operands: Span<BorrowedOperand>,
        _ results: borrowing some RandomAccessCollection<Tensor>
    ) -> PointwiseNode {
        let result = results[results.startIndex].body
        let (wanted, tensors, isEven) = look(at: operands) { $0.hasShape(of: result) && $0.dtype == result.dtype }
        let rule = function.derivative(DerivativeKey(wanted: wanted, policy: .current, ending: nil))
        let count = rule._withUnsafeGuaranteedRef { $0.saved.count }
        guard isEven, count <= SavedOperands.most, !Watch.isOn else {
            return make(rule, wanted, tensors, isEven, function, operands, results, nil)
        }
        if !function.isPermanent { _ = rule.retain() }
        let node = PointwiseNode(
            rule, wanted, operands, outputCount: results.count, result.dtype, elements: result.elementCount, nil,
            savesValues: rule._withUnsafeGuaranteedRef { $0.saves(anyOf: tensors) })
        // Written where they stay.
        for k in 0..<count {
            switch rule._withUnsafeGuaranteedRef({ $0.saved[k] }) {
            case .operand(let i): node.saved.keep(operands[i], at: k, &node.kinds)
            case .result(let i):
                node.saved.keep(results[results.index(results.startIndex, offsetBy: i)], at: k, &node.kinds)
            }
        }
        return node
    }

    /// The same for values that were reduced in the same pass.
    static func make(
        _ function: borrowing PointwiseFunction, _ operands: Span<BorrowedOperand>, _ result: Tensor,
        _ ending: PointwiseEnding
    ) -> PointwiseNode {
        let (wanted, tensors, isEven) = look(at: operands) {
            $0.layout.shape == ending.part.shape && $0.dtype == result.dtype
        }
        let rule = function.derivative(DerivativeKey(wanted: wanted, policy: .current, ending: ending.kind))
        return make(rule, wanted, tensors, isEven, function, operands, CollectionOfOne(result), ending)
    }

    /// Bit i of `wanted`: operand i is to have a gradient; of `tensors`: it is a tensor. `isEven`: all those that are to have one are
    /// `like` the values.
    @inline(__always)
    private static func look(
        at operands: Span<BorrowedOperand>, _ like: (Body) -> Bool
    ) -> (wanted: UInt64, tensors: UInt64, isEven: Bool) {
        var (wanted, tensors): (UInt64, UInt64) = (0, 0)
        var isEven = true
        for i in operands.indices {
            guard case .value(let operand) = operands[i] else { continue }
            tensors |= 1 &<< UInt64(i)
            operand._withUnsafeGuaranteedRef { body in
                guard body.source != nil else { return }
                wanted |= 1 &<< UInt64(i)
                if !like(body) { isEven = false }
            }
        }
        return (wanted, tensors, isEven)
    }

    /// The same for all that a node may keep.
    @inline(never)
    private static func make(
        _ rule: Unmanaged<Derivative>, _ wanted: UInt64, _ tensors: UInt64, _ isEven: Bool,
        _ function: borrowing PointwiseFunction, _ operands: Span<BorrowedOperand>,
        _ results: borrowing some RandomAccessCollection<Tensor>, _ ending: PointwiseEnding?
    ) -> PointwiseNode {
        if !function.isPermanent { _ = rule.retain() }
        let derivative = rule.takeUnretainedValue()
        let result = results[results.startIndex]
        let isPacked = Watch.isOn && SavedTensorHooks.current != nil
        let besides = Besides(ending)
        let node = PointwiseNode(
            rule, wanted, operands, outputCount: results.count, result.dtype,
            elements: ending?.part.shape.elementCount ?? result.elementCount, besides,
            savesValues: ending == nil ? derivative.saves(anyOf: tensors) : !derivative.saved.isEmpty)
        for (k, what) in derivative.saved.enumerated() {
            var operand =
                switch what {
                case .operand(let i): operands[i].held
                case .result(let i):
                    Operand.value(results[results.index(results.startIndex, offsetBy: i)].detached())
                }
            if isPacked {
                besides.packed.append(operand.tensor.map { SavedTensor($0) })
                if operand.tensor != nil { operand = .number(.int(0)) }
            }
            if k < SavedOperands.most {
                node.saved.keep(operand, at: k, &node.kinds)
            } else {
                besides.saved.append(operand)
            }
        }
        if !isEven {
            for i in derivative.operands {
                let operand = operands[i].held.tensor!
                besides.targets.append((operand.shape, operand.dtype))
            }
        }
        return node
    }
}
