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
    private var body: Body

    package init(_ buffer: Buffer, source: Edge<Tensor>? = nil) {
        body = Body(buffer, source)
    }

    /// The elements.
    package var buffer: Buffer {
        _read { yield body.buffer }
        _modify {
            unshare()
            yield &body.buffer
        }
    }

    /// Where this tensor's gradient goes; nil iff it needs none.
    package var source: Edge<Tensor>? {
        _read { yield body.source }
        _modify {
            unshare()
            yield &body.source
        }
    }

    /// The comparison or cast that ended this tensor's gradient, where somebody wants to know.
    var cut: CutGradient? {
        get { body.cut }
        // Of results that are not yet anybody's.
        nonmutating set { body.cut = newValue }
    }

    private mutating func unshare() {
        if !isKnownUniquelyReferenced(&body) { body = Body(body.buffer, body.source) }
    }

    /// Whether an operation may write its result over these elements, once it has read them: nobody else sees them, nothing
    /// is recorded that would, and nobody watches.
    var isExpendable: Bool {
        mutating get {
            isKnownUniquelyReferenced(&body) && isKnownUniquelyReferenced(&body.buffer.storage)
                && body.source == nil && body.buffer.layout.isContiguous && !Recording.isOn && !Watch.isOn
        }
    }

    /// The sizes of the dimensions.
    public var shape: Shape { body.buffer.layout.shape }
    /// The type of the elements.
    public var dtype: DType { body.buffer.dtype }
    /// The number of dimensions; 0 for a single element.
    public var rank: Int { body.buffer.layout.shape.rank }
    /// The number of elements.
    public var elementCount: Int { body.buffer.layout.shape.elementCount }
    /// Whether the elements follow one another in memory in row-major order.
    public var isContiguous: Bool { body.buffer.layout.isContiguous }
}

/// What a tensor holds, behind one reference: 170 bytes of shape and strides would be copied with every move of the value.
/// Written only while one tensor alone has it,
/// so that Swift need not watch over its accesses at run time.
private final class Body: @unchecked Sendable {
    @exclusivity(unchecked) var buffer: Buffer
    @exclusivity(unchecked) var source: Edge<Tensor>?
    @exclusivity(unchecked) var cut: CutGradient?

    init(_ buffer: Buffer, _ source: Edge<Tensor>?) {
        self.buffer = buffer
        self.source = source
    }
}
