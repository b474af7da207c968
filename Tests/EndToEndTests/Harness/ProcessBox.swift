import Foundation
import Synchronization

/// A helper process (a server of Debian's packages) that is started, killed and started again.
final class ProcessBox: Sendable {
    private let process = Mutex<Process?>(nil)

    func run(_ path: String, _ arguments: [String]) throws {
        try process.withLock { current in
            let new = Process()
            new.executableURL = URL(fileURLWithPath: path)
            new.arguments = arguments
            new.standardOutput = FileHandle.nullDevice
            new.standardError = FileHandle.nullDevice
            try new.run()
            current = new
        }
    }

    /// `kill -9`, and waits for its end.
    func kill() {
        process.withLock { current in
            guard let running = current else { return }
            if running.isRunning { _ = Foundation.kill(running.processIdentifier, SIGKILL) }
            running.waitUntilExit()
            current = nil
        }
    }

    deinit { kill() }
}
