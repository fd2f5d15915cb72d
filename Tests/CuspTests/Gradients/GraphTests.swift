import Cusp
import Testing

@Suite struct GraphTests {
    @Test func printed() {
        let x = Tensor([1, 2]).leaf
        let y = (exp(x) * x * Tensor([3, 4])).sum()
        #expect(
            graph(of: y).description == """
                0  sum(1)
                1  mul(2, -)
                2  mul(3, 4)
                3  exp(4)
                4  a leaf
                """)
        #expect(graph(of: Tensor([1])).description == "")
        #expect(graph(of: x).operations.map(\.isLeaf) == [true])
    }

    @Test func dot() {
        let x = Tensor([1, 2]).leaf
        #expect(
            graph(of: x + x).dot == """
                digraph {
                  n0 [label="add"]
                  n1 -> n0
                  n1 -> n0
                  n1 [label="a leaf", shape=box]
                }
                """)
    }

    @Test func severalResults() {
        struct Pair: CustomOperation {
            var name: String { "a \"pair\"" }
            func forward(_ x: [Tensor], needsGradient: [Bool]) -> (results: [Tensor], context: Void) {
                ([x[0], x[0] * 2], ())
            }
            func backward(_ call: BackwardCall, _ context: Void) -> [Tensor?] { [nil] }
        }
        let graph = graph(of: Pair()(Tensor([1]).leaf)[1] * 3)
        #expect(graph.description == "0  mul(1.1, -)\n1  a \"pair\"(2)\n2  a leaf")
        #expect(graph.dot.contains("label=\"a \\\"pair\\\"\""))
    }
}
