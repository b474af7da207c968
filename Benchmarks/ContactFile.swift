import Foundation

/// A CSV of contacts with five columns.
enum ContactFile {
    /// Writes a file of so many rows.
    static func write(rows: Int, to file: URL) throws {
        let cities = ["Bergen", "Cork", "Gdańsk", "Nantes", "Porto", "Turku"]
        var text = "email,name,company,city,plan\n"
        text.reserveCapacity(rows * 80)
        for row in 1...rows {
            text += "person\(row)@mail\(row % 500).example.com,Person Number \(row),\"Harbour, Sons & Co \(row % 1000)\","
            text += "\(cities[row % cities.count]),\(row.isMultiple(of: 3) ? "pro" : "free")\n"
        }
        try Data(text.utf8).write(to: file)
    }
}
