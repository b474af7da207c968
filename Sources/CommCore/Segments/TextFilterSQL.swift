import Postgres

/// Conditions on a column of text: whole values as they are written, parts of them in any case.
struct TextFilterSQL {
    let column: SQL
    /// The column is kept in lower case.
    var isLowered = false

    func condition(_ comparison: FilterOperator, _ value: FilterValue) -> SQL {
        switch (comparison, value) {
        case (.isEmpty, _): "coalesce(\(sql: column), '') = ''"
        case (.isNotEmpty, _): "\(sql: column) <> ''"
        case (.isNot, .text(let text)): FilterSQL.negation("\(sql: column) = \(whole(text))")
        case (.contains, .text(let text)): contains(text)
        case (.notContains, .text(let text)): FilterSQL.negation(contains(text))
        case (.startsWith, .text(let text)): "starts_with(\(sql: lowered), lower(\(text)::text))"
        case (.endsWith, .text(let text)): "right(\(sql: lowered), length(\(text)::text)) = lower(\(text)::text)"
        case (.anyOf, .texts(let texts)): anyOf(texts)
        case (.noneOf, .texts(let texts)): FilterSQL.negation(anyOf(texts))
        case (_, .text(let text)): "\(sql: column) = \(whole(text))"
        default: "false"
        }
    }

    private func contains(_ text: String) -> SQL {
        "strpos(\(sql: lowered), lower(\(text)::text)) > 0"
    }

    private func anyOf(_ texts: [String]) -> SQL {
        texts.count == 1 ? "\(sql: column) = \(whole(texts[0]))" : "\(sql: column) = ANY (\(texts.map(whole))::text[])"
    }

    private func whole(_ text: String) -> String { isLowered ? text.lowercased() : text }

    private var lowered: SQL { isLowered ? column : "lower(\(sql: column))" }
}
