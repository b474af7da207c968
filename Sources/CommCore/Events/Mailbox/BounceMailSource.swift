import FoundationEssentials

/// Reports that came by mail.
enum BounceMailSource {
    /// Inbox name.
    static let name = "bounce_mailbox"

    static func read(_ payload: String, receivedAt: Date) throws -> ProviderReading {
        let report: BounceReport
        do {
            report = try BounceReport(json: payload)
        } catch {
            throw UnreadableReport(reason: "not a report of the bounce mailbox's: \(error)")
        }
        let details = ReportDetails(
            providerEventID: report.fingerprint,
            bounceClass: report.bounceClass,
            smtpCode: report.smtpCode,
            enhancedCode: report.enhancedCode,
            diagnostic: report.diagnostic,
            reason: report.format
        )
        var fact = ReportedFact(
            type: report.type,
            tenantID: nil,
            campaignID: nil,
            contactID: nil,
            messageID: report.messageID,
            source: name,
            occurredAt: min(report.occurredAt, receivedAt),
            bounceKind: details.bounceKind,
            discriminator: "\(name):\(report.fingerprint)",
            payload: try details.json()
        )
        fact.bounceClass = report.bounceClass
        fact.answer = details.answer
        fact.candidates = MessageCandidates(
            firstTenant: report.firstTenant,
            lastTenant: report.lastTenant,
            recipientMarks: report.isProven ? nil : report.recipientMarks
        )
        return ProviderReading(facts: [fact])
    }
}
