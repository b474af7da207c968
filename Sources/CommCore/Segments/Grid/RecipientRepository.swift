import FoundationEssentials
import Postgres

/// Pages of the grid, over any number of contacts.
///
/// A page is looked for in two ways. First among the next few thousand contacts of the order, or of a list or campaign in that order:
/// what many contacts have is found there, whatever the planner would have thought of it. When they do not fill the page, what is asked for is rare, and the planner chooses
/// by the indexes; where the rare thing is a part of a text or an attribute, the contacts that have it are looked up beforehand,
/// since row-level security keeps such indexes from an ordinary query (migration 0006).
package struct RecipientRepository: Sendable {
    /// Contacts that the first look goes through: a few milliseconds.
    private static let walk = 2_500
    /// As many contacts can be sorted rather than found in their order.
    private static let sortable = 60_000
    /// Fields whose indexes have the contacts of a value in the usual order.
    private static let orderedFields: Set<FilterField> = [
        .named(.status), .named(.engagement), .named(.emailDomain), .named(.language), .named(.source), .named(.suppressionReason),
    ]

    /// Whether an index has the contacts of a condition in the usual order.
    private static func isOrdered(_ condition: FilterCondition) -> Bool {
        guard orderedFields.contains(condition.field) else { return false }
        return switch (condition.comparison, condition.value) {
        case (.is, _): true
        case (.anyOf, .texts(let texts)): texts.count == 1
        default: false
        }
    }

    /// The statement is planned for its values, with what it costs to read from memory, and never compiled.
    private static let planning: SQL = """
        SELECT set_config('jit', 'off', true), set_config('random_page_cost', '1.1', true), set_config('plan_cache_mode', 'force_custom_plan', true)
        """

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// A page; `SegmentError.invalid` for a cursor that is none of this order.
    package func page(tenantID: UUID, _ query: RecipientQuery) async throws -> RecipientPage {
        let isBackward = query.cursor?.isBackward ?? false
        let order = RecipientOrder(query.sort, reversed: isBackward)
        if let cursor = query.cursor, !cursor.fits(query.sort, order) {
            throw SegmentError.invalid("cursor", "cursor does not belong to this order; begin with the first page")
        }
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            _ = try await connection.query(Self.planning)
            var search = try await RecipientSearch.prepared(tenantID: tenantID, filter: query.filter, now: now, on: connection)
            let found = try await Self.rows(query, order, &search, on: connection)
            let total = try await Self.total(query, found: found.count, search, on: connection)
            return try Self.page(query, found, total, order)
        }
    }

    /// How many match; counted when that is quick.
    package func count(tenantID: UUID, _ filter: RecipientFilter) async throws -> RecipientTotal {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            _ = try await connection.query(Self.planning)
            return try await RecipientSearch.prepared(tenantID: tenantID, filter: filter, now: now, on: connection).count(on: connection)
        }
    }

    // MARK: Rows

    /// One row more than the page has, to know whether there is another page.
    private static func rows(
        _ query: RecipientQuery,
        _ order: RecipientOrder,
        _ search: inout RecipientSearch,
        on connection: PostgresConnection
    ) async throws -> [PostgresRow] {
        let wanted = query.limit + 1
        let cursor = query.cursor?.values
        let first = cursor.map(order.segment) ?? order.segments[0]
        var rows: [PostgresRow] = []
        var skipped = query.cursor == nil ? query.offset : 0
        for segment in order.segments.drop(while: { $0 != first }) {
            let part = RecipientSegment(
                columns: query.columns,
                order: order,
                segment: segment,
                cursor: segment == first ? cursor : nil,
                limit: wanted - rows.count
            )
            if skipped > 0 {
                let found = try await connection.query(part.select(search, offset: skipped))
                rows += found
                // What was skipped here need not be skipped in the next part.
                if found.isEmpty, order.segments.count > 1, segment == first {
                    skipped -= try await connection.query(search.countStatement(part.range, upTo: skipped)).one { try $0.get("n") }
                } else {
                    skipped = 0
                }
            } else {
                rows += try await look(for: part, &search, on: connection)
            }
            if rows.count >= wanted { break }
        }
        return rows
    }

    private static func look(
        for part: RecipientSegment,
        _ search: inout RecipientSearch,
        on connection: PostgresConnection
    ) async throws -> [PostgresRow] {
        if search.filter.isAll { return try await Array(connection.query(part.select(search, offset: 0))) }
        if part.order.isByAge, search.filter.root.required.contains(where: isOrdered) {
            search = try await search.narrowed(on: connection)
            if !search.isNarrow, let (condition, column, value) = oneValue(of: search.filter) {
                let rest = search.without(condition)
                return try await Array(connection.query(part.select(search, column: column, value: value, rest: rest)))
            }
            return try await Array(connection.query(part.select(search, offset: 0)))
        }
        if part.order.isByAge, let membership = search.membershipByAge {
            // Nearly all members match when nothing else is asked for.
            for among in [part.limit * 2, walk] {
                let near = try await connection.query(part.selectNear(search, belongingTo: membership, among: among))
                if near.count >= part.limit { return Array(near) }
            }
        } else if part.order.isIndexed {
            let near = try await connection.query(part.selectNear(search, among: walk))
            if near.count >= part.limit { return Array(near) }
            if part.order.isByAge, let mailed = search.mailedByAge {
                let near = try await connection.query(part.selectNear(search, belongingTo: mailed, among: walk))
                if near.count >= part.limit { return Array(near) }
            }
            // Where some are near, the rest is not far.
            if near.count >= max(1, part.limit / 10) { return try await Array(connection.query(part.select(search, offset: 0))) }
        }
        let narrowed = try await search.intersected(on: connection)
        search = narrowed
        if narrowed.isNarrow, !part.order.countsLists { return try await Array(connection.query(part.selectSorted(narrowed))) }
        guard part.order.isIndexed else {
            return try await Array(connection.query(part.select(narrowed, offset: 0)))
        }
        let expected = try await PlanEstimate.of(narrowed.countStatement(part.range, upTo: sortable), on: connection)
        let isFew = expected.rows < sortable
        return try await Array(connection.query(isFew ? part.selectSorted(narrowed) : part.select(narrowed, offset: 0)))
    }

    /// A status or level that everybody has who matches.
    private static func oneValue(of filter: RecipientFilter) -> (condition: FilterCondition, column: SQL, value: String)? {
        for condition in filter.root.required where condition.comparison == .is {
            guard case .text(let value) = condition.value else { continue }
            switch condition.field {
            case .named(.status): return (condition, "c.computed_status", value)
            case .named(.engagement): return (condition, "c.engagement_level", value)
            default: continue
            }
        }
        return nil
    }

    private static func total(
        _ query: RecipientQuery,
        found: Int,
        _ search: RecipientSearch,
        on connection: PostgresConnection
    ) async throws -> RecipientTotal {
        if let cursor = query.cursor { return cursor.total }
        if found <= query.limit, found > 0 || query.offset == 0 {
            return RecipientTotal(count: Int64(query.offset + found), isEstimate: false)
        }
        return try await search.count(on: connection)
    }

    private static func page(
        _ query: RecipientQuery,
        _ found: [PostgresRow],
        _ total: RecipientTotal,
        _ order: RecipientOrder
    ) throws -> RecipientPage {
        let isBackward = query.cursor?.isBackward ?? false
        let kept = found.prefix(query.limit)
        let inOrder = isBackward ? Array(kept.reversed()) : Array(kept)
        let isThereMore = found.count > query.limit
        func cursor(_ row: PostgresRow?, backward: Bool) throws -> RecipientCursor? {
            guard let row else { return nil }
            let values = try order.keys.indices.map { try row.get("key_\($0)", as: String.self) as String? }
            return RecipientCursor(sort: query.sort.signature, values: values, isBackward: backward, total: total)
        }
        // Whoever came from a page can go back to it.
        let hasNext = isBackward || isThereMore
        let hasPrevious = isBackward ? isThereMore : query.cursor != nil || query.offset > 0
        return RecipientPage(
            rows: try inOrder.map { try RecipientRow(row: $0, columns: query.columns) },
            total: total,
            hasMore: hasNext,
            next: hasNext ? try cursor(inOrder.last, backward: false) : nil,
            previous: hasPrevious ? try cursor(inOrder.first, backward: true) : nil
        )
    }
}
