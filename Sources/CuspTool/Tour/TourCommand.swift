import ArgumentParser
import Cusp

struct TourCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tour",
        abstract: "Show six worked examples with their values and gradients.")

    @Flag(help: "Compute in float64; else in float32.")
    var double = false

    func run() throws {
        for (index, stop) in tour.enumerated() {
            if index > 0 { print() }
            print("\(index + 1). \(stop.title)\n   \(stop.code)")
            for (name, value) in try stop.run(double ? .float64 : .float32) {
                print("   \(name.aligned(left: 6))\(value)")
            }
            if let remark = stop.remark { print("   " + remark()) }
        }
    }
}
