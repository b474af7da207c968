import Crypto
import FoundationEssentials
import MIME

/// Understands a mail of the bounce mailbox: complaint (RFC 5965), delivery status (RFC 3464), automatic reply (RFC 3834), or a notice that
/// is written for people.
struct BounceMailReader: Sendable {
    private let finder: BounceSubjectFinder

    init(finder: BounceSubjectFinder) {
        self.finder = finder
    }

    /// - Parameter now: nothing is said to have happened later.
    func read(_ octets: [UInt8], now: Date) -> BounceMailReading {
        let mail: InboundMail
        do {
            mail = try InboundMail(octets)
        } catch {
            return .kept("unreadable: \(error)")
        }
        let context = Context(
            subject: finder.subject(of: mail, now: now),
            sentAt: min(mail.headers["Date"].flatMap(MailDate.parse) ?? now, now),
            fingerprint: Self.fingerprint(of: octets)
        )
        if let feedback = mail.feedback { return complaint(feedback, context) }
        if let status = mail.status { return self.status(status, mail, context) }
        if let complained = otherComplaint(mail, context) { return complained }
        if mail.isAutomaticReply { return .automaticReply }
        return notice(mail, context)
    }

    /// Names a mail by its octets.
    static func fingerprint(of octets: [UInt8]) -> String {
        Base32.encode(Array(SHA256.hash(data: octets).prefix(16)))
    }

    private struct Context {
        let subject: BounceSubject?
        let sentAt: Date
        let fingerprint: String
    }

    // MARK: Complaints

    private func complaint(_ feedback: FeedbackReport, _ context: Context) -> BounceMailReading {
        guard ["abuse", "fraud", "opt-out"].contains(feedback.type) else {
            return .kept("feedback of the type \(feedback.type.prefix(40))")
        }
        return complaint(context, format: "arf", recipients: feedback.originalRecipients)
    }

    /// Microsoft reports some complaints by enclosing the mail, without a report.
    private func otherComplaint(_ mail: InboundMail, _ context: Context) -> BounceMailReading? {
        guard let returned = mail.returned, returned["X-HmXmrOriginalRecipient"] != nil else { return nil }
        return complaint(context, format: "jmrp", recipients: [])
    }

    private func complaint(_ context: Context, format: String, recipients: [String]) -> BounceMailReading {
        guard let subject = context.subject else { return .kept("a complaint about no message of ours") }
        // A complaint suppresses for good: what anybody could have written is for a person to judge.
        guard subject.isProven else { return .kept("a complaint without proof") }
        return .report(
            BounceReport(
                type: .complained,
                bounceClass: nil,
                about: subject,
                recipients: recipients,
                format: format,
                occurredAt: context.sentAt,
                fingerprint: context.fingerprint
            )
        )
    }

    // MARK: Delivery status

    private func status(_ status: DeliveryStatus, _ mail: InboundMail, _ context: Context) -> BounceMailReading {
        let ours = mail.returned.flatMap { $0["To"] }?.lowercased()
        // After forwarding, others are named as well: what counts is what became of our recipient.
        let named = status.recipients.filter { recipient in
            guard let ours, let address = recipient.originalRecipient ?? recipient.finalRecipient else { return false }
            return ours.contains(address.lowercased())
        }
        let concerned = named.isEmpty ? status.recipients : named
        let findings = concerned.map { BounceFinding($0, notice: mail.notice) }
        guard let finding = BounceFinding.combined(findings) else { return .kept("a delivery status that says nothing") }
        guard let subject = context.subject else { return .kept("a delivery status of no message of ours") }
        let addresses = status.recipients.flatMap { [$0.originalRecipient, $0.finalRecipient] }.compactMap(\.self)
        return .report(
            BounceReport(
                type: finding.type,
                bounceClass: finding.bounceClass,
                about: subject,
                recipients: addresses,
                format: "dsn",
                smtpCode: finding.smtpCode,
                enhancedCode: finding.enhancedCode,
                diagnostic: finding.diagnostic,
                occurredAt: min(concerned.compactMap(\.lastAttempt).max() ?? context.sentAt, context.sentAt),
                fingerprint: context.fingerprint
            )
        )
    }

    // MARK: Notices

    private func notice(_ mail: InboundMail, _ context: Context) -> BounceMailReading {
        let rule = BounceNoticeRules.rule(for: mail.notice)
        guard mail.hasNullReturnPath || mail.isFromMailSystem || rule != nil else { return .kept("no bounce") }
        let finding = BounceFinding(notice: mail.notice, rule: rule)
        guard rule != nil || finding.bounceClass != .unknown else { return .kept("a notice that is not understood") }
        guard let subject = context.subject else { return .kept("a bounce of no message of ours") }
        let failed = (mail.headers["X-Failed-Recipients"] ?? "").split { $0 == "," || $0 == " " }.map(String.init)
        return .report(
            BounceReport(
                type: finding.type,
                bounceClass: finding.bounceClass,
                about: subject,
                recipients: failed + Self.addresses(in: mail.notice),
                format: rule?.name ?? "notice",
                smtpCode: finding.smtpCode,
                enhancedCode: finding.enhancedCode,
                diagnostic: finding.diagnostic,
                occurredAt: context.sentAt,
                fingerprint: context.fingerprint
            )
        )
    }

    private static func addresses(in text: String) -> [String] {
        text.split { $0.isWhitespace || "<>():;,\"'[]".contains($0) }.filter { $0.contains("@") && $0.utf8.count <= 320 }.prefix(20).map(
            String.init
        )
    }
}
