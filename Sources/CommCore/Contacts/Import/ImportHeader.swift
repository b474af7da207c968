import CSV

/// The header line of an import file, understood.
struct ImportHeader: Sendable {
    /// The headers as written, without the blanks around them.
    let titles: [String]
    /// What each column holds.
    let columns: [ImportColumn]

    private static let shownTitles = 20
    private static let shownCharacters = 40

    /// Understands the first record of a file.
    init(_ record: borrowing CSVRecord, mapping: [String: String]) throws(ImportError) {
        if let error = record.error {
            throw ImportError(.invalidHeader, "The header cannot be read: \(error.message)", row: error.row, column: error.column)
        }
        titles = record.texts.map { String($0.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
        columns = try Self.understand(titles, mapping, row: record.row)
        guard columns.contains(.email) else { throw Self.missingEmail(titles, row: record.row) }
    }

    /// Which field of a record holds the column.
    func index(of column: ImportColumn) -> Int? {
        columns.firstIndex(of: column)
    }

    private static func understand(_ titles: [String], _ mapping: [String: String], row: Int) throws(ImportError) -> [ImportColumn] {
        let wanted = Dictionary(mapping.map { (ImportColumn.canonical($0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
        let canonical = titles.map(ImportColumn.canonical)
        var columns = [ImportColumn?](repeating: nil, count: titles.count)
        for (index, title) in canonical.enumerated() {
            if let target = wanted[title] { columns[index] = try mapped(target, index, row: row) }
        }
        for column in ImportColumn.fixed {
            claim(column, [column.name], canonical, &columns)
            for synonym in column.synonyms { claim(column, [synonym], canonical, &columns) }
        }
        for index in titles.indices where columns[index] == nil { columns[index] = remaining(titles[index], canonical[index]) }
        let understood = columns.map { $0 ?? .ignored }
        try refuseRepeats(understood, titles, row: row)
        return understood
    }

    /// Gives the column its meaning, unless another column has it; an exact name comes before a synonym.
    private static func claim(_ column: ImportColumn, _ names: [String], _ canonical: [String], _ columns: inout [ImportColumn?]) {
        guard names == [column.name] || !columns.contains(column) else { return }
        for index in canonical.indices where columns[index] == nil && names.contains(canonical[index]) {
            columns[index] = column
            if names != [column.name] { return }
        }
    }

    private static func mapped(_ target: String, _ index: Int, row: Int) throws(ImportError) -> ImportColumn {
        if target.isEmpty { return .ignored }
        if let fixed = ImportColumn.fixed.first(where: { $0.name == target }) { return fixed }
        let key = target.hasPrefix("attributes.") ? String(target.dropFirst("attributes.".count)) : target
        guard AttributeKey.isValid(key) else {
            throw ImportError(.invalidHeader, "'\(target)' is no column and no name of an attribute", row: row, column: index + 1)
        }
        return .attribute(key)
    }

    private static func remaining(_ title: String, _ canonical: String) -> ImportColumn {
        guard !ImportColumn.exportOnly.contains(canonical), let key = AttributeKey.fromHeader(title) else { return .ignored }
        return .attribute(key)
    }

    private static func refuseRepeats(_ columns: [ImportColumn], _ titles: [String], row: Int) throws(ImportError) {
        var first: [String: Int] = [:]
        for (index, column) in columns.enumerated() where column != .ignored {
            if let other = first[column.name] {
                let message =
                    "Columns \(other + 1) and \(index + 1) ('\(shown(titles[other]))', '\(shown(titles[index]))') both mean \(column.name)"
                throw ImportError(.invalidHeader, message, row: row, column: index + 1)
            }
            first[column.name] = index
        }
        let attributes = columns.count { if case .attribute = $0 { true } else { false } }
        if attributes > ContactLimits.attributes {
            throw ImportError(
                .invalidHeader,
                "The file has \(attributes) attributes, at most \(ContactLimits.attributes) are kept",
                row: row
            )
        }
    }

    private static func missingEmail(_ titles: [String], row: Int) -> ImportError {
        let seen = titles.prefix(shownTitles).map { "'\(shown($0))'" }.joined(separator: ", ")
        let more = titles.count > shownTitles ? " and \(titles.count - shownTitles) more" : ""
        return ImportError(
            .missingEmailColumn,
            "No column is named email. The first line must name the columns; it has: \(seen)\(more)",
            row: row
        )
    }

    private static func shown(_ title: String) -> String {
        title.count > shownCharacters ? title.prefix(shownCharacters) + "…" : title
    }
}
