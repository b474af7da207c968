import Postgres

/// How SQL takes a contact's attribute by the name that merge tags have for it.
enum AttributeSQL {
    /// The attribute's text.
    ///
    /// A name with points is first one attribute's name, and else a path into an object or list.
    static func text(_ key: String, of attributes: SQL) -> SQL {
        guard key.contains(".") else { return "\(sql: attributes) ->> \(key)" }
        let path = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        return "coalesce(\(sql: attributes) ->> \(key), \(sql: attributes) #>> \(path)::text[])"
    }

    /// The same for a name that is itself an expression.
    static func text(named key: SQL, of attributes: SQL) -> SQL {
        "coalesce(\(sql: attributes) ->> \(sql: key), \(sql: attributes) #>> string_to_array(\(sql: key), '.'))"
    }

    /// Whether there is such an attribute.
    static func exists(named key: SQL, of attributes: SQL) -> SQL {
        "(\(sql: attributes) ? \(sql: key) OR strpos(\(sql: key), '.') > 0 AND \(sql: attributes) #> string_to_array(\(sql: key), '.') IS NOT NULL)"
    }
}
