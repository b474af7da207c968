import Foundation

/// The inputs that fuzzing begins with: files of Tests/Fuzz/corpus, among them every input that once found something.
enum Corpus {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../corpus").standardized

    /// The files of one check, by name.
    static func inputs(_ check: String) throws -> [(name: String, bytes: [UInt8])] {
        let files = try FileManager.default.contentsOfDirectory(at: folder.appending(path: check), includingPropertiesForKeys: nil)
        return try files.sorted { $0.path < $1.path }.map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
    }
}
