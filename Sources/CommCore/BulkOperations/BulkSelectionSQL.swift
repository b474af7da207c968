import FoundationEssentials
import Postgres

/// A selection as a query of contacts' ids.
struct BulkSelectionSQL: Sendable {
    /// One column, `id`; in no order.
    let query: SQL

    /// - Parameter kind: what is to be done: restoring looks into the recycle bin, everything else outside of it.
    init(_ selection: BulkSelection, of kind: BulkKind, tenantID: UUID, now: Date) throws {
        let whose: SQL =
            "SELECT c.id FROM contacts c WHERE c.tenant_id = \(tenantID) AND c.deleted_at IS \(raw: kind.concernsDeleted ? "NOT NULL" : "NULL")"
        switch selection {
        case .ids(let ids): query = "\(sql: whose) AND c.id = ANY(\(ids)::uuid[])"
        case .filter(let filter, let excluded, _):
            let condition = try BulkFilter.condition(filter, tenantID: tenantID, now: now)
            let but: SQL =
                excluded.isEmpty ? "" : "AND NOT EXISTS (SELECT FROM unnest(\(excluded)::uuid[]) AS but (id) WHERE but.id = c.id)"
            query = "\(sql: whose) AND (\(sql: condition)) \(sql: but)"
        case .tagged(let tags):
            query = """
                \(sql: whose)
                AND c.id IN (SELECT contact_id FROM contact_tags WHERE tenant_id = \(tenantID) AND tag = ANY(\(tags)::text[]))
                """
        case .deletedBefore(let date): query = "\(sql: whose) AND c.deleted_at < \(date)"
        case .changed(let operation): query = Self.changed(by: operation, tenantID: tenantID)
        }
    }

    static func changed(by operation: UUID, tenantID: UUID) -> SQL {
        """
        SELECT contact_id AS id FROM bulk_operation_items
         WHERE tenant_id = \(tenantID) AND operation_id = \(operation) AND skipped IS NULL
        """
    }

    /// Some of the contacts, enough to know whether there are more; nil when finding them takes longer than a request should.
    func first(_ limit: Int, on connection: PostgresConnection) async throws -> [UUID]? {
        do {
            let found = try await connection.savepoint { connection in
                try await connection.pipeline(["SET LOCAL statement_timeout = '2s'", "\(sql: query) LIMIT \(limit)"])[1]
            }
            try await connection.execute("SET LOCAL statement_timeout TO DEFAULT")
            return try found.map { try $0.get("id") }
        } catch let error as PostgresError where error.code == .timeout {
            return nil
        }
    }
}

extension BulkSelection {
    /// Ids that were named.
    var requested: Int? {
        if case .ids(let ids) = self { ids.count } else { nil }
    }
}
