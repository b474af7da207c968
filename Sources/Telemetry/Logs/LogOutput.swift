import Glibc
import Synchronization

/// A file descriptor that log lines are written to, each line whole.
package final class LogOutput: Sendable {
    private let descriptor: Int32
    private let turn = Mutex(())

    /// Standard error.
    package static let standardError = LogOutput(descriptor: STDERR_FILENO)
    /// Standard output.
    package static let standardOutput = LogOutput(descriptor: STDOUT_FILENO)

    /// Writes to a descriptor that stays open as long as the process.
    package init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Whether a person is looking.
    package var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Writes a line and its end; an error is ignored, there is nowhere to report it.
    func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        turn.withLock { _ in
            bytes.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while !rest.isEmpty {
                    let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    guard written > 0 || errno == EINTR else { return }
                    rest = rest.dropFirst(max(written, 0))
                }
            }
        }
    }
}
