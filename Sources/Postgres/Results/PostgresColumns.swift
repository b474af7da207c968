import CLibPQ

/// The names and types of a statement's columns; shared by all its results.
final class PostgresColumns: Sendable {
    let names: [String]
    let types: [UInt32]
    private let indexes: [String: Int]

    init(result: OpaquePointer) {
        let range = 0..<PQnfields(result)
        names = range.map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
        types = range.map { PQftype(result, $0) }
        indexes = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func index(of name: String) -> Int? {
        indexes[name]
    }
}
