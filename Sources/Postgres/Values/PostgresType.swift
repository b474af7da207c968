/// A data type as the wire protocol names it.
package struct PostgresType: Sendable, Hashable {
    /// The type's object identifier (`pg_type.oid`).
    package var oid: UInt32
    /// The object identifier of the array of this type; 0 if there is none.
    package var arrayOID: UInt32
    /// Whether a single parameter is announced with its type and sent in binary.
    ///
    /// Text is not: like a quoted literal in SQL it takes the type of its surroundings (`uuid`, `inet`, an enum).
    var isAnnounced: Bool

    init(oid: UInt32, arrayOID: UInt32, isAnnounced: Bool = true) {
        self.oid = oid
        self.arrayOID = arrayOID
        self.isAnnounced = isAnnounced
    }
}

// `pg_type.dat`: these identifiers are fixed for all servers.
extension PostgresType {
    package static let bool = PostgresType(oid: 16, arrayOID: 1000)
    package static let bytea = PostgresType(oid: 17, arrayOID: 1001)
    package static let int8 = PostgresType(oid: 20, arrayOID: 1016)
    package static let int2 = PostgresType(oid: 21, arrayOID: 1005)
    package static let int4 = PostgresType(oid: 23, arrayOID: 1007)
    package static let text = PostgresType(oid: 25, arrayOID: 1009, isAnnounced: false)
    package static let float4 = PostgresType(oid: 700, arrayOID: 1021)
    package static let float8 = PostgresType(oid: 701, arrayOID: 1022)
    package static let timestamptz = PostgresType(oid: 1184, arrayOID: 1185)
    package static let uuid = PostgresType(oid: 2950, arrayOID: 2951)
    package static let jsonb = PostgresType(oid: 3802, arrayOID: 3807)
}

/// Object identifiers that only decoding needs.
enum TypeOID {
    static let char: UInt32 = 18
    static let name: UInt32 = 19
    static let oid: UInt32 = 26
    static let json: UInt32 = 114
    static let xid: UInt32 = 28
    static let cidr: UInt32 = 650
    static let inet: UInt32 = 869
    static let bpchar: UInt32 = 1042
    static let varchar: UInt32 = 1043
    static let date: UInt32 = 1082
    static let timestamp: UInt32 = 1114
    static let numeric: UInt32 = 1700
    static let unknown: UInt32 = 705
    static let void: UInt32 = 2278
    /// The first identifier that a server gives to types made by its users (enums, domains, extensions).
    static let firstUserDefined: UInt32 = 16384

    /// The name to put into an error message.
    static func name(of oid: UInt32) -> String {
        let names: [UInt32: String] = [
            16: "boolean", 17: "bytea", 18: "char", 19: "name", 20: "bigint", 21: "smallint", 23: "integer", 25: "text", 26: "oid",
            114: "json", 650: "cidr", 700: "real", 701: "double precision", 869: "inet", 1042: "character", 1043: "varchar",
            1082: "date", 1114: "timestamp", 1184: "timestamptz", 1186: "interval", 1700: "numeric", 2278: "void", 2950: "uuid",
            3802: "jsonb", 1000: "boolean[]", 1001: "bytea[]", 1005: "smallint[]", 1007: "integer[]", 1009: "text[]",
            1016: "bigint[]", 1022: "double precision[]", 1185: "timestamptz[]", 2951: "uuid[]", 3807: "jsonb[]",
        ]
        return names[oid] ?? "type \(oid)"
    }
}
