/// Some of the events that were asked for.
package struct EventPage: Sendable {
    package let events: [StoredEvent]
    /// How many there are in all.
    package let total: Int
    /// Whether the total is of whole quarters of an hour where the filter cuts through them, or reached the bound of counting.
    package let isTotalEstimated: Bool
    /// Where the next page begins; nil when this is the last or the order has no cursor.
    package let next: EventCursor?
    package let progress: ReportProgress
}
