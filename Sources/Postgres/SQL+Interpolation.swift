extension SQL: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) {
        self.init(raw: value)
    }

    package init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql = SQL(raw: "")

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: String) {
            sql.append(raw: literal)
        }

        /// Binds a value.
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value) {
            sql.bind(value)
        }

        /// Binds a value, or NULL.
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            sql.bind(value)
        }

        /// Inserts another piece of SQL with its values.
        package mutating func appendInterpolation(sql other: SQL) {
            sql.append(other)
        }

        /// Inserts text as it is: never anything that came from outside.
        package mutating func appendInterpolation(raw text: String) {
            sql.append(raw: text)
        }

        /// Inserts a quoted name.
        package mutating func appendInterpolation(identifier name: String) {
            sql.append(raw: SQL.quoted(identifier: name))
        }
    }

    /// A name in double quotes, safe to stand in a statement.
    package static func quoted(identifier name: String) -> String {
        var quoted = "\""
        for character in name.unicodeScalars where character != "\0" {
            quoted += character == "\"" ? "\"\"" : String(character)
        }
        return quoted + "\""
    }

    /// Text in single quotes, safe to stand where no value can be bound (`SET`, `CREATE DATABASE`).
    package static func quoted(literal text: String) -> String {
        var quoted = text.contains("\\") ? " E'" : "'"
        for character in text.unicodeScalars where character != "\0" {
            switch character {
            case "'": quoted += "''"
            case "\\": quoted += "\\\\"
            default: quoted.unicodeScalars.append(character)
            }
        }
        return quoted + "'"
    }
}
