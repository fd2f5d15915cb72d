import Autograd
import CKernels

/// A call of a pointwise function on operands that lie flat, as nearly all do: tensors of one shape, contiguous, and tensors
/// and numbers of one element, which repeat.
///
/// Of a small operation the arithmetic is the least: here nothing is put into lists, shapes are compared as single words, no
/// strides are looked at, and no tensor is retained. What this cannot do, and every error, is left to the general way.
struct FlatCall {
    static let most = 4

    private var flats = InlineArray<5, ck_flat>(repeating: ck_flat())
    private var operands = InlineArray<4, BorrowedOperand>(repeating: .number(.int(0)))
    private var count = 0
    private var hasNumbers = false
    private var key = TypingKey()
    /// The tensor whose shape the result has. Not retained: the caller holds it during the call.
    private var model: Unmanaged<Body>?
    private var isFlat = true
    private(set) var needsGradient = false

    // Made where it is used: it is larger than what it is used for.
    @inline(__always) init() {}

    @inline(__always)
    mutating func append(_ tensor: borrowing Tensor) { append(tensor.body) }

    @inline(__always)
    mutating func append(_ operand: BorrowedOperand) {
        switch operand {
        case .value(let body): body._withUnsafeGuaranteedRef { append($0) }
        case .number(let number): append(number)
        }
    }

    @inline(__always)
    private mutating func append(_ body: Body) {
        isFlat = isFlat && (body.isContiguous || body.isRepeated) && fits(body)
        flats[count] = ck_flat(data: body.start, dtype: body.dtype.rawValue, repeats: body.isRepeated)
        operands[count] = .value(.passUnretained(body))
        count += 1
        if body.source != nil { needsGradient = true }
        key.append(body.dtype)
    }

    /// Whether `body` broadcasts with the model in a flat loop; it may become the model.
    @inline(__always)
    private mutating func fits(_ body: Body) -> Bool {
        guard let model else {
            self.model = .passUnretained(body)
            return true
        }
        return model._withUnsafeGuaranteedRef { model in
            if body.hasShape(of: model) { return true }
            if body.elementCount == 1 && body.layout.shape.rank <= model.layout.shape.rank { return true }
            guard model.elementCount == 1 && model.layout.shape.rank <= body.layout.shape.rank else { return false }
            self.model = .passUnretained(body)
            return true
        }
    }

    @inline(__always)
    mutating func append(_ number: Number) {
        operands[count] = .number(number)
        hasNumbers = true
        count += 1
        key.append(number)
    }

    /// The result of `function`, recorded if it is to be; nil where that takes the general way.
    @inline(__always)
    mutating func recordedResult(_ function: PointwiseFunction) -> Tensor? {
        guard var result = result(.passUnretained(function)) else { return nil }
        if needsGradient { function.record(&result, operands.span.extracting(first: count)) }
        return result
    }

    /// The result of `function`, which the caller holds, without its gradient; nil where that takes the general way.
    @inline(__always)
    mutating func result(_ function: Unmanaged<PointwiseFunction>) -> Tensor? {
        guard let typing = typing(function), let model, let result = place(typing, model) else { return nil }
        run(function, typing, result)
        return Tensor(result)
    }

    /// Writes the result over `spare`, an operand that may be written; false where it does not fit, or takes the general way.
    @inline(__always)
    mutating func write(_ function: Unmanaged<PointwiseFunction>, over spare: Tensor) -> Bool {
        guard let typing = typing(function), spare.body.dtype == typing.results[0],
            model!._withUnsafeGuaranteedRef({ spare.body.hasShape(of: $0) })
        else { return false }
        run(function, typing, spare.body)
        return true
    }

    @inline(__always)
    private func typing(_ function: Unmanaged<PointwiseFunction>) -> Typing? {
        guard isFlat, count > 0, function._withUnsafeGuaranteedRef({ $0.compiled.isSingle }), !Watch.isOn else {
            return nil
        }
        let typing = function._withUnsafeGuaranteedRef { $0.typing(key) }
        return typing.isUniform && !typing.isWrong ? typing : nil
    }

    @inline(__always)
    private func place(_ typing: Typing, _ model: Unmanaged<Body>) -> Body? {
        model._withUnsafeGuaranteedRef { model in
            let type = typing.results[0]
            guard let block = try? Block(bytes: model.elementCount &* type.size) else { return nil }
            return Body(block, like: model, type)
        }
    }

    @inline(__always)
    private mutating func run(_ function: Unmanaged<PointwiseFunction>, _ typing: Typing, _ result: Body) {
        let program = function._withUnsafeGuaranteedRef { $0.compiled.raw(typing.compute) }
        flats[count] = ck_flat(data: result.start, dtype: result.dtype.rawValue, repeats: false)
        if hasNumbers {
            runWithNumbers(program, typing.compute, result.elementCount)
        } else {
            run(program, typing.compute, result.elementCount)
        }
    }

    @inline(__always)
    private mutating func run(_ program: UnsafePointer<ck_program>, _ compute: DType, _ elements: Int) {
        var span = flats.mutableSpan
        span.withUnsafeMutableBufferPointer {
            ck_run_flat(program, ck_dtype(UInt32(compute.rawValue)), Int64(elements), $0.baseAddress)
        }
    }

    @inline(__always)
    private mutating func runWithNumbers(_ program: UnsafePointer<ck_program>, _ compute: DType, _ elements: Int) {
        var places = InlineArray<4, Int64>(repeating: 0)
        var span = places.mutableSpan
        span.withUnsafeMutableBufferPointer { places in
            for i in 0..<count {
                guard case .number(let number) = operands[i] else { continue }
                let place = places.baseAddress! + i
                let type = number.store(at: place, for: compute)
                flats[i] = ck_flat(data: place, dtype: type.rawValue, repeats: true)
            }
            run(program, compute, elements)
        }
    }
}
