import Cusp
import Testing

@Suite struct DescriptionTests {
    static let cases: [(@Sendable () -> Tensor, String)] = [
        ({ Tensor([1, 2.5, -3]) }, "[ 1.   2.5 -3. ]"),
        ({ Tensor([[1, 2.5], [3, 4]]) }, "[[1.  2.5]\n [3.  4. ]]"),
        ({ Tensor([[1, 10], [100, 1000]]) }, "[[   1.   10.]\n [ 100. 1000.]]"),
        ({ Tensor([[[1], [2]], [[3], [4]]]) }, "[[[1.]\n  [2.]]\n\n [[3.]\n  [4.]]]"),
        ({ Tensor(3.0) }, "3."),
        ({ Tensor([3.0] as [Double])[0] }, "3. float64"),
        ({ Tensor([3])[0] }, "3."),
        ({ Tensor([]) }, "[]"),
        ({ .zeros([0], dtype: .int64) }, "[] int64"),
        ({ .zeros([2, 0]) }, "[] shape [2, 0]"),
        ({ Tensor([1, 2], dtype: .int64) }, "[1 2] int64"),
        ({ Tensor([-1, 20], dtype: .int32) }, "[-1 20] int32"),
        ({ Tensor([1, 2], dtype: .uint8) }, "[1 2] uint8"),
        ({ Tensor([true, false]) }, "[ true false] bool"),
        ({ Tensor([1, 2], dtype: .float64) }, "[1. 2.] float64"),
        ({ Tensor([1.5], dtype: .float16) }, "[1.5] float16"),
        ({ Tensor([1.5], dtype: .bfloat16) }, "[1.5] bfloat16"),
        ({ Tensor([0, -0.0]) }, "[ 0. -0.]"),
        ({ Tensor([.nan, .infinity, -.infinity, 1] as [Float]) }, "[ nan  inf -inf   1.]"),
        ({ Tensor([.nan, 1.25] as [Float]) }, "[ nan 1.25]"),
        ({ Tensor([.nan, .nan] as [Float]) }, "[nan nan]"),
        ({ Tensor([1e10, 1]) }, "[1.e+10 1.e+00]"),
        ({ Tensor([1e-10, 0]) }, "[1.e-10 0.e+00]"),
        ({ Tensor([1.5e20, -25]) }, "[ 1.5e+20 -2.5e+01]"),
        ({ Tensor([0.001, 1]) }, "[0.001 1.   ]"),
        ({ Tensor([1.25e10, 1.5]) }, "[1.25e+10 1.50e+00]"),
        ({ Tensor([.nan, 1e10] as [Float]) }, "[   nan 1.e+10]"),
        ({ Tensor([16_777_216, 1]) }, "[16777216.        1.]"),
        ({ sigmoid(Tensor([-50, 0, 50])) }, "[1.9287498e-22 5.0000000e-01 1.0000000e+00]"),
        ({ Tensor([12_345_678, 0.5]) }, "[12345678.         0.5]"),
        ({ Tensor([1e38, 1e-38]) }, "[1.e+38 1.e-38]"),
        ({ Tensor([0.1] as [Double]) }, "[0.1] float64"),
        ({ Tensor([[1, 2], [3, 4]]).transposed() }, "[[1. 3.]\n [2. 4.]]"),
        ({ .range(1001) }, "[   0    1    2 ...  998  999 1000] int64"),
        ({ .zeros([1000]) }, "[" + Array(repeating: "0.", count: 1000).joined(separator: " ") + "]"),
        (
            { Tensor.range(2000).reshaped([2, 1000]) },
            "[[   0    1    2 ...  997  998  999]\n [1000 1001 1002 ... 1997 1998 1999]] int64"
        ),
        (
            { Tensor.range(10_000).reshaped([100, 100])[.all, .stride(by: 1)] },
            """
            [[   0    1    2 ...   97   98   99]
             [ 100  101  102 ...  197  198  199]
             [ 200  201  202 ...  297  298  299]
             ...
             [9700 9701 9702 ... 9797 9798 9799]
             [9800 9801 9802 ... 9897 9898 9899]
             [9900 9901 9902 ... 9997 9998 9999]] int64
            """
        ),
    ]

    @Test(arguments: cases.indices)
    func exactly(index: Int) {
        let (tensor, expected) = Self.cases[index]
        #expect("\(tensor())" == expected)
    }

    @Test func gradientsDoNotMatter() {
        #expect("\(Tensor([1]).leaf * 2)" == "[2.]")
    }
}
