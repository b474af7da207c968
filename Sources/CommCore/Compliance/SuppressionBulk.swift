import FoundationEssentials

/// Suppresses many addresses at once, each checked on its own.
package struct SuppressionBulk: Sendable {
    /// The most addresses of one request.
    package static let most = 1_000
    private static let shownErrors = 10

    /// An address that was refused.
    package struct Refusal: Sendable, Equatable {
        package let email: String
        package let error: String
    }

    /// What became of the addresses.
    package struct Report: Sendable, Equatable {
        package var processed = 0
        /// New on the list.
        package var added = 0
        /// On the list already, or twice in the request.
        package var skipped = 0
        package var contactsUpdated = 0
        /// The first ones.
        package var errors: [Refusal] = []
        package var totalErrors = 0
    }

    private let repository: SuppressionRepository
    private let time: any TimeSource

    package init(repository: SuppressionRepository, time: any TimeSource) {
        self.repository = repository
        self.time = time
    }

    /// Suppresses the addresses in one transaction; those that cannot be used are left out and reported.
    ///
    /// - Parameter common: everything but the address.
    package func add(_ emails: [String]?, common: SuppressionDraft, tenantID: UUID) async throws -> Report {
        guard let emails, !emails.isEmpty else { throw ComplianceError.invalid("emails", "required", "Array of emails required") }
        guard emails.count <= Self.most else {
            throw ComplianceError.invalid("emails", "too_many", "Maximum \(Self.most) emails per bulk import")
        }
        let now = time.now
        _ = try CheckedSuppression(Self.draft(Self.sample(of: common.channel), common), now: now)
        var report = Report(processed: emails.count)
        var entries: [CheckedSuppression] = []
        for email in emails {
            do throws(ComplianceError) {
                entries.append(try CheckedSuppression(Self.draft(email, common), now: now))
            } catch {
                report.totalErrors += 1
                if report.errors.count < Self.shownErrors {
                    report.errors.append(Refusal(email: String(email.prefix(320)), error: error.message))
                }
            }
        }
        let stored = try await repository.add(entries, tenantID: tenantID, isOperation: false)
        report.added = stored.added
        report.skipped = entries.count - stored.added
        report.contactsUpdated = stored.contactsUpdated
        return report
    }

    private static func draft(_ address: String, _ common: SuppressionDraft) -> SuppressionDraft {
        var draft = common
        if common.channel == nil { draft.email = address } else { draft.address = address }
        return draft
    }

    /// An address that is fine, so that what is wrong is what all have in common.
    private static func sample(of channel: String?) -> String {
        switch channel.flatMap(Channel.init(rawValue:)) {
        case .sms: "+14155550123"
        case .push: "registration"
        case .email, nil: "somebody@example.com"
        }
    }
}
