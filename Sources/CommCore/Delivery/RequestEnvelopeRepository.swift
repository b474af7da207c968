import FoundationEssentials
import Postgres

/// SQL of what a sender must know of requests.
struct RequestEnvelopeRepository: Sendable {
    let client: PostgresClient
    let defaultFromAddress: String
    let unsubscribeMailto: String

    /// The envelopes of requests by their ids.
    func envelopes(of requests: [(tenantID: UUID, id: UUID)]) async throws -> [UUID: MessageEnvelope] {
        guard !requests.isEmpty else { return [:] }
        let rows = try await client.query(
            """
            SELECT r.tenant_id, r.id, r.channel, r.priority, r.message_type, r.artifact_id, r.options, r.motor_block_id, r.gateway,
                   r.expires_at
            FROM (SELECT unnest(\(requests.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(requests.map(\.id))::uuid[]) AS id) w
            JOIN message_requests r ON r.tenant_id = w.tenant_id AND r.id = w.id
            """
        )
        return try Dictionary(rows.map { (try $0.get("id"), try envelope($0)) }) { first, _ in first }
    }

    private func envelope(_ row: PostgresRow) throws -> MessageEnvelope {
        let options = try (row.get("options") as PostgresJSON).decode(MessageOptions.self)
        let priority: Int16 = try row.get("priority")
        var envelope = MessageEnvelope(
            tenantID: try row.get("tenant_id"),
            origin: .request(try row.get("id")),
            title: try row.get("message_type"),
            motorBlockID: try row.get("motor_block_id"),
            artifactID: try row.get("artifact_id"),
            fromAddress: options.fromAddress ?? defaultFromAddress,
            fromName: options.fromName ?? "",
            unsubscribeMailto: unsubscribeMailto,
            replyTo: options.replyTo
        )
        envelope.channel = try row.get("channel")
        envelope.isMarketing = Priority(rawValue: priority)?.isMarketing == true
        envelope.priority = priority
        envelope.gateway = try row.get("gateway")
        envelope.expiresAt = try row.get("expires_at")
        envelope.options = options
        return envelope
    }

    /// The programs of artifacts, as JSON, by their ids.
    func programs(of artifacts: [(tenantID: UUID, id: UUID)]) async throws -> [UUID: PostgresJSON] {
        guard !artifacts.isEmpty else { return [:] }
        let rows = try await client.query(
            """
            SELECT a.id, a.program
            FROM (SELECT DISTINCT unnest(\(artifacts.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(artifacts.map(\.id))::uuid[]) AS id) w
            JOIN message_artifacts a ON a.tenant_id = w.tenant_id AND a.id = w.id
            """
        )
        return try Dictionary(rows.map { (try $0.get("id"), try $0.get("program")) }) { first, _ in first }
    }
}
