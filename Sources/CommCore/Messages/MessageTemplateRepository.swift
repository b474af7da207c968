import FoundationEssentials
import Postgres

/// Message templates of a tenant.
///
/// Each is compiled when it is stored, so that sending never meets one that cannot be sent.
package struct MessageTemplateRepository: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource
    private let compiler: MessageCompiler

    package init(client: PostgresClient, time: any TimeSource, compiler: MessageCompiler) {
        self.client = client
        self.time = time
        self.compiler = compiler
    }

    /// Stores a new template.
    ///
    /// - Throws: `MessageError` with `invalid`, `contentRefused` or `exists`.
    package func create(tenantID: UUID, _ draft: MessageTemplateDraft) async throws -> MessageTemplate {
        let now = time.now
        let checked = try Checked(draft, now: now)
        let program = try compile(checked)
        return try await client.withTenant(tenantID) { connection in
            let artifactID = try await store(program, checked.channel, tenantID: tenantID, now: now, on: connection)
            let rows = try await connection.query(
                """
                INSERT INTO message_templates (tenant_id, id, name, channel, language, subject, body_html, body_text, artifact_id,
                                               created_at, updated_at)
                VALUES (\(tenantID), \(UUIDv7.make(at: now)), \(checked.name), \(checked.channel), \(checked.language), \(checked.subject),
                        \(checked.bodyHTML), \(checked.bodyText), \(artifactID), \(now), \(now))
                ON CONFLICT (tenant_id, name, channel, language) DO NOTHING
                RETURNING *, \(program.fields)::text[] AS fields
                """
            )
            guard let row = rows.first else {
                throw MessageError(.exists, "There is a \(checked.channel.rawValue) template of this name and language already")
            }
            return try Self.template(row)
        }
    }

    /// Newest first.
    package func list(tenantID: UUID, page: IDPage) async throws -> [MessageTemplate] {
        try await client.withTenant(tenantID) { connection in
            try await connection.query(
                """
                \(sql: Self.selection)
                WHERE t.tenant_id = \(tenantID) AND (\(page.before)::uuid IS NULL OR t.id < \(page.before))
                ORDER BY t.id DESC LIMIT \(page.limit)
                """
            ).map(Self.template)
        }
    }

    /// - Throws: `MessageError` with `notFound`.
    package func get(tenantID: UUID, id: UUID) async throws -> MessageTemplate {
        try await client.withTenant(tenantID) { try await Self.find(id, tenantID: tenantID, on: $0) }
    }

    /// Changes a template; messages that were queued keep what they were made of.
    ///
    /// - Throws: `MessageError`.
    package func update(tenantID: UUID, id: UUID, _ patch: MessageTemplateDraft) async throws -> MessageTemplate {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            let old = try await Self.find(id, tenantID: tenantID, isLocked: true, on: connection)
            let checked = try Checked(patch.applied(to: old), now: now)
            let program = try compile(checked)
            let artifactID = try await store(program, checked.channel, tenantID: tenantID, now: now, on: connection)
            do {
                return try await connection.query(
                    """
                    UPDATE message_templates
                    SET name = \(checked.name), channel = \(checked.channel), language = \(checked.language), subject = \(checked.subject),
                        body_html = \(checked.bodyHTML), body_text = \(checked.bodyText), artifact_id = \(artifactID),
                        version = version + 1, updated_at = \(now)
                    WHERE tenant_id = \(tenantID) AND id = \(id)
                    RETURNING *, \(program.fields)::text[] AS fields
                    """
                ).one(Self.template)
            } catch let error as PostgresError where error.isUniqueViolation() {
                throw MessageError(.exists, "There is a \(checked.channel.rawValue) template of this name and language already")
            }
        }
    }

    /// - Throws: `MessageError` with `notFound`.
    package func delete(tenantID: UUID, id: UUID) async throws {
        let deleted = try await client.withTenant(tenantID) { connection in
            try await connection.execute("DELETE FROM message_templates WHERE tenant_id = \(tenantID) AND id = \(id)")
        }
        guard deleted == 1 else { throw MessageError(.notFound, "Message template not found") }
    }

    private func compile(_ checked: Checked) throws -> RenderProgram {
        var content = MessageContentDraft()
        (content.subject, content.html, content.text, content.language) =
            (checked.subject, checked.bodyHTML, checked.bodyText, checked.language)
        return try compiler.compile(content, channel: checked.channel).program
    }

    private func store(
        _ program: RenderProgram,
        _ channel: Channel,
        tenantID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> UUID {
        try await MessageContentRepository.store(
            (json: program.encoded(), hash: program.contentHash()),
            fields: program.fields,
            channel: channel,
            tenantID: tenantID,
            now: now,
            on: connection
        )
    }

    private static let selection: SQL = """
        SELECT t.*, a.fields FROM message_templates t
        JOIN message_artifacts a ON a.tenant_id = t.tenant_id AND a.id = t.artifact_id
        """

    private static func find(
        _ id: UUID,
        tenantID: UUID,
        isLocked: Bool = false,
        on connection: PostgresConnection
    ) async throws -> MessageTemplate {
        let rows = try await connection.query(
            """
            \(sql: selection) WHERE t.tenant_id = \(tenantID) AND t.id = \(id) \(sql: isLocked ? "FOR UPDATE OF t" : "")
            """
        )
        guard let row = rows.first else { throw MessageError(.notFound, "Message template not found") }
        return try template(row)
    }

    private static func template(_ row: PostgresRow) throws -> MessageTemplate {
        let fields: [String] = try row.get("fields")
        return MessageTemplate(
            id: try row.get("id"),
            name: try row.get("name"),
            channel: try row.get("channel"),
            language: try row.get("language"),
            subject: try row.get("subject"),
            bodyHTML: try row.get("body_html"),
            bodyText: try row.get("body_text"),
            variables: fields.map { $0.hasPrefix("attributes.") ? String($0.dropFirst("attributes.".count)) : $0 },
            version: try row.get("version"),
            createdAt: try row.get("created_at"),
            updatedAt: try row.get("updated_at")
        )
    }
}

