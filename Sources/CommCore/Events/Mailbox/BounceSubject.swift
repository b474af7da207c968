import FoundationEssentials
import MIME

/// The message that a mail in the bounce mailbox is about.
struct BounceSubject: Sendable, Equatable {
    let messageID: UUID
    let tenants: ClosedRange<OrderedUUID>
    /// Whether something that only we, or the recipient, can have says so.
    let isProven: Bool
}

/// Finds out which message of ours a mail is about.
struct BounceSubjectFinder: Sendable {
    /// What marks the token of an unsubscribe link.
    private static let linkPath = "/t/u/"

    private let returnPath: ReturnPath?
    private let verifier: LinkTokenVerifier

    init(returnPath: ReturnPath?, verifier: LinkTokenVerifier) {
        self.returnPath = returnPath
        self.verifier = verifier
    }

    /// The best evidence first: the address that the mail came to, the return path of what came back, its unsubscribe link, which holds a
    /// signed token; at last its Message-ID, which anybody can write.
    func subject(of mail: InboundMail, now: Date) -> BounceSubject? {
        let paths =
            mail.envelopeRecipients + [mail.feedback?.originalMailFrom].compactMap(\.self) + (mail.returned?.values("Return-Path") ?? [])
        for text in paths {
            guard let found = returnPath?.reference(in: text) else { continue }
            return BounceSubject(messageID: found.messageID, tenants: found.tenants, isProven: true)
        }
        guard let returned = mail.returned else { return nil }
        for text in returned.values("List-Unsubscribe") {
            if let subject = subject(ofLink: text, now: now) { return subject }
        }
        return unproven(returned)
    }

    private func subject(ofLink text: String, now: Date) -> BounceSubject? {
        guard let start = text.firstRange(of: Self.linkPath)?.upperBound else { return nil }
        let token = text[start...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        guard let link = try? verifier.verify(String(token), for: .unsubscribe, now: now) else { return nil }
        let tenant = OrderedUUID(link.subject.tenantID)
        return BounceSubject(messageID: link.subject.messageID, tenants: tenant...tenant, isProven: true)
    }

    private func unproven(_ returned: MIMEHeaders) -> BounceSubject? {
        let left = (returned["Message-ID"] ?? "").drop { $0 == "<" || $0 == " " }.prefix(36)
        guard let messageID = UUID(uuidString: String(left)), UUIDv7.time(of: messageID) != nil else { return nil }
        let told = [returned["Feedback-ID"], returned["List-ID"]].compactMap { value in
            value.flatMap { UUID(uuidString: String($0.drop { $0 == "<" || $0 == " " }.prefix(36))) }
        }
        let tenants = told.first.map { OrderedUUID($0)...OrderedUUID($0) } ?? OrderedUUID.everything
        return BounceSubject(messageID: messageID, tenants: tenants, isProven: false)
    }
}
