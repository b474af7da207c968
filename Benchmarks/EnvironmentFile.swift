import Foundation

/// Files of `NAME='value'` lines, as the scripts write them.
enum EnvironmentFile {
    static func read(_ file: URL) throws -> [String: String] {
        var settings: [String: String] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            guard let equals = line.firstIndex(of: "="), !line.hasPrefix("#") else { continue }
            let value = line[line.index(after: equals)...]
            settings[String(line[..<equals])] = value.trimmingCharacters(in: CharacterSet(charactersIn: "'"))
        }
        return settings
    }
}

extension [String: String] {
    /// The value, or an error that names the setting.
    func required(_ name: String) throws -> String {
        guard let value = self[name] else { throw BenchError("the setting \(name) is missing") }
        return value
    }
}

/// Why a measure could not be taken.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
