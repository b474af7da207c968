import FoundationEssentials
import Postgres

/// Lists made of filters: members are set at once where they are few, else step by step by ``FilteredListFiller``.
package struct FilteredListRepository: Sendable {
    private static let longestName = 200
    private static let longestDescription = 2_000

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Makes a list of a filter.
    package func create(
        tenantID: UUID,
        name: String?,
        description: String? = nil,
        filter: RecipientFilter,
        mode: FilteredList.Mode = .smart
    ) async throws -> FilteredList {
        let name = try Self.check(name: name, description: description)
        let stored = try filter.stored
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            let list = try await connection.query(
                """
                INSERT INTO lists AS l (tenant_id, id, name, description, type, filter_definition, created_at)
                VALUES (\(tenantID), \(UUIDv7.make(at: now)), \(name), \(description ?? "Filtered list: \(name)"),
                        \(mode == .smart ? ListType.smart : .snapshot), \(stored), \(now))
                RETURNING \(sql: ContactList.columns)
                """
            ).one(ContactList.init(row:))
            let fill = ListFill(tenantID: tenantID, listID: list.id, filter: filter, now: now)
            let search = try await RecipientSearch(tenantID: tenantID, filter: filter, now: now).narrowed(on: connection)
            let recipients = try await search.count(on: connection)
            if !recipients.isEstimate {
                try await connection.execute(fill.addAll(search))
                try await connection.execute(fill.finished)
            }
            return FilteredList(list: list, recipients: recipients, isFilled: !recipients.isEstimate)
        }
    }

    private static func check(name: String?, description: String?) throws -> String {
        var check = FieldCheck()
        if FieldCheck.isBlank(name ?? "") {
            check.add(FieldProblem(field: "name", code: "required", message: "List name is required"))
        }
        check.line("name", name, limit: longestName)
        check.text("description", description)
        if let description, description.unicodeScalars.count > longestDescription {
            check.add("description", "too_long", "description is longer than \(longestDescription) characters")
        }
        guard let name, check.problems.isEmpty else { throw SegmentError.invalid(check.problems) }
        return name
    }
}
