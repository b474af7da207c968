import Postgres

/// Conditions on an attribute, taken by the name that merge tags have for it.
///
/// Comparing with a number finds numbers only, comparing with a date finds texts that begin like one; everything else is about the
/// attribute as text.
struct AttributeFilterSQL {
    let key: String

    func condition(_ comparison: FilterOperator, _ value: FilterValue) -> SQL {
        let text = AttributeSQL.text(key, of: "c.attributes")
        return switch (comparison, value) {
        case (.is, .number(let number)): compare("=", number)
        case (.isNot, .number(let number)): FilterSQL.negation(compare("=", number))
        case (.is, .flag(let flag)): "(\(sql: text)) = \(flag ? "true" : "false")"
        case (.isNot, .flag(let flag)): FilterSQL.negation("(\(sql: text)) = \(flag ? "true" : "false")")
        case (.lessThan, .number(let number)): compare("<", number)
        case (.atMost, .number(let number)): compare("<=", number)
        case (.moreThan, .number(let number)): compare(">", number)
        case (.atLeast, .number(let number)): compare(">=", number)
        case (_, .numbers(let low, let high)): "(\(sql: compare(">=", low)) AND \(sql: compare("<=", high)))"
        case (.before, .date(let date)): day("<", date)
        case (.after, .date(let date)): day(">", date)
        default: TextFilterSQL(column: "(\(sql: text))").condition(comparison, value)
        }
    }

    private func compare(_ sign: String, _ number: Double) -> SQL {
        let text = AttributeSQL.text(key, of: "c.attributes")
        // Within CASE, so that no other text is ever read as a number.
        return """
            (CASE WHEN (\(sql: text)) ~ '^-?[0-9]{1,30}(\\.[0-9]{1,30})?$' THEN (\(sql: text))::numeric \(raw: sign) \(number)::float8::numeric \
            ELSE false END)
            """
    }

    private func day(_ sign: String, _ date: FilterDate) -> SQL {
        let text = AttributeSQL.text(key, of: "c.attributes")
        let day = String(date.text.prefix(10))
        return """
            ((\(sql: text)) ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' \
            AND left((\(sql: text)), 10) COLLATE "C" \(raw: sign) \(day)::text COLLATE "C")
            """
    }
}
