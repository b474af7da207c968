import CommCore
import Foundation
import Postgres

/// A request of a client with its messages in the queue, as comm-api leaves them there.
package struct MessageFixture: Sendable {
    package let tenantID: UUID
    package let requestID: UUID
    /// In the order of their recipients.
    package let ids: [UUID]

    /// Makes a tenant.
    package static func tenant(on client: PostgresClient, now: Date) async throws -> UUID {
        let id = UUIDv7.make(at: now)
        try await client.execute(
            "INSERT INTO tenants (tenant_id, motorical_account_id, created_at, updated_at) VALUES (\(id), \(UUID()), \(now), \(now))"
        )
        return id
    }

    /// Puts messages to `person1@example.com`, `person2@example.com`, … into the queue.
    package static func make(
        on client: PostgresClient,
        tenantID: UUID,
        count: Int = 1,
        priority: Priority = .transactional,
        channel: String = "email",
        now: Date,
        dueAt: Date? = nil,
        expiresAt: Date? = nil,
        gateway: String? = nil,
        source: (type: String, id: String)? = nil,
        tags: [String] = [],
        metadata: String? = nil
    ) async throws -> MessageFixture {
        let compiled = try CompilePipeline().compile(
            TemplateSource(subject: "Your receipt", html: "<p>Thank you, {{name|friend}}</p>", text: nil),
            options: CompileOptions(campaignID: UUID(), trackingBase: "https://track.example.com")
        )
        let (requestID, artifactID) = (UUIDv7.make(at: now), UUIDv7.make(at: now))
        let ids = (0..<count).map { _ in UUIDv7.make(at: now) }
        try await client.withTransaction { connection in
            try await connection.execute(
                """
                INSERT INTO message_artifacts (tenant_id, id, channel, hash, program, fields, created_at, used_at)
                VALUES (\(tenantID), \(artifactID), \(channel), \(artifactID.uuidString), \(PostgresJSON(try compiled.program.encoded())),
                        \(compiled.program.fields)::text[], \(now), \(now))
                """
            )
            try await connection.execute(
                """
                INSERT INTO message_requests (tenant_id, id, channel, priority, message_type, artifact_id, motor_block_id, gateway, source_type,
                                              source_id, metadata, tags, expires_at, total, created_at)
                VALUES (\(tenantID), \(requestID), \(channel), \(priority.rawValue), 'receipt', \(artifactID), \(UUID()), \(gateway),
                        \(source?.type), \(source?.id), \(metadata.map(PostgresJSON.init)), \(tags)::text[], \(expiresAt), \(count), \(now))
                """
            )
            try await connection.execute(
                """
                INSERT INTO message_queue (tenant_id, priority, id, request_id, channel, recipient, artifact_id, merge_values, in_chunk, due_at)
                SELECT \(tenantID), \(priority.rawValue), id, \(requestID), \(channel), 'person' || n || '@example.com', \(artifactID),
                       array_fill(NULL::text, ARRAY[\(compiled.program.fields.count)::int]), false, \(dueAt ?? now)
                  FROM unnest(\(ids)::uuid[]) WITH ORDINALITY AS m(id, n)
                """
            )
        }
        return MessageFixture(tenantID: tenantID, requestID: requestID, ids: ids)
    }
}
