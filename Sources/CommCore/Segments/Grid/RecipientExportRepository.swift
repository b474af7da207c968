import CSV
import FoundationEssentials
import Postgres

/// The grid as a CSV file, of any length, in bounded memory.
package struct RecipientExportRepository: Sendable {
    private static let fetch = 1_000
    /// The contract's columns and what it calls them.
    private static let contract: [(column: RecipientColumn, title: String)] = [
        (.email, "Email"), (.name, "Name"), (.computedStatus, "Status"), (.engagementLevel, "Engagement"), (.qualityIndex, "Quality"),
        (.createdAt, "Date Added"), (.lastEngagementAt, "Last Engagement"), (.suppressionReason, "Suppression"),
    ]

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Writes everybody who matches, in pieces; UTF-8 with a byte order mark, cells safe for a spreadsheet.
    ///
    /// - Parameter columns: under their own names; nil: the contract's under its names.
    package func export(
        tenantID: UUID,
        filter: RecipientFilter,
        sort: RecipientSort = .usual,
        columns: [RecipientColumn]? = nil,
        _ write: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        let chosen = columns ?? Self.contract.map(\.column)
        let order = RecipientOrder(sort)
        let now = time.now
        try await client.withTenant(tenantID) { connection in
            try await connection.execute("SET LOCAL statement_timeout = 0")
            var head = CSVWriter(quoting: .whereNeeded, byteOrderMark: true)
            head.write(columns?.map(\.rawValue) ?? Self.contract.map(\.title))
            try await write(head.take())
            let search = try await RecipientSearch.prepared(tenantID: tenantID, filter: filter, now: now, on: connection)
                .narrowed(on: connection)
            let part = RecipientSegment(columns: chosen, order: order, segment: .whole, cursor: nil, limit: Int(Int64.max))
            try await connection.stream(part.select(search, offset: 0), fetch: Self.fetch) { rows in
                var writer = CSVWriter(quoting: .whereNeeded)
                for row in rows { writer.write(try Self.cells(RecipientRow(row: row, columns: chosen), chosen)) }
                try await write(writer.take())
            }
        }
    }

    private static func cells(_ row: RecipientRow, _ columns: [RecipientColumn]) -> [String?] {
        columns.map { column in
            switch row.values[column] {
            case nil, .null: nil
            case .text(let text): text
            case .integer(let integer): String(integer)
            case .date(let date): ISO8601.string(from: date)
            case .id(let id): id.uuidString.lowercased()
            case .words(let words): words.joined(separator: ", ")
            case .json(let json): json.text
            }
        }
    }
}
