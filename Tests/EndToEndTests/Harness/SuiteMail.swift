import Foundation
import MIME

/// A mail that the sink accepted, as its recipient sees it.
struct SuiteMail: Sendable {
    let recipient: String
    /// The List-Unsubscribe-Post header.
    let oneClickBody: String?
    /// Tracked links in document order.
    let links: [String]
    /// The URL that a mail program posts to (RFC 8058).
    let oneClickURL: String

    /// What the sink's index says of each accepted mail: recipient and file.
    static func index(_ settings: SuiteSettings) throws -> [(recipient: String, messageID: String, file: String)] {
        let listing = (try? String(contentsOf: settings.sinkIndex, encoding: .utf8)) ?? ""
        return try listing.split(separator: "\n").map { line in
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard columns.count == 5 else { throw HarnessError("not a line of the sink's index: \(line)") }
            return (columns[2], columns[1], columns[4])
        }
    }

    /// The first mail to an address that begins so.
    static func first(to prefix: String, in settings: SuiteSettings) throws -> SuiteMail {
        guard let entry = try index(settings).first(where: { $0.recipient.hasPrefix(prefix) }) else {
            throw HarnessError("no mail to \(prefix)…")
        }
        return try SuiteMail(recipient: entry.recipient, file: settings.sinkMails.appending(path: entry.file))
    }

    private init(recipient: String, file: URL) throws {
        let mail = try MIMEParser().parse([UInt8](try Data(contentsOf: file)))
        guard let html = mail.first("text", "html"), let header = mail.headers["List-Unsubscribe"],
            let url = header.firstMatch(of: /<(https?:[^>]+)>/)
        else { throw HarnessError("no HTML part, or no List-Unsubscribe header") }
        self.recipient = recipient
        oneClickBody = mail.headers["List-Unsubscribe-Post"]
        oneClickURL = String(url.1)
        links = html.text.matches(of: /href=["']([^"']+\/c\/[^"']+)["']/).map { String($0.1).replacing("&amp;", with: "&") }
    }
}
