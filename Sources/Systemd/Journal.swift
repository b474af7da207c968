import Glibc

/// The systemd journal as a place for log records.
package struct Journal: Sendable {
    let identifier: String
    let socket: JournalSocket

    /// The journal behind a socket.
    ///
    /// - Parameter identifier: the program's name, in the field `SYSLOG_IDENTIFIER`.
    package init?(identifier: String, socketPath: String = JournalLogHandler.defaultSocketPath) {
        guard let socket = JournalSocket(path: socketPath) else { return nil }
        self.identifier = identifier
        self.socket = socket
    }

    /// Whether standard error leads to the journal: `JOURNAL_STREAM` names its device and inode.
    ///
    /// A program whose output was redirected keeps the variable but not the match, and must write to what it was given.
    package static func isStandardError(environment: [String: String]) -> Bool {
        guard let stream = environment["JOURNAL_STREAM"] else { return false }
        var information = stat()
        guard fstat(STDERR_FILENO, &information) == 0 else { return false }
        return stream == "\(information.st_dev):\(information.st_ino)"
    }
}
