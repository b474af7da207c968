/// The statements that one connection has prepared, the least recently used forgotten first.
struct StatementCache {
    /// Text and parameter types: the same text may be bound with other types.
    struct Key: Hashable {
        var text: String
        var types: [UInt32]
    }

    struct Statement {
        var name: String
        /// Known after the first execution.
        var columns: PostgresColumns?
        fileprivate var lastUse: Int
    }

    private static let capacity = 200
    private var statements: [Key: Statement] = [:]
    private var clock = 0
    /// Names that the server still holds and that should be deallocated in passing.
    private(set) var discarded: [String] = []

    /// A statement prepared before.
    mutating func find(_ key: Key) -> Statement? {
        guard let index = statements.index(forKey: key) else { return nil }
        clock += 1
        statements.values[index].lastUse = clock
        return statements.values[index]
    }

    /// A name for a statement about to be prepared.
    mutating func newName() -> String {
        clock += 1
        return "s\(clock)"
    }

    /// Remembers a statement that the server has prepared.
    mutating func insert(_ key: Key, name: String) {
        if statements.count >= Self.capacity, let oldest = statements.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            remove(oldest.key)
        }
        clock += 1
        statements[key] = Statement(name: name, columns: nil, lastUse: clock)
    }

    /// Remembers a statement's columns.
    mutating func update(_ key: Key, columns: PostgresColumns) {
        statements[key]?.columns = columns
    }

    /// Forgets a statement.
    mutating func remove(_ key: Key) {
        if let statement = statements.removeValue(forKey: key) { discarded.append(statement.name) }
    }

    /// Forgets everything: the server has (`DEALLOCATE ALL`, `DISCARD ALL`).
    mutating func removeAll() {
        statements = [:]
        discarded = []
    }

    /// Notes that the server does not hold a name any more.
    mutating func clearDiscarded(_ name: String) {
        discarded.removeAll { $0 == name }
    }

    var count: Int { statements.count }
}
