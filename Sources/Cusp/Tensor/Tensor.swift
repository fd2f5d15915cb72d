import Autograd
@_exported import Strided

/// Numbers of one type in a rectangular arrangement of up to eight dimensions.
///
///     let x = Tensor([[1, 2, 3], [4, 5, 6]])
///     print(x.sum(dim: 0))                // [5. 7. 9.]
///     print(sigmoid(x[0] - 2))            // [0.26894143 0.5        0.7310586 ]
///
/// A tensor is a value: a change to one is never seen through another. Copies, slices and transposes share memory until one of
/// them is written to, and only then is anything copied; a tensor that nobody else can see is written in place.
///
/// A tensor may carry gradients: see ``requiresGrad`` and ``backward(gradient:inputs:retainGraph:createGraph:)``.
public struct Tensor: Sendable {
    private(set) var body: Body

    init(_ body: Body) { self.body = body }

    package init(_ buffer: Buffer, source: Edge<Tensor>? = nil) {
        body = Body(buffer.storage, buffer.layout, buffer.dtype, source)
    }

    /// Contiguous elements with unspecified values.
    init(uninitialized shape: Shape, _ dtype: DType) throws(TensorError) {
        body = Body(try Block(bytes: shape.elementCount &* dtype.size), shape, dtype)
    }

    /// The elements.
    package var buffer: Buffer {
        get { Buffer(storage: body.storage, layout: body.layout, dtype: body.dtype) }
        set { body = Body(newValue.storage, newValue.layout, newValue.dtype, body.source) }
    }

    /// Where this tensor's gradient goes; nil iff it needs none.
    package var source: Edge<Tensor>? {
        get { body.source }
        set {
            if isKnownUniquelyReferenced(&body) {
                body.source = newValue
            } else {
                body = Body(body.storage, body.layout, body.dtype, newValue)
            }
        }
    }

    /// The comparison or cast that ended this tensor's gradient, where somebody wants to know.
    var cut: CutGradient? {
        get { body.cut }
        // Of results that are not yet anybody's.
        nonmutating set { body.cut = newValue }
    }

    /// Whether nobody else can see the elements, so that they may be written.
    mutating func isUnique() -> Bool {
        isKnownUniquelyReferenced(&body) && body.isLoneHolder()
    }

    /// Whether an operation may write its result over these elements, once it has read them: nobody else sees them, nothing
    /// is recorded that would, and nobody watches.
    var isExpendable: Bool {
        mutating get { isSpare() && !Recording.isOn }
    }

    /// The same where nothing is recorded.
    mutating func isSpare() -> Bool {
        isUnique() && body.source == nil && body.isContiguous && !Watch.isOn
    }

    /// The sizes of the dimensions.
    public var shape: Shape { body.layout.shape }
    /// The type of the elements.
    public var dtype: DType { body.dtype }
    /// The number of dimensions; 0 for a single element.
    public var rank: Int { body.layout.shape.rank }
    /// The number of elements.
    public var elementCount: Int { body.elementCount }
    /// Whether the elements follow one another in memory in row-major order.
    public var isContiguous: Bool { body.isContiguous }
}
