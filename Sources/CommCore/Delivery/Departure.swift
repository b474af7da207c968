import FoundationEssentials
import Postgres

/// The SQL by which messages of a campaign leave the queue together: they move to the delivery log, and the campaign's counters with them.
struct Departure: Sendable {
    let tenantID: UUID
    let campaignID: UUID
    let priority: Int16
    let outcomes: RecordedOutcomes
    /// Which rows `m` of message_queue are meant.
    let selection: SQL

    /// The parts of a statement that do it; `logged(id)` are those that left.
    func parts(now: Date) -> SQL {
        """
        moved AS (
            DELETE FROM message_queue m
            WHERE m.tenant_id = \(tenantID) AND m.priority = \(priority) AND m.campaign_id = \(campaignID) AND \(sql: selection)
            RETURNING m.*),
        logged AS (
            INSERT INTO delivery_events (tenant_id, id, created_at, campaign_id, contact_id, channel, recipient, outcome, reason,
                                         gateway, artifact_id, merge_values, attempts, is_test, occurred_at)
            SELECT m.tenant_id, m.id, \(sql: SequenceIDs.time(of: "m.id")), m.campaign_id, m.contact_id, m.channel, m.recipient,
                   r.outcome, r.reason, r.gateway, m.artifact_id, m.merge_values, m.attempts + 1, m.is_test, \(now)
            FROM moved m \(sql: outcomes.join)
            RETURNING id, outcome),
        counted AS (
            UPDATE campaign_delivery_metrics k
            SET sent = k.sent + c.sent, suppressed = k.suppressed + c.suppressed, skipped = k.skipped + c.skipped,
                failed = k.failed + c.failed, unknown = k.unknown + c.unknown, updated_at = \(now)
            FROM (SELECT count(*) FILTER (WHERE outcome = 'sent') AS sent, count(*) FILTER (WHERE outcome = 'suppressed') AS suppressed,
                         count(*) FILTER (WHERE outcome = 'skipped') AS skipped, count(*) FILTER (WHERE outcome = 'failed') AS failed,
                         count(*) FILTER (WHERE outcome = 'unknown') AS unknown
                  FROM logged) c
            WHERE k.tenant_id = \(tenantID) AND k.campaign_id = \(campaignID))
        """
    }
}
