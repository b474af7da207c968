import FoundationEssentials

/// A mail that can be written as RFC 5322 octets: everything in it has been checked when it was made.
///
/// Nothing is drawn or read from a clock: the same values give the same octets.
package struct MailMessage: Sendable {
    private let headers: [MailHeader]
    private let body: MailBody
    private let attachments: [MailAttachment]
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
        attachments: [MailAttachment] = [],
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
        self.attachments = attachments
        // "=_" can appear in neither quoted-printable nor base64, so that an encoded part never holds the delimiter.
        self.boundary = Array("=_\(try Self.checkedBoundary(boundary))".utf8)
        requiresUTF8 = ([from] + to).contains(where: \.requiresUTF8)
    }

    /// The octets of the mail, every line ended by CRLF and none longer than 998.
    package func encoded() -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(1024 + headers.count * 80 + body.size + body.size / 8 + attachments.reduce(0) { $0 + $1.size })
        for header in headers { header.append(to: &output) }
        output += "MIME-Version: 1.0\r\n".utf8
        structure.append(to: &output, boundary: boundary)
        if output.last != ASCIIClass.lf { output += "\r\n".utf8 }
        return output
    }

    /// The body; with what its HTML shows beside it (RFC 2387), and the files around both (RFC 2046 §5.1.3).
    private var structure: MailPart {
        var part = MailPart(body)
        let shown = attachments.filter { $0.contentID != nil }
        let files = attachments.filter { $0.contentID == nil }
        if !shown.isEmpty { part = .multipart("related", [part] + shown.map(MailPart.attachment)) }
        if !files.isEmpty { part = .multipart("mixed", [part] + files.map(MailPart.attachment)) }
        return part
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
