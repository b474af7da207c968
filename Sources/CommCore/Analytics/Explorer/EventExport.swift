import CSV
import FoundationEssentials

/// Events as a CSV file, safe to open in a spreadsheet: UTF-8 with a byte order mark, the columns of the contract.
package struct EventExport: Sendable {
    package static let header = [
        "Event Type", "Occurred At", "Contact Email", "Contact Name", "Campaign Name", "Clicked URL", "Bounce Reason", "SMTP Code",
    ]

    private let explorer: EventExplorer

    package init(explorer: EventExplorer) {
        self.explorer = explorer
    }

    /// Writes the file in pieces, newest first, in bounded memory.
    package func export(tenantID: UUID, filter: EventFilter, _ write: @Sendable ([UInt8]) async throws -> Void) async throws {
        var head = CSVWriter(quoting: .whereNeeded, byteOrderMark: true)
        head.write(Self.header)
        try await write(head.take())
        try await explorer.all(tenantID: tenantID, filter: filter) { events in
            var writer = CSVWriter(quoting: .whereNeeded)
            for event in events {
                writer.write([
                    event.type, ISO8601.string(from: event.occurredAt), event.contactEmail, event.contactName, event.campaignName,
                    event.type == EventType.clicked.rawValue ? event.details.url : nil, event.details.bounceReason, event.details.smtpCode,
                ])
            }
            try await write(writer.take())
        }
    }
}
