import FoundationEssentials
import Postgres

/// SQL of compiled content and of what decides about messages.
enum MessageContentRepository {
    /// What the tenant has said about a type, senders, and a template that is asked for.
    struct Rules: Sendable {
        let policy: Priority?
        /// What From addresses may name; empty: any.
        let senderDomains: [String]
        /// The tenant's only motor block; nil when there are none or several.
        let motorBlockID: UUID?
        let template: Template?

        struct Template: Sendable {
            let id: UUID
            let artifactID: UUID
            let fields: [String]
        }
    }

    /// One look at everything; the template is the one in the language, else in its base language, else in English, else the oldest.
    static func rules(
        for message: CheckedMessage,
        tenantID: UUID,
        on connection: PostgresConnection
    ) async throws -> Rules {
        let language = message.content.language ?? "en"
        let base = String(language.prefix { $0 != "-" })
        return try await connection.query(
            """
            SELECT p.priority, coalesce(s.sender_domains, '{}') AS sender_domains, t.id, t.artifact_id, a.fields,
                   CASE WHEN \(message.motorBlockID == nil && message.channel == .email) THEN
                       (SELECT CASE WHEN count(*) = 1 THEN min(motor_block_id::text)::uuid END
                          FROM webhook_registrations WHERE tenant_id = \(tenantID)) END AS motor_block_id
            FROM (VALUES (1)) AS one
            LEFT JOIN message_types p ON p.tenant_id = \(tenantID) AND p.message_type = \(message.type)
            LEFT JOIN tenant_settings s ON s.tenant_id = \(tenantID)
            LEFT JOIN LATERAL (
                SELECT id, artifact_id FROM message_templates
                WHERE tenant_id = \(tenantID) AND name = \(message.content.template) AND channel = \(message.channel)
                ORDER BY language = \(language) DESC, language = \(base) DESC, language = 'en' DESC, created_at LIMIT 1) t ON true
            LEFT JOIN message_artifacts a ON a.tenant_id = \(tenantID) AND a.id = t.artifact_id
            """
        ).one { row in
            let id: UUID? = try row.get("id")
            let priority: Int16? = try row.get("priority")
            return Rules(
                policy: priority.flatMap(Priority.init(rawValue:)),
                senderDomains: try row.get("sender_domains"),
                motorBlockID: try row.get("motor_block_id"),
                template: try id.map {
                    Rules.Template(id: $0, artifactID: try row.get("artifact_id"), fields: try row.get("fields"))
                }
            )
        }
    }

    /// Stores a program unless it is there.
    ///
    /// - Returns: the artifact's id.
    static func store(
        _ program: (json: String, hash: String),
        fields: [String],
        channel: Channel,
        tenantID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> UUID {
        try await connection.query(
            """
            INSERT INTO message_artifacts (tenant_id, id, channel, hash, program, fields, created_at, used_at)
            VALUES (\(tenantID), \(UUIDv7.make(at: now)), \(channel), \(program.hash), \(program.json)::jsonb, \(fields), \(now), \(now))
            ON CONFLICT (tenant_id, channel, hash) DO UPDATE SET used_at = excluded.used_at
            RETURNING id
            """
        ).one { try $0.get("id") }
    }
}
