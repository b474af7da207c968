import FoundationEssentials
import Postgres

/// Templates of a tenant.
package struct TemplateRepository: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Stores a new template; `invalid` names every refused field.
    package func create(tenantID: UUID, draft: TemplateDraft) async throws -> Template {
        try Self.require(draft)
        let now = time.now
        let rows = try await client.query(
            """
            INSERT INTO templates (tenant_id, id, name, subject, type, body_html, body_text, created_at, updated_at)
            VALUES (\(tenantID), \(UUIDv7.make(at: now)), \(draft.name), \(draft.subject), \(draft.type),
                    \(draft.bodyHTML), \(draft.bodyText), \(now), \(now))
            RETURNING \(sql: Self.columns)
            """,
            tenant: tenantID
        )
        return try rows.one(Template.init(row:))
    }

    /// A page of the tenant's templates without bodies, newest first.
    package func list(tenantID: UUID, page: IDPage = .first) async throws -> [TemplateSummary] {
        let rows = try await client.query(
            """
            SELECT id, name, subject, type, created_at
              FROM templates
             WHERE tenant_id = \(tenantID) AND (\(page.before)::uuid IS NULL OR id < \(page.before)::uuid)
             ORDER BY id DESC LIMIT \(page.limit)
            """,
            tenant: tenantID
        )
        return try rows.map(TemplateSummary.init(row:))
    }

    /// One template with its bodies.
    package func get(tenantID: UUID, id: UUID) async throws -> Template {
        let rows = try await client.query(Self.select(tenantID: tenantID, id: id), tenant: tenantID)
        guard let row = rows.first else { throw TemplateError.notFound }
        return try Template(row: row)
    }

    /// Changes the given fields; the whole must still be a valid template.
    package func update(tenantID: UUID, id: UUID, patch: TemplatePatch) async throws -> Template {
        guard !patch.isEmpty else { throw TemplateError(.invalid, "No fields to update") }
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            let rows = try await connection.query(Self.select(tenantID: tenantID, id: id) + " FOR UPDATE")
            guard let row = rows.first else { throw TemplateError.notFound }
            let draft = patch.applied(to: try Template(row: row))
            try Self.require(draft)
            let updated = try await connection.query(
                """
                UPDATE templates
                   SET name = \(draft.name), subject = \(draft.subject), body_html = \(draft.bodyHTML), body_text = \(draft.bodyText),
                       updated_at = \(now)
                 WHERE tenant_id = \(tenantID) AND id = \(id)
                RETURNING \(sql: Self.columns)
                """
            )
            return try updated.one(Template.init(row:))
        }
    }

    /// Removes a template; `inUse` when a campaign was made of it.
    package func delete(tenantID: UUID, id: UUID) async throws {
        let result = try await delete(tenantID: tenantID, ids: [id])
        switch result.failed.first?.reason {
        case nil: return
        case .inUse: throw TemplateError.inUse
        default: throw TemplateError.notFound
        }
    }

    /// Removes the templates that no campaign was made of.
    package func delete(tenantID: UUID, ids: [UUID]) async throws -> TemplateDeletion {
        guard !ids.isEmpty else { throw TemplateError(.invalid, "ids[] required", problems: [.required("ids")]) }
        return try await client.withTenant(tenantID) { connection in
            // The lock keeps new campaigns away from these templates until the deletion has looked for them.
            let found = try await connection.query(
                "SELECT id FROM templates WHERE tenant_id = \(tenantID) AND id = ANY(\(ids)) ORDER BY id FOR UPDATE"
            )
            let gone = try await connection.query(
                """
                DELETE FROM templates t
                 WHERE t.tenant_id = \(tenantID) AND t.id = ANY(\(ids))
                   AND NOT EXISTS (SELECT FROM campaigns c WHERE c.tenant_id = t.tenant_id AND c.template_id = t.id)
                RETURNING t.id
                """
            )
            return Self.deletion(
                of: ids,
                known: Set(try found.map { try $0.get("id", as: UUID.self) }),
                deleted: Set(try gone.map { try $0.get("id", as: UUID.self) })
            )
        }
    }

    private static func deletion(of ids: [UUID], known: Set<UUID>, deleted: Set<UUID>) -> TemplateDeletion {
        var seen = Set<UUID>()
        let distinct = ids.filter { seen.insert($0).inserted }
        return TemplateDeletion(
            deleted: distinct.filter(deleted.contains),
            failed: distinct.filter { !deleted.contains($0) }
                .map { TemplateDeletion.Failure(id: $0, reason: known.contains($0) ? .inUse : .notFound) }
        )
    }

    private static func require(_ draft: TemplateDraft) throws {
        let problems = TemplateRules.problems(of: draft)
        guard problems.isEmpty else {
            throw TemplateError(.invalid, TemplateRules.message(for: problems), problems: problems)
        }
    }

    private static let columns: SQL = "id, name, subject, type, body_html, body_text, created_at, updated_at"

    private static func select(tenantID: UUID, id: UUID) -> SQL {
        "SELECT \(sql: columns) FROM templates WHERE tenant_id = \(tenantID) AND id = \(id)"
    }
}

extension Template {
    fileprivate init(row: PostgresRow) throws {
        self.init(
            id: try row.get("id"),
            name: try row.get("name"),
            subject: try row.get("subject"),
            type: try row.get("type"),
            bodyHTML: try row.get("body_html"),
            bodyText: try row.get("body_text"),
            createdAt: try row.get("created_at"),
            updatedAt: try row.get("updated_at")
        )
    }
}

extension TemplateSummary {
    fileprivate init(row: PostgresRow) throws {
        self.init(
            id: try row.get("id"),
            name: try row.get("name"),
            subject: try row.get("subject"),
            type: try row.get("type"),
            createdAt: try row.get("created_at")
        )
    }
}
