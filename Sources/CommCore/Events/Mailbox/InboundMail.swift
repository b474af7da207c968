import FoundationEssentials
import MIME

/// A mail of the bounce mailbox, with what is looked at to tell what it is.
struct InboundMail {
    /// Octets of the human part that are looked at.
    private static let longestNotice = 16_384
    /// Mails inside of mails are looked into this often: somebody may have forwarded a bounce.
    private static let nesting = 2

    let headers: MIMEHeaders
    /// What the mail says to a person, without what it quotes.
    let notice: String
    /// What each recipient's server is said to have done.
    let status: DeliveryStatus?
    let feedback: FeedbackReport?
    /// The header of the mail that came back, as far as it did.
    let returned: MIMEHeaders?

    /// - Throws: `MIMEError` past the parser's limits.
    init(_ octets: [UInt8]) throws(MIMEError) {
        var limits = MIMEParser.Limits()
        limits.passesOverBadLines = true
        let mail = try MIMEParser(limits: limits).parse(MailOctets.normalized(octets))
        var parts = mail.all
        headers = mail.headers
        status = Self.status(in: &parts, limits)
        feedback = parts.lazy.filter { $0.isOf("message", ["feedback-report"]) }.compactMap { FeedbackReport($0.content) }.first
        let (notice, quoted) = Self.text(of: parts)
        self.notice = notice
        returned = Self.returned(parts, limits) ?? Self.headers(in: quoted, limits)
    }

    /// Looks for it wherever it is nested; what is found inside a forwarded mail makes that mail's parts the ones to look at.
    private static func status(in parts: inout [MIMEPart], _ limits: MIMEParser.Limits) -> DeliveryStatus? {
        for level in 0...nesting {
            for part in parts where part.isOf("message", ["delivery-status", "global-delivery-status"]) {
                if let status = DeliveryStatus(part.content) { return status }
            }
            guard level < nesting else { break }
            let inner = parts.filter { $0.isOf("message", ["rfc822", "global"]) }.compactMap { part in
                try? MIMEParser(limits: limits).parse(MailOctets.normalized(part.content))
            }
            let deeper = inner.flatMap(\.all)
            guard deeper.contains(where: { $0.isOf("message", ["delivery-status", "global-delivery-status", "rfc822"]) }) else { break }
            parts = deeper
        }
        return nil
    }

    /// The header of the first mail that is enclosed.
    private static func returned(_ parts: [MIMEPart], _ limits: MIMEParser.Limits) -> MIMEHeaders? {
        for part in parts where part.isOf("message", ["rfc822", "global", "global-headers"]) || part.isOf("text", ["rfc822-headers"]) {
            let octets = MailOctets.normalized(part.content)
            // Some begin with an empty line.
            let start = octets.firstIndex { $0 != 0x0A && $0 != 0x0D } ?? octets.endIndex
            if let found = try? MIMEHeaders.parse(octets[start...], limits: limits).headers, !found.fields.isEmpty { return found }
        }
        return nil
    }

    /// Fields that stand somewhere in a text.
    private static func headers(in text: String, _ limits: MIMEParser.Limits) -> MIMEHeaders? {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.hasPrefix("> ") ? $0.dropFirst(2) : $0 }
        let octets = Array(lines.joined(separator: "\n").utf8)
        guard let found = try? MIMEHeaders.parse(octets[...], limits: limits).headers, !found.fields.isEmpty else { return nil }
        return found
    }

    /// The first text for people, cut where it begins to quote, and all of it.
    private static func text(of parts: [MIMEPart]) -> (notice: String, all: String) {
        let plain = parts.first { $0.parts.isEmpty && $0.isOf("text", ["plain"]) }
        let html = parts.first { $0.isOf("text", ["html"]) }
        guard let part = plain ?? html else { return ("", "") }
        let whole = String(decoding: part.text.utf8.prefix(4 * longestNotice), as: UTF8.self)
        let text = plain == nil ? withoutTags(whole) : whole
        let notice = BounceNoticeRules.quotation(in: text).map { String(text[..<$0]) } ?? text
        return (String(decoding: notice.utf8.prefix(longestNotice), as: UTF8.self), text)
    }

    private static func withoutTags(_ html: String) -> String {
        var text = ""
        var isTag = false
        for character in html {
            switch character {
            case "<": isTag = true
            case ">":
                isTag = false
                text.append(" ")
            default: if !isTag { text.append(character) }
            }
        }
        return text.replacing("&nbsp;", with: " ").replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&#39;", with: "'")
            .replacing("&amp;", with: "&")
    }
}

extension InboundMail {
    /// Header fields in which servers note whom a mail was for.
    private static let envelopeFields = ["Delivered-To", "X-Original-To", "X-Envelope-To", "Envelope-To", "To", "Received"]

    /// Where the address may stand that the mail came to.
    var envelopeRecipients: [String] {
        Self.envelopeFields.flatMap { headers.values($0).prefix(20) }
    }

    /// Whether it was sent with the empty return path of notices.
    var hasNullReturnPath: Bool {
        headers["Return-Path"].map { $0.filter { !$0.isWhitespace } == "<>" } ?? false
    }

    /// Whether a mail system wrote it.
    var isFromMailSystem: Bool {
        let sender = (headers["From"] ?? "").lowercased()
        return headers["X-Failed-Recipients"] != nil
            || ["mailer-daemon", "postmaster@", "mail delivery", "microsoftexchange", "mailsystem"].contains { sender.contains($0) }
    }

    /// Whether a machine answered for a person (RFC 3834): a holiday note, not a bounce.
    var isAutomaticReply: Bool {
        if isFromMailSystem { return false }
        if let value = headers["Auto-Submitted"]?.lowercased(), !value.hasPrefix("no") { return true }
        if ["X-Autoreply", "X-Autorespond", "X-Auto-Response-From"].contains(where: { headers[$0] != nil }) { return true }
        if headers["Precedence"]?.lowercased() == "auto_reply" { return true }
        let subject = (headers["Subject"] ?? "").lowercased()
        let words = ["out of office", "out of the office", "automatic reply", "auto:", "autoreply", "abwesend", "abwesenheit", "away from"]
        return words.contains { subject.contains($0) }
            && (headers["X-Auto-Response-Suppress"] != nil || headers["Precedence"] != nil || hasNullReturnPath)
    }
}

extension MIMEPart {
    fileprivate func isOf(_ type: String, _ subtypes: [String]) -> Bool {
        let own = contentType
        return own.type == type && subtypes.contains(own.subtype)
    }
}
