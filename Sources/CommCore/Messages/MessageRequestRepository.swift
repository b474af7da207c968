import FoundationEssentials
import Postgres

/// SQL of requests and of what they put into the queue.
enum MessageRequestRepository {
    /// One message of a request.
    struct Queued: Sendable {
        let id: UUID
        let address: MessageAddress
        let values: [String?]
    }

    static func insert(_ request: NewMessageRequest, total: Int, on connection: PostgresConnection) async throws {
        let message = request.message
        let options = String(decoding: try JSONEncoder().encode(message.options), as: UTF8.self)
        try await connection.execute(
            """
            INSERT INTO message_requests (tenant_id, id, channel, priority, message_type, artifact_id, template_id, options, motor_block_id,
                                          gateway, source_type, source_id, metadata, tags, expires_at, total, created_at)
            VALUES (\(request.tenantID), \(request.id), \(message.channel), \(request.priority.rawValue), \(message.type),
                    \(request.content.artifactID), \(request.content.templateID), \(options)::jsonb, \(request.motorBlockID),
                    \(message.gateway), \(message.sourceType), \(message.sourceID), \(message.metadata)::jsonb, \(message.tags),
                    \(message.expiresAt), \(total), \(request.createdAt))
            """
        )
    }

    /// Queues one message, and tells readers of the feed: the last thing of a transaction.
    static func enqueue(_ message: Queued, of request: NewMessageRequest, on connection: PostgresConnection) async throws {
        let told: SQL = "SELECT \(message.id)::uuid AS id, NULL::uuid AS campaign_id, \(request.message.channel)::text AS channel"
        _ = try await connection.pipeline([
            enqueueing(message, of: request),
            EventFeed.appending(.queued, of: told, tenantID: request.tenantID, now: request.createdAt),
        ])
    }

    private static func enqueueing(_ message: Queued, of request: NewMessageRequest) -> SQL {
        """
        INSERT INTO message_queue (tenant_id, priority, id, request_id, contact_id, channel, recipient, merge_values, in_chunk, due_at,
                                   age_from)
        VALUES (\(request.tenantID), \(request.priority.rawValue), \(message.id), \(request.id),
                \(sql: contact(of: "\(message.address.normalized)", request)), \(request.message.channel),
                \(message.address.deliverable), \(message.values)::text[], false, \(request.dueAt), \(request.ageFrom))
        """
    }

    /// Tells readers of the tenant's feed of all messages of a request; the last thing of a transaction.
    static func tell(_ request: NewMessageRequest, on connection: PostgresConnection) async throws {
        let messages: SQL = """
            SELECT id, campaign_id, channel FROM message_queue
            WHERE tenant_id = \(request.tenantID) AND priority = \(request.priority.rawValue) AND request_id = \(request.id)
            """
        try await EventFeed.append(.queued, of: messages, tenantID: request.tenantID, on: connection, now: request.createdAt)
    }

    /// Queues rows, but not those that may not be sent to.
    ///
    /// - Parameter first: number of the first row within the request; its message ids come in the order of the numbers.
    /// - Returns: the rows that are suppressed, with the reason.
    static func enqueue(
        _ rows: [BulkIntake.Row],
        first: Int,
        of request: NewMessageRequest,
        on connection: PostgresConnection
    ) async throws -> [(row: BulkIntake.Row, reason: String)] {
        guard !rows.isEmpty else { return [] }
        let marketing: SQL = request.priority.isMarketing ? "true" : "false"
        let subject = SuppressionCheck.Subject(
            tenantID: "\(request.tenantID)::uuid",
            contactID: "NULL::uuid",
            address: "r.norm",
            isMarketing: marketing,
            lists: "NULL::uuid[]"
        )
        let found = try await connection.query(
            """
            WITH r AS MATERIALIZED (
                SELECT unnest(\(Array(rows.indices))::int[]) AS place, unnest(\(rows.map(\.address.normalized))::text[]) AS norm,
                       unnest(\(rows.map(\.address.deliverable))::text[]) AS recipient,
                       unnest(\(rows.map { Self.arrayLiteral($0.values) })::text[]) AS merge_values),
            checked AS MATERIALIZED (
                SELECT r.*, suppression.reason FROM r \(sql: SuppressionCheck.join(subject, now: request.createdAt))),
            queued AS (
                INSERT INTO message_queue (tenant_id, priority, id, request_id, contact_id, channel, recipient, merge_values, in_chunk,
                                           due_at, age_from)
                SELECT \(request.tenantID), \(request.priority.rawValue),
                       comm_message_id(\(SequenceIDs.milliseconds(of: request.createdAt)), \(first) + c.place), \(request.id),
                       \(sql: contact(of: "c.norm", request)), \(request.message.channel), c.recipient, c.merge_values::text[], false,
                       \(request.dueAt), \(request.ageFrom)
                FROM checked c WHERE c.reason IS NULL ORDER BY c.place)
            SELECT place, reason FROM checked WHERE reason IS NOT NULL ORDER BY place
            """
        )
        return try found.map { row in
            let place: Int = try row.get("place")
            return (row: rows[place], reason: try row.get("reason"))
        }
    }

    /// The contact of an address: of campaigns and newsletters only, since a contact who left them still gets other messages.
    private static func contact(of address: SQL, _ request: NewMessageRequest) -> SQL {
        guard request.priority.isMarketing, request.message.channel == .email else { return "NULL::uuid" }
        return """
            (SELECT id FROM contacts WHERE tenant_id = \(request.tenantID) AND email_norm = \(sql: address) AND deleted_at IS NULL LIMIT 1)
            """
    }

    /// An array of texts as PostgreSQL reads it; arrays of arrays have to be of one length there, so each travels as text.
    static func arrayLiteral(_ values: [String?]) -> String {
        var text = "{"
        for (index, value) in values.enumerated() {
            if index > 0 { text += "," }
            guard let value else {
                text += "NULL"
                continue
            }
            text += "\""
            for scalar in value.unicodeScalars {
                if scalar == "\"" || scalar == "\\" { text.unicodeScalars.append("\\") }
                text.unicodeScalars.append(scalar)
            }
            text += "\""
        }
        return text + "}"
    }
}
