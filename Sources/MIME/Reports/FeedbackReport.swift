import FoundationEssentials

/// A complaint as providers send it to senders (ARF, RFC 5965).
package struct FeedbackReport: Sendable, Equatable {
    /// `abuse`, `fraud`, `virus`, `other`, `not-spam`, `auth-failure`, `opt-out`, in lower case.
    package let type: String
    /// The return path of the mail that is complained about.
    package let originalMailFrom: String?
    package let originalRecipients: [String]
    package let arrivedAt: Date?
    /// How many complaints it stands for.
    package let incidents: Int

    /// Reads the body of a `message/feedback-report` part.
    ///
    /// - Returns: nil when it does not say what kind of feedback it is.
    package init?(_ octets: [UInt8]) {
        let fields = ReportFields(octets).blocks.flatMap(\.fields)
        func values(_ name: String) -> [String] { fields.filter { ASCIIClass.lowercased($0.name) == name }.map(\.value) }
        guard let type = values("feedback-type").first.map(ReportFields.withoutComments), !type.isEmpty else { return nil }
        self.type = ASCIIClass.lowercased(type)
        originalMailFrom = values("original-mail-from").first.flatMap { ReportFields.address($0) }
        originalRecipients = values("original-rcpt-to").compactMap { ReportFields.address($0) }
        arrivedAt = (values("arrival-date") + values("received-date")).first.flatMap(MailDate.parse)
        incidents = values("incidents").first.flatMap { Int($0) }.map { max(1, min($0, 1_000_000)) } ?? 1
    }
}
