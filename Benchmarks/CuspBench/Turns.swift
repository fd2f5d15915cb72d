import CKernels
import Foundation

/// So that a side has the machine to itself when its turn comes: threads wait for a while after their work, and would take
/// the cores from the other side.
enum Turns {
    /// Ends ours: sends the team to sleep at once.
    static func end() { ck_rest() }

    /// Begins ours: waits until the other side's threads sleep. Those of libgomp spin for some milliseconds.
    static func begin() { usleep(10_000) }
}
