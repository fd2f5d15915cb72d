import Foundation

/// Where standard output goes.
enum Terminal {
    /// Whether somebody is watching, on a screen where a line can be written over.
    static var isInteractive: Bool {
        isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// Characters in a line.
    static var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes `line` over the last one, which ended without a new line.
    static func overwrite(_ line: String) {
        print("\r\u{1B}[2K" + line, terminator: "")
        fflush(nil)
    }
}

extension String {
    func aligned(right width: Int) -> String { String(repeating: " ", count: Swift.max(0, width - count)) + self }
    func aligned(left width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }
}

extension BinaryFloatingPoint {
    /// With so many decimals.
    func fixed(_ decimals: Int) -> String { String(format: "%.\(decimals)f", Double(self)) }
}

extension Int {
    /// With a space between thousands: 12 345.
    var grouped: String {
        let digits = Array("\(magnitude)")
        let groups = Swift.stride(from: digits.count, to: 0, by: -3).map { String(digits[Swift.max($0 - 3, 0)..<$0]) }
        return (self < 0 ? "-" : "") + groups.reversed().joined(separator: " ")
    }
}
