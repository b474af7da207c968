import FoundationEssentials
import Postgres

/// A contact as a row of the grid: the chosen columns.
package struct RecipientRow: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        case null
        case text(String)
        case integer(Int64)
        case date(Date)
        case id(UUID)
        case words([String])
        case json(PostgresJSON)
    }

    package let id: UUID
    package let values: [RecipientColumn: Value]

    init(row: PostgresRow, columns: [RecipientColumn]) throws {
        id = try row.get("id")
        var values: [RecipientColumn: Value] = [:]
        for column in columns { values[column] = try Self.value(row, column) ?? .null }
        self.values = values
    }

    private static func value(_ row: PostgresRow, _ column: RecipientColumn) throws -> Value? {
        let name = column.rawValue
        return switch column.kind {
        case .text: try (row.get(name) as String?).map(Value.text)
        case .integer: try (row.get(name) as Int64?).map(Value.integer)
        case .date: try (row.get(name) as Date?).map(Value.date)
        case .id: try (row.get(name) as UUID?).map(Value.id)
        case .words: try (row.get(name) as [String]?).map(Value.words)
        case .json: try (row.get(name) as PostgresJSON?).map(Value.json)
        }
    }
}
