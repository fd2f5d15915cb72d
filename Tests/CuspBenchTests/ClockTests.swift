import CuspBench
import Testing

@Suite struct ClockTests {
    /// Two sides of one process take turns at being first; a peer of its own process always comes second.
    @Test(arguments: [(true, "otto"), (false, "otot")]) func turns(isOneProcess: Bool, expected: String) throws {
        var clock = Clock()
        (clock.rounds, clock.round) = (2, 4)
        var order = ""
        // One iteration is a round.
        let side = { (name: Character) in
            { (count: Int) in
                order.append(name)
                return 4.0
            }
        }
        let best = try clock.best([side("o")], side("t"), isOneProcess: isOneProcess)
        // Each side says first how long an iteration takes.
        #expect(order == "ot" + expected)
        #expect(best.ours == [4] && best.theirs == 4)
    }
}
