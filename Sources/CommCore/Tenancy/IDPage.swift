import FoundationEssentials

/// A page of a list that is ordered by id, newest first: ids are version 7, so their order is the order of creation.
package struct IDPage: Sendable, Equatable {
    /// The most rows that one page holds.
    package static let largest = 1000
    package static let first = IDPage()

    package let limit: Int
    /// The last id of the page before; nil for the first page.
    package let before: UUID?

    package init(limit: Int = 500, before: UUID? = nil) {
        self.limit = min(max(1, limit), Self.largest)
        self.before = before
    }
}
