import Foundation
import Logging
import MIME
import NIOPosix
import SMTP
import Synchronization

/// Where accepted mail is noted: an index of all, and the first ones whole.
///
/// Adding only copies into memory, so that it may run on an event loop; `flush` writes, on a thread that may block.
final class SinkJournal: Sendable {
    private struct Pending {
        var lines: [UInt8] = []
        var mails: [(name: String, content: [UInt8])] = []
        var stored: Int
        var count = 0
    }

    private let index: FileHandle
    private let store: URL
    private let keep: Int
    private let pending: Mutex<Pending>

    /// Opens the index for appending and makes the directory.
    init(index: String, store: String, keep: Int) throws {
        self.store = URL(fileURLWithPath: store, isDirectory: true)
        self.keep = keep
        let files = FileManager.default
        try files.createDirectory(at: self.store, withIntermediateDirectories: true)
        if !files.fileExists(atPath: index) { try Data().write(to: URL(fileURLWithPath: index)) }
        self.index = try FileHandle(forWritingTo: URL(fileURLWithPath: index))
        try self.index.seekToEnd()
        let stored = try files.contentsOfDirectory(atPath: store).filter { $0.hasSuffix(".eml") }.count
        pending = Mutex(Pending(stored: stored))
    }

    /// How many mails were added.
    var count: Int { pending.withLock { $0.count } }

    /// Notes a mail; its lines and file are written by the next `flush`.
    func add(_ message: SMTPReceivedMessage, at time: Date) {
        let headers = try? MIMEHeaders.parse(message.content[...], limits: MIMEParser.Limits()).headers
        let id = headers?["Message-ID"].map { $0.filter { $0 != "<" && $0 != ">" && $0 != "\t" } } ?? ""
        let milliseconds = Int(time.timeIntervalSince1970 * 1_000)
        pending.withLock { pending in
            pending.count += 1
            var file = "-"
            if pending.stored < keep {
                pending.stored += 1
                file = String(repeating: "0", count: max(0, 6 - "\(pending.stored)".count)) + "\(pending.stored).eml"
                pending.mails.append((file, message.content))
            }
            for recipient in message.recipients {
                pending.lines += "\(milliseconds)\t\(id)\t\(recipient)\t\(message.content.count)\t\(file)\n".utf8
            }
        }
    }

    /// Writes what was added; a failure is logged, the mail in hand of the sender has been accepted anyway.
    func flush(logger: Logger) async {
        let (lines, mails) = pending.withLock { pending in
            defer {
                pending.lines.removeAll(keepingCapacity: true)
                pending.mails = []
            }
            return (pending.lines, pending.mails)
        }
        guard !lines.isEmpty || !mails.isEmpty else { return }
        do {
            try await NIOThreadPool.singleton.runIfActive { [index, store] in
                for mail in mails {
                    try Data(mail.content).write(to: store.appendingPathComponent(mail.name))
                }
                try index.write(contentsOf: Data(lines))
            }
        } catch {
            logger.error("The sink's files cannot be written", metadata: ["error": "\(error)"])
        }
    }
}
