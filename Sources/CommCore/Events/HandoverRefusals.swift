import FoundationEssentials
import Postgres

/// What gateways say of recipients when they refuse a text message or a push: that there is nobody, or that nobody wants it.
///
/// It is in the delivery log; here it becomes events, so that it suppresses whom it is about and is told like any report.
enum HandoverRefusals {
    /// The events that refusals amount to.
    static func events(of refusals: [RefusedRecipient], on connection: PostgresConnection) async throws -> [Event] {
        guard !refusals.isEmpty else { return [] }
        let rows = try await connection.query(
            """
            SELECT d.tenant_id, d.id, d.channel, d.gateway, d.reason, d.occurred_at
            FROM (SELECT unnest(\(refusals.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(refusals.map(\.messageID))::uuid[]) AS id,
                         unnest(\(refusals.map { UUIDv7.time(of: $0.messageID) })::timestamptz[]) AS created_at) r
            CROSS JOIN LATERAL (SELECT * FROM delivery_events
                                WHERE tenant_id = r.tenant_id AND id = r.id AND created_at = r.created_at AND outcome = 'failed'
                                  AND NOT is_test AND reason IS NOT NULL LIMIT 1) d
            """
        )
        return try rows.map(event)
    }

    private static func event(_ row: PostgresRow) throws -> Event {
        let reason: String = try row.get("reason")
        let hasOptedOut = reason.hasPrefix(RefusalClass.optedOut.rawValue)
        let gateway: String? = try row.get("gateway")
        var details = ReportDetails(reason: reason)
        if !hasOptedOut { details.bounceClass = .hard }
        return Event(
            type: hasOptedOut ? .unsubscribed : .bounced,
            tenantID: try row.get("tenant_id"),
            campaignID: nil,
            contactID: nil,
            messageID: try row.get("id"),
            channel: Channel(rawValue: try row.get("channel")) ?? .sms,
            source: gateway ?? "handover",
            occurredAt: try row.get("occurred_at"),
            bounceKind: hasOptedOut ? nil : .hard,
            bounceClass: hasOptedOut ? nil : .hard,
            discriminator: "refused",
            payload: try details.json()
        )
    }
}
