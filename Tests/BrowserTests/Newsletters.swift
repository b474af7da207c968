import Foundation

/// The mails that are checked: our own beside this file, and those of a folder that is not part of the repository.
enum Newsletters {
    private static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    /// Our own, each standing for a kind of mail.
    static let own = ["blocks", "conditional", "dark", "framework", "languages", "broken"]

    /// The text of one of our own.
    static func own(_ name: String) throws -> String {
        try String(contentsOf: here.appending(path: "Fixtures/\(name).html"), encoding: .utf8)
    }

    /// Files of the folder that COMM_NEWSLETTERS names, else of ../shared/data/newsletters beside the repository where there is one.
    static func others() throws -> [URL] {
        let named = ProcessInfo.processInfo.environment["COMM_NEWSLETTERS"].flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0) }
        let usual = here.appending(path: "../../../shared/data/newsletters").standardized
        guard let folder = named ?? (FileManager.default.fileExists(atPath: usual.path) ? usual : nil) else { return [] }
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        let mails = files.filter { ["html", "htm"].contains($0.pathExtension) }.sorted { $0.path < $1.path }
        guard !mails.isEmpty else { throw Chromium.Failure(description: "there is no HTML file in \(folder.path)") }
        return mails
    }
}
