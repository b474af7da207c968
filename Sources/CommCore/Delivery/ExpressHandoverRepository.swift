import FoundationEssentials
import Postgres

/// SQL of the reconciler for messages of the express lanes.
package struct ExpressHandoverRepository: Sendable {
    /// Messages that were handed over and not confirmed yet, of one origin and gateway.
    struct Group: Sendable {
        let key: ExpressClaim.Key
        let gateway: String
        let messages: [QueuedMessage]
    }

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Takes messages whose check is due; the next check is the lease.
    ///
    /// What is no longer recorded as sent is forgotten.
    func claimDue(limit: Int, nextCheck: Date, now: Date) async throws -> [Group] {
        let rows = try await client.query(
            """
            WITH due AS (
                UPDATE message_handovers h SET check_after = \(nextCheck)
                FROM (SELECT tenant_id, id FROM message_handovers WHERE check_after <= \(now)
                      ORDER BY check_after LIMIT \(limit) FOR UPDATE SKIP LOCKED) d
                WHERE h.tenant_id = d.tenant_id AND h.id = d.id
                RETURNING h.*, \(sql: SequenceIDs.time(of: "h.id")) AS created_at)
            SELECT q.id, q.tenant_id, q.contact_id, q.recipient, q.merge_values, q.attempts, q.gateway, q.campaign_id, q.request_id,
                   q.channel, due.artifact_id AS test_artifact_id, q.is_test, \(sql: Eligibility.columns)
            FROM due JOIN LATERAL (SELECT d.*, due.priority FROM delivery_events d
                                   WHERE d.tenant_id = due.tenant_id AND d.id = due.id AND d.created_at = due.created_at
                                     AND d.outcome = 'sent') q ON true
                 \(sql: Eligibility.joins(now: now, isMarketing: "q.is_test OR q.priority IN (2, 3)"))
            ORDER BY q.id
            """
        )
        var groups: [ExpressClaim.Key: [String: [QueuedMessage]]] = [:]
        for row in rows {
            let requestID: UUID? = try row.get("request_id")
            let campaignID: UUID? = try row.get("campaign_id")
            guard let origin = requestID.map(MessageOrigin.request) ?? campaignID.map(MessageOrigin.campaign) else { continue }
            let key = ExpressClaim.Key(
                tenantID: try row.get("tenant_id"),
                origin: origin,
                channel: try row.get("channel"),
                artifactID: try row.get("test_artifact_id"),
                isTest: try row.get("is_test")
            )
            groups[key, default: [:]][try row.get("gateway") ?? "", default: []].append(try MessageRepository.message(row))
        }
        return groups.flatMap { key, gateways in gateways.map { Group(key: key, gateway: $0.key, messages: $0.value) } }
    }

    /// Moves every open check to the given moment.
    func checkAllAfter(_ moment: Date) async throws -> Int {
        try await client.execute("UPDATE message_handovers SET check_after = \(moment)")
    }

    /// These have arrived: nothing is left to follow.
    func close(_ ids: [UUID], tenantID: UUID) async throws {
        guard !ids.isEmpty else { return }
        try await client.execute("DELETE FROM message_handovers WHERE tenant_id = \(tenantID) AND id = ANY(\(ids)::uuid[])")
    }

    /// Corrects the log of messages that were lost on the way and may not be sent any more.
    func withdraw(_ messages: [QueuedMessage], tenantID: UUID, now: Date) async throws {
        guard !messages.isEmpty else { return }
        let ids = messages.map(\.id)
        try await client.execute(
            """
            WITH withdrawn AS (
                UPDATE delivery_events d SET outcome = v.outcome, reason = v.reason, occurred_at = \(now)
                FROM (SELECT unnest(\(ids)::uuid[]) AS id, unnest(\(ids.map(UUIDv7.time(of:)))::timestamptz[]) AS created_at,
                             unnest(\(messages.map { $0.verdict?.outcome })::text[]) AS outcome,
                             unnest(\(messages.map { $0.verdict?.reason })::text[]) AS reason) v
                WHERE d.tenant_id = \(tenantID) AND d.id = v.id AND d.created_at = v.created_at AND d.outcome = 'sent'
                RETURNING d.tenant_id, d.id, d.outcome, d.request_id, d.campaign_id, d.channel),
            marked AS (\(sql: RollUpRebuilder.marking("withdrawn WHERE request_id IS NOT NULL AND channel = 'email'", now: now))),
            \(sql: FallbackRepository.queueing(
                after: "SELECT tenant_id, id FROM withdrawn WHERE outcome IN \(sql: FallbackRepository.outcomes) AND request_id IS NOT NULL",
                now: now
            ))
            SELECT
            """
        )
    }
}
