/// What a page of the grid is asked for.
package struct RecipientQuery: Sendable {
    /// The most rows of a page; more is lowered to this.
    package static let largestPage = 1_000
    /// The furthest row that can be skipped to; beyond, cursors lead on.
    package static let furthestOffset = 100_000

    package var filter: RecipientFilter
    package var sort: RecipientSort
    package var columns: [RecipientColumn]
    package var limit: Int
    package var offset: Int
    package var cursor: RecipientCursor?

    package init(
        filter: RecipientFilter = .all,
        sort: RecipientSort = .usual,
        columns: [RecipientColumn] = RecipientColumn.usual,
        limit: Int = 50,
        offset: Int = 0,
        cursor: RecipientCursor? = nil
    ) {
        self.filter = filter
        self.sort = sort
        self.columns = columns
        self.limit = min(max(1, limit), Self.largestPage)
        self.offset = offset
        self.cursor = cursor
    }
}

/// A page of the grid.
package struct RecipientPage: Sendable {
    package let rows: [RecipientRow]
    package let total: RecipientTotal
    package let hasMore: Bool
    /// Of the next page; nil on the last.
    package let next: RecipientCursor?
    /// Of the page before; nil on the first.
    package let previous: RecipientCursor?
}
