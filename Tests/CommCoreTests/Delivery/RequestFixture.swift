import CommTesting
import Foundation
import Postgres

@testable import CommCore

/// Messages that a client has asked for, of no campaign and no contact: waiting, or already in the delivery log.
struct RequestFixture {
    let client: PostgresClient
    let time: ManualTime
    let tenantID: UUID

    /// - Parameter tenantID: nil for a new tenant.
    init(client: PostgresClient = TestDatabase.current.client, time: ManualTime, tenantID: UUID? = nil) async throws {
        self.client = client
        self.time = time
        if let tenantID {
            self.tenantID = tenantID
        } else {
            self.tenantID = try await TenantRepository(client: client, time: time).provision(accountID: UUID()).tenantID
        }
    }

    /// Puts messages into the queue.
    ///
    /// - Returns: their ids.
    func enqueue(_ recipients: [String], channel: Channel, text: String = "Your code is 42", priority: Priority = .transactional)
        async throws
        -> [UUID]
    {
        let program = RenderProgram(fields: [], subject: [.literal("Code")], html: nil, text: [.literal(text)], links: [])
        let (artifact, request, now) = (UUID(), UUID(), time.now)
        let ids = recipients.map { _ in UUIDv7.make(at: now) }
        try await client.execute(
            """
            INSERT INTO message_artifacts (tenant_id, id, channel, hash, program, fields, created_at, used_at)
            VALUES (\(tenantID), \(artifact), \(channel.rawValue), \(artifact.uuidString), \(try PostgresJSON(encoding: program)), '{}', \(now), \(now))
            """
        )
        try await client.execute(
            """
            INSERT INTO message_requests (tenant_id, id, channel, priority, message_type, artifact_id, total, created_at)
            VALUES (\(tenantID), \(request), \(channel.rawValue), \(priority.rawValue), 'code', \(artifact), \(recipients.count), \(now))
            """
        )
        try await client.execute(
            """
            INSERT INTO message_queue (tenant_id, priority, id, request_id, channel, recipient, artifact_id, merge_values, in_chunk, due_at)
            SELECT \(tenantID), \(priority.rawValue), m.id, \(request), \(channel.rawValue), m.recipient, \(artifact), '{}', false, \(now)
            FROM unnest(\(ids)::uuid[], \(recipients)::text[]) AS m(id, recipient)
            """
        )
        return ids
    }

    /// Puts messages into the delivery log that have been sent.
    func sent(_ recipients: [String], channel: Channel, gateway: String = "twilio", isTest: Bool = false) async throws -> [UUID] {
        let ids = recipients.map { _ in UUIDv7.make(at: time.now) }
        try await client.execute(
            """
            INSERT INTO delivery_events (tenant_id, id, created_at, request_id, channel, recipient, outcome, gateway, attempts, is_test, occurred_at)
            SELECT \(tenantID), m.id, m.at, gen_random_uuid(), \(channel.rawValue), m.recipient, 'sent', \(gateway), 1, \(isTest), \(time.now)
            FROM unnest(\(ids)::uuid[], \(ids.map { UUIDv7.time(of: $0) })::timestamptz[], \(recipients)::text[]) AS m(id, at, recipient)
            """
        )
        return ids
    }

    func reference(_ message: UUID) -> String {
        MessageReference(tenantID: tenantID, campaignID: nil, messageID: message).text
    }

    /// `outcome` or `outcome:reason` of each message, in their order.
    func outcomes(_ ids: [UUID]) async throws -> [String] {
        try await client.query(
            """
            SELECT outcome || coalesce(':' || reason, '') AS outcome FROM delivery_events
            WHERE tenant_id = \(tenantID) AND id = ANY(\(ids)::uuid[]) ORDER BY array_position(\(ids)::uuid[], id)
            """
        ).map { try $0.get("outcome") }
    }

    /// `key reason` of every entry of the tenant's suppression list.
    func suppressions() async throws -> [String] {
        try await client.query("SELECT email_norm || ' ' || reason AS entry FROM suppressions WHERE tenant_id = \(tenantID) ORDER BY 1")
            .map { try $0.get("entry") }
    }
}
