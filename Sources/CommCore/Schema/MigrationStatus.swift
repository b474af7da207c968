import FoundationEssentials

/// Where one migration stands in one database.
package struct MigrationStatus: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case applied
        case pending
        /// Applied, and its file has another content today.
        case changed
        /// Applied, and there is no such file.
        case unknown
    }

    package let version: Int
    package let name: String
    package let state: State
    /// When it was applied, by the database's clock.
    package let appliedAt: Date?
}

/// A row of `schema_migrations`.
struct AppliedMigration: Sendable, Equatable {
    let version: Int
    let name: String
    let checksum: String
    let appliedAt: Date
}

extension MigrationStatus {
    /// Sets the folder against the database.
    static func compare(_ migrations: [Migration], _ applied: [AppliedMigration]) -> [MigrationStatus] {
        let rows = Dictionary(applied.map { ($0.version, $0) }, uniquingKeysWith: { first, _ in first })
        let known = migrations.map { migration in
            guard let row = rows[migration.version] else {
                return MigrationStatus(version: migration.version, name: migration.name, state: .pending, appliedAt: nil)
            }
            let isSame = row.checksum == migration.checksum
            return MigrationStatus(
                version: migration.version,
                name: migration.name,
                state: isSame ? .applied : .changed,
                appliedAt: row.appliedAt
            )
        }
        let versions = Set(migrations.map(\.version))
        let unknown = applied.filter { !versions.contains($0.version) }.map {
            MigrationStatus(version: $0.version, name: $0.name, state: .unknown, appliedAt: $0.appliedAt)
        }
        return (known + unknown).sorted { $0.version < $1.version }
    }

    /// The reason not to go on from here; nil if pending migrations may be applied.
    static func objection(to statuses: [MigrationStatus]) -> SchemaError? {
        var isBehind = false
        for status in statuses {
            switch status.state {
            case .changed:
                return SchemaError(
                    .changed,
                    "migration \(status.version) (\(status.name)) was edited after it had been applied; restore the file"
                )
            case .unknown:
                return SchemaError(
                    .unknown,
                    "the database has migration \(status.version) (\(status.name)), which this installation does not know; install the newer version"
                )
            case .pending:
                isBehind = true
            case .applied where isBehind:
                return SchemaError(.gap, "migration \(status.version) (\(status.name)) is applied, but one before it is not")
            case .applied:
                break
            }
        }
        return nil
    }
}
