import CommTesting
import Foundation
import Logging

@testable import CommCore

/// A folder of migrations made for one test.
struct MigrationFiles {
    let path: String

    init(_ files: [String: String]) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "migrations-\(UUID().uuidString)").path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try write(name, text) }
    }

    func write(_ name: String, _ text: String) throws {
        try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path + "/" + name)
    }

    func removeAll() {
        do { try FileManager.default.removeItem(atPath: path) } catch {}
    }

    func migrator(url: String) -> Migrator {
        Migrator(url: url, folder: path, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}
