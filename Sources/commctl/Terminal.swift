import Foundation

/// Standard output, with lines that can be redrawn in place when it is a terminal.
final class Terminal: Sendable {
    /// Whether a person looks at it, so that a line may be redrawn.
    let isInteractive: Bool

    init() {
        isInteractive = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// Writes a line of its own.
    func line(_ text: String = "") {
        write(text + "\n")
    }

    /// Writes over the current line; on anything but a terminal it is a line of its own.
    func redraw(_ text: String) {
        write(isInteractive ? "\r\u{1B}[K" + text.prefix(width - 1) : text + "\n")
    }

    /// Columns of the terminal: a line that wraps could not be drawn over.
    private var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 80 }
        return Int(size.ws_col)
    }

    /// Ends a line that was redrawn.
    func endRedraw() {
        if isInteractive { write("\n") }
    }

    /// A heading of a part of the output.
    func heading(_ text: String) {
        line()
        line(isInteractive ? "\u{1B}[1m\(text)\u{1B}[0m" : text)
    }

    private func write(_ text: String) {
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}
