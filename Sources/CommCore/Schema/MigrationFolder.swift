import FoundationEssentials

/// Reads the migrations from a folder of files `NNNN_name.sql`.
package enum MigrationFolder {
    /// All migrations in order; files that do not end in `.sql` are left alone.
    ///
    /// - Throws: `SchemaError` with `unreadable`, `badName`, `duplicate` or `gap`.
    package static func read(_ path: String) throws -> [Migration] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".sql") }.sorted()
        } catch {
            throw SchemaError(.unreadable, "the migrations folder \(path) cannot be read")
        }
        guard !names.isEmpty else { throw SchemaError(.unreadable, "the folder \(path) holds no migrations") }
        let migrations = try names.map { try read(file: $0, in: path) }
        for (index, migration) in migrations.enumerated() where migration.version != index + 1 {
            if index > 0, migrations[index - 1].version == migration.version {
                throw SchemaError(.duplicate, "\(migrations[index - 1].fileName) and \(migration.fileName) have the same number")
            }
            throw SchemaError(.gap, "migration number \(index + 1) is missing before \(migration.fileName)")
        }
        return migrations
    }

    private static func read(file: String, in path: String) throws -> Migration {
        guard let (version, name) = parse(file) else {
            throw SchemaError(.badName, "\(file) is not named NNNN_name.sql (four digits; small letters, digits and _)")
        }
        guard let data = FileManager.default.contents(atPath: path + "/" + file), let text = String(validating: data, as: UTF8.self) else {
            throw SchemaError(.unreadable, "\(file) cannot be read as UTF-8 text")
        }
        return Migration(version: version, name: name, text: text)
    }

    /// The parts of `0012_more_tables.sql`; nil for any other form.
    static func parse(_ file: String) -> (version: Int, name: String)? {
        guard file.hasSuffix(".sql") else { return nil }
        let bytes = Array(file.utf8.dropLast(4))
        let (digits, rest) = (bytes.prefix(4), bytes.dropFirst(4))
        guard digits.count == 4, digits.allSatisfy(isDigit), rest.first == UInt8(ascii: "_"), rest.count > 1 else { return nil }
        let name = rest.dropFirst()
        guard name.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }) else {
            return nil
        }
        guard let version = Int(String(decoding: digits, as: UTF8.self)), version > 0 else { return nil }
        return (version, String(decoding: name, as: UTF8.self))
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
