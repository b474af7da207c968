import Foundation

/// The results of a run: printed as they come, as a table at the end, and as JSON lines.
struct ResultTable {
    private var rows: [Measurement] = []

    mutating func add(_ measurements: [Measurement]) {
        rows += measurements
        for row in measurements { report("\(row.name): \(Self.number(row.value)) \(row.unit)") }
    }

    /// Columns: name, value, unit, limit, ratio, peer.
    var text: String {
        let header = ["name", "value", "unit", "limit", "ratio", "peer"]
        let cells = rows.map { row in
            [
                row.name, Self.number(row.value), row.unit, row.limit.map(Self.number) ?? "",
                row.ratio.map { String(format: "%.2f", $0) } ?? "", row.peer ?? "",
            ]
        }
        let widths = header.indices.map { column in ([header] + cells).map(\.[column].count).max() ?? 0 }
        let isNumber: Set<Int> = [1, 3, 4]
        let lines = ([header] + cells).map { line in
            line.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return isNumber.contains(column) ? space + cell : cell + space
            }
            .joined(separator: "  ")
        }
        return lines.joined(separator: "\n")
    }

    /// Writes one JSON object a line.
    func write(to file: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = try rows.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
        try Data(lines.joined().utf8).write(to: file, options: .atomic)
    }

    private static func number(_ value: Double) -> String {
        String(format: abs(value) < 100 ? "%.2f" : "%.0f", value)
    }
}

/// Says on standard error what goes on.
func report(_ text: String) {
    FileHandle.standardError.write(Data("  \(text)\n".utf8))
}
