import Foundation
import MIME

/// Mails that motorical-dev's SMTP sink kept: what a recipient would see.
struct SinkMail: Sendable {
    let recipient: String
    /// Tracked links in document order that a reader sees: without the unsubscribe link, and without the trap for scanners.
    let links: [String]
    /// The URL of the `List-Unsubscribe` header that a mail program would post to.
    let oneClick: String

    /// The first kept mail whose recipient's local part does not ask the sink to refuse or defer it.
    static func firstDelivered(index: URL, store: URL) throws -> SinkMail {
        guard let listing = try? String(contentsOf: index, encoding: .utf8) else {
            throw DemoError("the sink's index \(index.path) cannot be read")
        }
        for line in listing.split(separator: "\n") {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard columns.count == 5, columns[4] != "-" else { continue }
            return try SinkMail(recipient: String(columns[2]), file: store.appending(path: String(columns[4])))
        }
        throw DemoError("the sink kept no mail in \(store.path)")
    }

    private init(recipient: String, file: URL) throws {
        let message = try MIMEParser().parse([UInt8](try Data(contentsOf: file)))
        guard let html = message.first("text", "html") else { throw DemoError("\(file.path) has no HTML part") }
        guard let header = message.headers["List-Unsubscribe"], let url = header.firstMatch(of: /<(https?:[^>]+)>/) else {
            throw DemoError("\(file.path) has no List-Unsubscribe header with a URL")
        }
        self.recipient = recipient
        oneClick = String(url.1)
        links = html.text.matches(of: /<a\b[^>]*>/).compactMap { tag in
            guard !tag.0.contains(#"aria-hidden="true""#), let link = tag.0.firstMatch(of: /href="([^"]+\/c\/[^"]+)"/) else { return nil }
            return Self.unescaped(String(link.1))
        }
        guard !links.isEmpty else { throw DemoError("\(file.path) has no tracked link") }
    }

    /// Attribute text as a URL.
    private static func unescaped(_ attribute: String) -> String {
        attribute.replacing("&amp;", with: "&")
    }
}
