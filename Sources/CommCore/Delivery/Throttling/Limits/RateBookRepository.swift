import FoundationEssentials
import Postgres

/// SQL of what a sender has to know before it hands anything over.
struct RateBookRepository: Sendable {
    /// How long an adjustment that was taken back is told to those who still have the older one (seconds).
    private static let afterlife: TimeInterval = 86_400

    let client: PostgresClient

    /// Everything of the installation, in one round trip.
    func load(now: Date) async throws -> RateBook {
        let results = try await client.withConnection { connection in
            try await connection.pipeline([
                "SELECT * FROM gateway_limits",
                "SELECT * FROM reply_rules WHERE enabled ORDER BY position, id",
                "SELECT * FROM rate_adjustments WHERE over_at > \(now) OR changed_at > \(now.addingTimeInterval(-Self.afterlife))",
                "SELECT * FROM domain_groups",
            ])
        }
        var book = RateBook()
        for row in results[0] {
            book.limits[RateBook.Key(gateway: try row.get("gateway"), group: try row.get("domain_group"))] = try RateLimit(row: row)
        }
        book.rules = try results[1].compactMap { try ReplyRule(row: $0) }
        for row in results[2] {
            let adjustment = try RateAdjustment(row: row)
            book.adjustments[RateBook.Key(gateway: adjustment.gateway, group: adjustment.group)] = adjustment
        }
        for row in results[3] {
            book.groups.add(
                pattern: try row.get("pattern"),
                group: try row.get("domain_group"),
                isMX: try row.get("kind") as String == "mx"
            )
        }
        return book
    }

    /// What a tenant has set for a channel and a campaign.
    func limits(of subject: ThrottleSubject) async throws -> SubjectLimits {
        let rows = try await client.query(
            """
            SELECT * FROM rate_limits
            WHERE tenant_id = \(subject.tenantID)
              AND (campaign_id IS NULL AND channel = \(subject.channel.rawValue) OR campaign_id = \(subject.campaignID))
            """
        )
        var limits = SubjectLimits()
        for row in rows {
            let limit = try RateLimit(row: row)
            if try row.isNull("campaign_id") { limits.tenant = limit } else { limits.campaign = limit }
        }
        return limits
    }
}

extension RateLimit {
    init(row: PostgresRow) throws {
        self.init(messages: try row.get("messages"), period: try row.get("period_seconds"), burst: try row.get("burst"))
    }
}
