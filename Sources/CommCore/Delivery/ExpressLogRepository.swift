import FoundationEssentials
import Postgres

/// SQL of "record" for the express lanes: in one statement, over all tenants and origins of a claim.
///
/// The event pipeline is told of mail: it counts in the tenant's statistics and, where a message is to a contact, in its history.
package struct ExpressLogRepository: Sendable {
    private let client: PostgresClient
    private let faults: FaultPoints

    package init(client: PostgresClient, faults: FaultPoints) {
        self.client = client
        self.faults = faults
    }

    /// Records what became of a claim's messages; those whose lease somebody else holds by now are left alone.
    ///
    /// - Parameter checks: for messages whose gateway may still lose them, when to ask it.
    package func record(
        _ claim: ExpressClaim,
        outcomes: [UUID: HandoverOutcome],
        checks: [UUID: Date],
        now: Date
    ) async throws {
        var finished = Finished()
        var deferred = Deferred()
        for group in claim.groups {
            for message in group.messages {
                guard let outcome = outcomes[message.id] else { continue }
                if outcome.disposition.outcome == nil {
                    deferred.add(message.id, of: group.key, outcome)
                } else {
                    finished.add(message.id, of: group.key, outcome)
                }
            }
        }
        let finishing = try RecordedOutcomes(outcomes).map { try Self.finishing(finished, $0, of: claim, now: now) }
        if deferred.isEmpty, checks.isEmpty {
            try await faults.hit("confirm.mid")
            if let finishing { try await client.execute(finishing) }
            return
        }
        try await client.withTransaction { [deferred] connection in
            try await postpone(deferred, of: claim, on: connection)
            if !checks.isEmpty { try await follow(checks, of: claim, on: connection) }
            try await faults.hit("confirm.mid")
            if let finishing { try await connection.execute(finishing) }
        }
    }

    /// Messages that leave the queue.
    private struct Finished: Sendable {
        var tenants: [UUID] = []
        var ids: [UUID] = []
        /// Those that were refused because of their recipient: the event pipeline is told of them.
        var refused: [UUID] = []
        /// Mail that counts, by tenant.
        var mail: [UUID: [UUID]] = [:]

        mutating func add(_ id: UUID, of key: ExpressClaim.Key, _ outcome: HandoverOutcome) {
            tenants.append(key.tenantID)
            ids.append(id)
            if key.channel == .email, !key.isTest { mail[key.tenantID, default: []].append(id) }
            if key.channel != .email, RefusalClass.concernsRecipient(outcome.disposition) { refused.append(id) }
        }
    }

    /// Messages that are put off.
    private struct Deferred: Sendable {
        var tenants: [UUID] = []
        var ids: [UUID] = []
        var reasons: [String?] = []
        var times: [Date?] = []

        var isEmpty: Bool { ids.isEmpty }

        mutating func add(_ id: UUID, of key: ExpressClaim.Key, _ outcome: HandoverOutcome) {
            tenants.append(key.tenantID)
            ids.append(id)
            reasons.append(outcome.disposition.reason)
            times.append(outcome.disposition.until)
        }
    }

    /// The statement that moves rows from the queue to the log.
    ///
    /// The facts name all messages that were to be moved: what another sender holds by now has another time in the log.
    private static func finishing(
        _ finished: Finished,
        _ outcomes: RecordedOutcomes,
        of claim: ExpressClaim,
        now: Date
    ) throws -> SQL {
        let facts = finished.mail.sorted { $0.key < $1.key }
            .flatMap { DispatchedChunk.naming($1, tenantID: $0, campaignID: nil, recordedAt: now) }
        let announced: SQL = facts.isEmpty ? "" : "announced AS (\(sql: try InboxRepository.announcing(facts, now: now))),"
        return """
            WITH taken AS (
                DELETE FROM message_queue m
                USING unnest(\(finished.tenants)::uuid[], \(finished.ids)::uuid[]) AS f(tenant_id, id)
                WHERE m.tenant_id = f.tenant_id AND m.priority = \(claim.priority) AND m.id = f.id AND m.lease_token = \(claim.token)
                RETURNING m.*),
            moved AS MATERIALIZED (SELECT m.*, r.outcome, r.reason, r.gateway FROM taken m \(sql: outcomes.join)),
            counted AS (\(sql: DeliveryCounterRepository.addition(of: "moved", now: now))), \(sql: announced)
            \(sql: FallbackRepository.queueing(
                after: "SELECT tenant_id, id FROM moved WHERE outcome IN \(sql: FallbackRepository.outcomes) AND request_id IS NOT NULL",
                now: now
            ))\(sql: told(finished.refused, now: now))
            INSERT INTO delivery_events (tenant_id, id, created_at, campaign_id, request_id, contact_id, channel, recipient, outcome,
                                         reason, gateway, artifact_id, merge_values, attempts, is_test, occurred_at)
            SELECT tenant_id, id, \(sql: SequenceIDs.time(of: "id")), campaign_id,
                   request_id, contact_id, channel, recipient, outcome, reason, gateway, artifact_id, merge_values, attempts + 1,
                   is_test, \(now)
            FROM moved
            """
    }

    /// A further part of the statement; nothing when nobody was refused.
    private static func told(_ refused: [UUID], now: Date) -> SQL {
        guard !refused.isEmpty else { return "" }
        return """
            , told AS (
                INSERT INTO event_inbox (id, source, payload, received_at, due_at)
                SELECT id, \(RefusedRecipient.source), jsonb_build_object('tenantID', tenant_id, 'messageID', id), \(now)::timestamptz,
                       \(now)::timestamptz
                FROM moved WHERE id = ANY(\(refused)::uuid[])
                ON CONFLICT DO NOTHING)
            """
    }

    private func postpone(_ deferred: Deferred, of claim: ExpressClaim, on connection: PostgresConnection) async throws {
        guard !deferred.isEmpty else { return }
        try await connection.execute(
            """
            UPDATE message_queue m
            SET due_at = d.due_at, last_error = d.reason, attempts = m.attempts + 1, lease_until = NULL, lease_token = NULL
            FROM (SELECT unnest(\(deferred.tenants)::uuid[]) AS tenant_id, unnest(\(deferred.ids)::uuid[]) AS id,
                         unnest(\(deferred.times)::timestamptz[]) AS due_at, unnest(\(deferred.reasons)::text[]) AS reason) d
            WHERE m.tenant_id = d.tenant_id AND m.priority = \(claim.priority) AND m.id = d.id AND m.lease_token = \(claim.token)
            """
        )
    }

    /// Only what this claim still holds is followed, so it stands before the rows leave.
    private func follow(_ checks: [UUID: Date], of claim: ExpressClaim, on connection: PostgresConnection) async throws {
        let ids = Array(checks.keys)
        try await connection.execute(
            """
            INSERT INTO message_handovers (tenant_id, id, campaign_id, request_id, artifact_id, priority, channel, check_after)
            SELECT m.tenant_id, m.id, m.campaign_id, m.request_id, m.artifact_id, m.priority, m.channel, c.check_after
            FROM (SELECT unnest(\(ids)::uuid[]) AS id, unnest(\(ids.map { checks[$0] })::timestamptz[]) AS check_after) c
            JOIN message_queue m ON m.id = c.id AND m.priority = \(claim.priority) AND m.lease_token = \(claim.token)
                                AND m.tenant_id = ANY(\(Array(Set(claim.groups.map(\.key.tenantID))))::uuid[])
            ON CONFLICT DO NOTHING
            """
        )
    }
}

extension Disposition {
    /// Until when a message waits; nil for one that has left the queue.
    fileprivate var until: Date? {
        switch self {
        case .deferred(let until, _), .declined(let until, _): until
        case .sent, .suppressed, .skipped, .failed, .unknown: nil
        }
    }
}