extension MessageTemplateRepository {
    /// A template whose fields have been checked.
    fileprivate struct Checked {
        let name: String
        let channel: Channel
        let language: String
        let subject: String?
        let bodyHTML: String?
        let bodyText: String?

        init(_ draft: MessageTemplateDraft, now: Date) throws {
            var check = MessageCheck(now: now)
            if (draft.name ?? "").isEmpty { check.problems.append(.required("name")) }
            name = check.text(draft.name, "name", longest: 100) ?? ""
            channel = check.channel(draft.channel)
            language = draft.language ?? "en"
            let isLanguage =
                (2...35).contains(language.utf8.count)
                && language.utf8.allSatisfy { (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2D }
            if !isLanguage {
                check.problems.append(
                    FieldProblem(field: "language", code: "invalid", message: "language must be a tag like en or pt-BR")
                )
            }
            var content = MessageContentDraft()
            (content.subject, content.html, content.text) = (draft.subject, draft.bodyHTML, draft.bodyText)
            _ = check.content(content, channel)
            (subject, bodyHTML, bodyText) = (draft.subject, draft.bodyHTML, draft.bodyText)
            // The fields have other names here than in a message.
            check.problems = check.problems.map { problem in
                switch problem.field {
                case "html": FieldProblem(field: "body_html", code: problem.code, message: "body_\(problem.message)")
                case "body":
                    FieldProblem(field: "body_text", code: problem.code, message: problem.message.replacing("body", with: "body_text"))
                default: problem
                }
            }
            guard check.problems.isEmpty else { throw MessageError.invalid(check.problems) }
        }
    }
}

extension MessageTemplateDraft {
    /// The draft that the changed template would be.
    fileprivate func applied(to template: MessageTemplate) -> MessageTemplateDraft {
        var draft = MessageTemplateDraft()
        draft.name = name ?? template.name
        draft.channel = channel ?? template.channel.rawValue
        draft.language = language ?? template.language
        draft.subject = subject ?? template.subject
        draft.bodyHTML = bodyHTML ?? template.bodyHTML
        draft.bodyText = bodyText ?? template.bodyText
        return draft
    }
}
