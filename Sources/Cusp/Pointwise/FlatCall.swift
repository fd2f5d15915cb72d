import Autograd
import CKernels

/// A call of a pointwise function on operands that lie flat, as nearly all do: tensors of one shape, contiguous, and tensors
/// and numbers of one element, which repeat.
///
/// Of a small operation the arithmetic is the least: here nothing is put into lists, shapes are compared as single words, no
/// strides are looked at, and no tensor is retained. What this cannot do, and every error, is left to the general way.
struct FlatCall {
    static let most = 4

    private var operands = InlineArray<5, ck_flat>(repeating: ck_flat())
    private var numbers = InlineArray<4, Number?>(repeating: nil)
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
    mutating func append(_ tensor: Tensor) {
        let body = tensor.body
        isFlat = isFlat && (body.isContiguous || body.isRepeated) && fits(body)
        operands[count] = ck_flat(data: body.start, dtype: body.dtype.rawValue, repeats: body.isRepeated)
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
        numbers[count] = number
        hasNumbers = true
        count += 1
        key.append(number)
    }

    /// The result of `function`, without its gradient; nil where that takes the general way. Written over `spare`, an
    /// operand that may be written, where it fits.
    @inline(__always)
    mutating func result(_ function: PointwiseFunction, over spare: Tensor? = nil) -> Tensor? {
        guard isFlat, let model, function.compiled.isSingle, !Watch.isOn else { return nil }
        return model._withUnsafeGuaranteedRef { model in
            let typing = function.typing(key)
            guard typing.isUniform, !typing.isWrong else { return nil }
            let type = typing.results[0]
            let result: Body
            if let spare, spare.body.dtype == type, spare.body.hasShape(of: model) {
                result = spare.body
            } else {
                guard let storage = try? Storage(bytes: model.elementCount &* type.size) else { return nil }
                result = Body(storage, like: model, type)
            }
            operands[count] = ck_flat(data: result.start, dtype: type.rawValue, repeats: false)
            if hasNumbers {
                runWithNumbers(function.compiled.raw, typing.compute, model.elementCount)
            } else {
                run(function.compiled.raw, typing.compute, model.elementCount)
            }
            return Tensor(result)
        }
    }

    @inline(__always)
    private mutating func run(_ program: UnsafePointer<ck_program>, _ compute: DType, _ elements: Int) {
        var span = operands.mutableSpan
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
                guard let number = numbers[i] else { continue }
                let place = places.baseAddress! + i
                let type = number.store(at: place, for: compute)
                operands[i] = ck_flat(data: place, dtype: type.rawValue, repeats: true)
            }
            run(program, compute, elements)
        }
    }
}
