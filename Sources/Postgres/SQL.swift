/// A statement and the values bound to it.
///
/// Write SQL as a string literal; `\(value)` binds a value as `$n`, a nil optional binds NULL. Other pieces of SQL
/// come in by name only: `\(sql: …)` composes, `\(identifier: …)` quotes a name, `\(raw: …)` inserts trusted text.
///
/// A bound `String` behaves like a quoted literal: it takes the type of its surroundings. Where there are none
/// (`\(x) IS NULL`, `jsonb_build_object('a', \(x))`) say which: `\(x)::text`.
package struct SQL: Sendable {
    /// The texts around the values: always one more than there are values.
    private(set) var fragments: [String]
    private(set) var parameters: Parameters

    package init(raw text: String) {
        fragments = [text]
        parameters = Parameters()
    }

    private init() {
        self.init(raw: "")
    }

    /// The statement's text, with `$1`, `$2`… for the values.
    package var text: String {
        guard fragments.count > 1 else { return fragments.first ?? "" }
        var text = ""
        text.reserveCapacity(fragments.reduce(fragments.count * 4) { $0 + $1.utf8.count })
        for (index, fragment) in fragments.enumerated() {
            if index > 0 {
                text += "$"
                text += String(index)
            }
            text += fragment
        }
        return text
    }

    /// Whether there is nothing in it.
    package var isEmpty: Bool { fragments.count == 1 && fragments[0].isEmpty }

    package static func + (lhs: SQL, rhs: SQL) -> SQL {
        var sum = lhs
        sum.append(rhs)
        return sum
    }

    package static func += (lhs: inout SQL, rhs: SQL) {
        lhs.append(rhs)
    }

    /// The parts one after the other, with trusted text between them.
    package static func joined(_ parts: [SQL], separator: String) -> SQL {
        var joined = SQL()
        for (index, part) in parts.enumerated() {
            if index > 0 { joined.append(raw: separator) }
            joined.append(part)
        }
        return joined
    }
}

extension SQL {
    mutating func append(raw text: String) {
        fragments[fragments.count - 1] += text
    }

    mutating func append(_ other: SQL) {
        append(raw: other.fragments[0])
        fragments.append(contentsOf: other.fragments.dropFirst())
        parameters.append(other.parameters)
    }

    mutating func bind<Value: PostgresEncodable>(_ value: Value?) {
        parameters.append(value)
        fragments.append("")
    }
}
