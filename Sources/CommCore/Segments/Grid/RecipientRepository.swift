import FoundationEssentials
import Postgres

/// Pages of the grid, over any number of contacts.
///
/// A page is looked for in two ways. First among the next few thousand contacts of the order, or of a list or campaign in that order:
/// what many contacts have is found there, whatever the planner would have thought of it. When they do not fill the page, what is asked for is rare, and the planner chooses
/// by the indexes; where the rare thing is a part of a text or an attribute, the contacts that have it are looked up beforehand,
/// since row-level security keeps such indexes from an ordinary query (migration 0006).
package struct RecipientRepository: Sendable {
    /// The statement is planned for its values, with what it costs to read from memory, and never compiled.
    private static let planning: SQL = """
        SELECT set_config('jit', 'off', true), set_config('random_page_cost', '1.1', true), set_config('plan_cache_mode', 'force_custom_plan', true)
        """

    private let client: PostgresClient
    private let time: any TimeSource
    private let limits: SearchLimits

    package init(client: PostgresClient, time: any TimeSource, limits: SearchLimits = SearchLimits()) {
        self.client = client
        self.time = time
        self.limits = limits
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
            var search = try await RecipientSearch.prepared(
                tenantID: tenantID,
                filter: query.filter,
                now: now,
                limits: limits,
                on: connection
            )
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
            return try await RecipientSearch.prepared(tenantID: tenantID, filter: filter, now: now, limits: limits, on: connection)
                .count(on: connection)
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
        if search.isContradictory { return [] }
        if part.order.isByAge, let rows = try await lookByAge(for: part, &search, on: connection) { return rows }
        if !part.order.isByAge, part.order.isIndexed {
            let near = try await connection.query(part.selectNear(search, among: search.limits.walk))
            if near.count >= max(1, part.limit / 10) {
                // Where some are near, the rest is not far.
                return near.count >= part.limit ? Array(near) : try await Array(connection.query(part.select(search, offset: 0)))
            }
        }
        let narrowed = try await search.narrowed(on: connection)
        search = narrowed
        if narrowed.isNarrow, !part.order.countsLists { return try await Array(connection.query(part.selectSorted(narrowed))) }
        guard part.order.isIndexed else {
            return try await Array(connection.query(part.select(narrowed, offset: 0)))
        }
        if narrowed.excludesMembers {
            // Looked up one by one, a million contacts of which all are members would take seconds; joined, they take one.
            let near = try await connection.query(part.selectNear(narrowed, among: narrowed.limits.mostCandidates))
            return try await Array(near.count >= part.limit ? near : connection.query(part.selectSorted(narrowed)))
        }
        let expected = try await PlanEstimate.of(narrowed.countStatement(part.range, upTo: search.limits.sortable), on: connection)
        let isFew = expected.rows < search.limits.sortable
        return try await Array(connection.query(isFew ? part.selectSorted(narrowed) : part.select(narrowed, offset: 0)))
    }

    /// Looks in the order of age, in which most sets have their contacts; nil where these are too many and too far.
    private static func lookByAge(
        for part: RecipientSegment,
        _ search: inout RecipientSearch,
        on connection: PostgresConnection
    ) async throws -> [PostgresRow]? {
        let sets = search.sets
        let ordered = sets.filter(\.isOrdered)
        if !sets.isEmpty {
            // What is rare is all looked up.
            search = try await search.narrowed(on: connection).narrowedByOrder(on: connection)
            if search.isNarrow { return try await Array(connection.query(part.selectSorted(search))) }
        }
        if ordered.count == 1, ordered[0].isColumn {
            guard let (column, value) = ordered[0].value else { return try await Array(connection.query(part.select(search, offset: 0))) }
            let rest = search.without(ordered[0].condition)
            return try await Array(connection.query(part.select(search, column: column, value: value, rest: rest)))
        }
        if !ordered.isEmpty {
            if let rows = try await look(among: ordered, for: part, &search, on: connection) { return rows }
        } else {
            var near = try await Array(connection.query(part.selectNear(search, among: search.limits.walk)))
            if near.count < part.limit, search.isOfMailed {
                near = try await Array(connection.query(part.selectNearMailed(search, among: search.limits.walk)))
            }
            if near.count >= part.limit { return near }
            // Where some are near, the rest is not far.
            if near.count >= max(1, part.limit / 10) { return try await Array(connection.query(part.select(search, offset: 0))) }
        }
        // Words, attributes, times and numbers are found in another order: all of them are looked up.
        let whole = try await search.wholeSets(on: connection)
        return whole.isEmpty ? nil : try await look(among: whole, for: part, &search, on: connection)
    }

    /// Among the next contacts that the sets have in common; nil if there may be others beyond them.
    private static func look(
        among sets: [ContactSet],
        for part: RecipientSegment,
        _ search: inout RecipientSearch,
        on connection: PostgresConnection
    ) async throws -> [PostgresRow]? {
        // Nearly all of them match when nothing else is asked for. Many more are only looked at when there are no others.
        for most in [part.limit * 2, search.limits.walk, search.limits.mostCandidates + 1] {
            let contacts = try await ContactSet.common(sets, part.ids, most: most, on: connection)
            let isWhole = contacts.count < most
            guard isWhole || most <= search.limits.walk else { break }
            if isWhole, part.cursor == nil { search = search.found(contacts) }
            let rows = try await connection.query(part.selectNear(search, among: contacts))
            if isWhole || rows.count >= part.limit { return Array(rows) }
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
