import FoundationEssentials

/// A place in a list of events: after the one with this time and id.
package struct EventCursor: Sendable, Equatable {
    package let occurredAt: Date
    package let id: UUID

    init(_ event: StoredEvent) {
        (occurredAt, id) = (event.occurredAt, event.id)
    }

    /// Reads ``text``; nil when it is none.
    package init?(_ text: String) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, let microseconds = Int64(parts[0]), (0..<4_102_444_800_000_000).contains(microseconds),
            let id = UUID(uuidString: String(parts[1]))
        else { return nil }
        self.occurredAt = Date(timeIntervalSince1970: Double(microseconds) / 1_000_000)
        self.id = id
    }

    /// For the wire: microseconds, which the database holds exactly, and the id.
    package var text: String {
        "\(Int64((occurredAt.timeIntervalSince1970 * 1_000_000).rounded()))_\(id.uuidString.lowercased())"
    }
}
