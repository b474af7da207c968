import FoundationEssentials

/// A mail that can be written as RFC 5322 octets: everything in it has been checked when it was made.
///
/// Nothing is drawn or read from a clock: the same values give the same octets.
package struct MailMessage: Sendable {
    private let headers: [MailHeader]
    private let body: MailBody
    private let boundary: [UInt8]

    /// Whether a header holds an address outside ASCII, so that the mail needs SMTPUTF8.
    package let requiresUTF8: Bool

    /// Checks and keeps the parts of a mail.
    /// - Parameters:
    ///   - messageID: `left@right`, with or without angle brackets.
    ///   - headers: further fields; those that the mail writes itself are refused.
    ///   - boundary: at most 60 of letters, digits, `-`, `_` and `.`; delimits the parts of an alternative body.
    /// - Throws: `MIMEError` naming the field.
    package init(
        from: Mailbox,
        to: [Mailbox],
        subject: String,
        date: Date,
        messageID: String,
        headers: [MailHeader] = [],
        body: MailBody,
        boundary: String
    ) throws(MIMEError) {
        var all = [
            try MailHeader("From", mailboxes: [from]),
            try MailHeader("Subject", subject),
            try MailHeader("Date", MailDate.format(date)),
            try MailHeader("Message-ID", "<\(Self.checkedMessageID(messageID))>"),
        ]
        if !to.isEmpty { all.insert(try MailHeader("To", mailboxes: to), at: 1) }
        try Self.refuseReserved(headers)
        self.headers = all + headers
        self.body = body
        // "=_" can appear in neither quoted-printable nor base64, so that an encoded part never holds the delimiter.
        self.boundary = Array("=_\(try Self.checkedBoundary(boundary))".utf8)
        requiresUTF8 = ([from] + to).contains(where: \.requiresUTF8)
    }

    /// The octets of the mail, every line ended by CRLF and none longer than 998.
    package func encoded() -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(1024 + headers.count * 80 + body.size + body.size / 8)
        for header in headers { header.append(to: &output) }
        append("MIME-Version: 1.0\r\n", to: &output)
        switch body {
        case .text(let bytes): appendPart(bytes, type: "plain", to: &output)
        case .html(let bytes): appendPart(bytes, type: "html", to: &output)
        case .alternative(let text, let html): appendAlternative(text: text, html: html, to: &output)
        }
        if output.last != ASCIIClass.lf { append("\r\n", to: &output) }
        return output
    }

    private func appendAlternative(text: [UInt8], html: [UInt8], to output: inout [UInt8]) {
        append("Content-Type: multipart/alternative;\r\n boundary=\"", to: &output)
        output += boundary
        append("\"\r\n\r\n", to: &output)
        for (bytes, type) in [(text, "plain"), (html, "html")] {
            append("--", to: &output)
            output += boundary
            append("\r\n", to: &output)
            appendPart(bytes, type: type, to: &output)
            // This line end belongs to the delimiter that follows (RFC 2046 §5.1.1).
            append("\r\n", to: &output)
        }
        append("--", to: &output)
        output += boundary
        append("--\r\n", to: &output)
    }

    private func appendPart(_ bytes: [UInt8], type: String, to output: inout [UInt8]) {
        let encoding = TransferEncoding.best(for: bytes, boundary: boundary)
        append("Content-Type: text/\(type); charset=utf-8\r\nContent-Transfer-Encoding: \(encoding.rawValue)\r\n\r\n", to: &output)
        encoding.append(bytes, to: &output)
    }

    private func append(_ text: String, to output: inout [UInt8]) {
        output.append(contentsOf: text.utf8)
    }
}

extension MailMessage {
    /// Whether the mail writes the field itself, so that it cannot be among the further ones.
    package static func isOwnField(_ name: String) -> Bool {
        ownFields.contains(ASCIIClass.lowercased(name))
    }

    private static let ownFields: Set<String> = [
        "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "content-transfer-encoding",
    ]

    private static func refuseReserved(_ headers: [MailHeader]) throws(MIMEError) {
        var seen = ownFields
        for header in headers where !seen.insert(ASCIIClass.lowercased(header.name)).inserted {
            throw MIMEError(.reservedHeader, field: header.name)
        }
    }

    private static func checkedMessageID(_ id: String) throws(MIMEError) -> Substring {
        let bare = id.hasPrefix("<") && id.hasSuffix(">") ? id.dropFirst().dropLast() : id[...]
        let halves = bare.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        let isText: (UInt8) -> Bool = { ASCIIClass.isVisible($0) && !"<>@".utf8.contains($0) }
        guard halves.count == 2, bare.utf8.count <= 250, halves.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isText) }) else {
            throw MIMEError(.invalidMessageID, field: "Message-ID")
        }
        return bare
    }

    private static func checkedBoundary(_ boundary: String) throws(MIMEError) -> String {
        let isText: (UInt8) -> Bool = { ASCIIClass.isAlphanumeric($0) || "-_.".utf8.contains($0) }
        guard (1...60).contains(boundary.utf8.count), boundary.utf8.allSatisfy(isText) else {
            throw MIMEError(.invalidBoundary, field: "boundary")
        }
        return boundary
    }
}
