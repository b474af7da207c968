import CommCore
import Foundation

/// Mails as mail systems send them back, written after the RFCs and after what servers say.
struct BounceFixture {
    static let secret = "a test secret that is long enough for HS256"

    let tenantID: UUID
    let messageID: UUID
    let recipient: String
    var campaignID = UUID()

    static let returnPath = ReturnPath(
        ReturnPathSettings(local: "bounce", domain: "news.example.org"),
        secret: Secret(secret)
    )

    static func verifier() throws -> LinkTokenVerifier { LinkTokenVerifier(keys: [try LinkTokenKey(secret: secret)]) }

    /// The return path of the message.
    var address: String { Self.returnPath.address(tenantID: tenantID, messageID: messageID) }

    /// The header of our mail, with what proves it.
    func original(hasLink: Bool = true) throws -> String {
        let signer = LinkTokenSigner(key: try LinkTokenKey(secret: Self.secret))
        let subject = LinkTokenSubject(tenantID: tenantID, campaignID: campaignID, contactID: UUID(), messageID: messageID)
        let token = signer.unsubscribeToken(for: subject, issuedAt: Date(timeIntervalSince1970: 1_795_000_000))
        let link = hasLink ? "List-Unsubscribe: <https://comm.example.com/t/u/\(token)>,\n <mailto:unsubscribe@example.com>\n" : ""
        return """
            From: News <news@example.org>
            To: \(recipient)
            Subject: News
            Message-ID: <\(messageID.uuidString.lowercased())@example.org>
            \(link)Feedback-ID: \(tenantID.uuidString.lowercased()):\(campaignID.uuidString.lowercased()):campaign:Motorical

            """
    }

    /// A notification after RFC 3464.
    func dsn(
        to: String? = nil,
        blocks: [String],
        notice: String = "Delivery failed.",
        original: String = "",
        date: String = "Fri, 27 Nov 2026 07:00:00 +0000"
    ) -> String {
        """
        Return-Path: <>
        Delivered-To: \(to ?? address)
        From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
        To: \(to ?? address)
        Subject: Undelivered Mail Returned to Sender
        Date: \(date)
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

        --b1
        Content-Type: text/plain

        \(notice)
        --b1
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example.net

        \(blocks.joined(separator: "\n\n"))

        --b1
        Content-Type: text/rfc822-headers

        \(original)
        --b1--

        """
    }

    /// A block about one recipient.
    static func block(_ recipient: String, _ action: String, _ status: String, _ diagnostic: String? = nil) -> String {
        "Final-Recipient: rfc822; \(recipient)\nAction: \(action)\nStatus: \(status)"
            + (diagnostic.map { "\nDiagnostic-Code: smtp; \($0)" } ?? "")
    }

    /// A complaint after RFC 5965.
    func complaint(type: String = "abuse", original: String, mailFrom: String? = nil) -> String {
        """
        From: fbl@provider.example
        To: abuse@news.example.org
        Subject: FW: News
        Date: Fri, 27 Nov 2026 07:00:00 +0000
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary="b2"

        --b2
        Content-Type: text/plain

        This is an email abuse report.
        --b2
        Content-Type: message/feedback-report

        Feedback-Type: \(type)
        User-Agent: Provider/1.0
        Version: 1
        \(mailFrom.map { "Original-Mail-From: <\($0)>" } ?? "X-None: 1")

        --b2
        Content-Type: message/rfc822

        \(original)
        Hello

        --b2--

        """
    }

    /// A notice for people, without any machine-readable part.
    func notice(_ text: String, from: String = "MAILER-DAEMON@mx.example.net", to: String? = nil, more: String = "") -> String {
        """
        Return-Path: <>
        Delivered-To: \(to ?? address)
        From: \(from)
        Subject: failure notice
        Date: Fri, 27 Nov 2026 07:00:00 +0000
        \(more)
        \(text)
        """
    }
}
