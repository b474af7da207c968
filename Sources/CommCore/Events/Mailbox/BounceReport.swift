import FoundationEssentials

/// What a mail of the bounce mailbox reports about one message of ours, as it waits in the inbox.
///
/// It holds nobody's address.
struct BounceReport: Codable, Sendable, Equatable {
    var type: EventType
    var bounceClass: BounceClass?
    let messageID: UUID
    /// Whose message it can be: the least and the greatest tenant.
    let firstTenant: UUID
    let lastTenant: UUID
    /// Whether the mail itself proves that it is about the message; if not, the recipient has to be the right one.
    let isProven: Bool
    /// Hashes of the addresses that are said to be concerned.
    let recipientMarks: [String]
    /// How it was understood: `dsn`, `arf`, or the rule for a notice.
    let format: String
    var smtpCode: Int?
    var enhancedCode: String?
    var diagnostic: String?
    let occurredAt: Date
    /// Of the mail's octets, so that the same one counts once.
    let fingerprint: String

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .millisecondsSince1970
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    init(json: String) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .millisecondsSince1970
        self = try decoder.decode(BounceReport.self, from: Data(json.utf8))
    }

    init(
        type: EventType,
        bounceClass: BounceClass?,
        about subject: BounceSubject,
        recipients: [String],
        format: String,
        smtpCode: Int? = nil,
        enhancedCode: String? = nil,
        diagnostic: String? = nil,
        occurredAt: Date,
        fingerprint: String
    ) {
        self.type = type
        // What nobody proves is no reason to suppress somebody at once.
        self.bounceClass = !subject.isProven && bounceClass == .hard ? .soft : bounceClass
        messageID = subject.messageID
        firstTenant = subject.tenants.lowerBound.id
        lastTenant = subject.tenants.upperBound.id
        isProven = subject.isProven
        recipientMarks = Array(recipients.prefix(20)).map(AddressMark.of)
        self.format = format
        self.smtpCode = smtpCode
        self.enhancedCode = enhancedCode
        self.diagnostic = diagnostic.map(ProviderText.clean)
        self.occurredAt = occurredAt
        self.fingerprint = fingerprint
    }
}
