import CommCore
import Foundation

/// Shows mails before and after compiling in a browser and tells what differs.
struct MailComparison {
    /// A mail in both forms.
    struct Pair {
        let name: String
        let source: String
        let compiled: String
    }

    /// What the page found out about one mail.
    struct Result: Decodable {
        let name: String
        /// Elements that were compared.
        let elements: Int
        /// Comparisons under a state such as `:hover`.
        let states: Int
        /// All differences, told or not.
        let total: Int
        let differences: [StyleDifference]

        /// The differences as lines.
        var summary: String {
            let rest = total > differences.count ? ["… and \(total - differences.count) more"] : []
            return ([name] + differences.map { "  \($0)" } + rest).joined(separator: "\n")
        }
    }

    private struct Answer: Decodable {
        let results: [Result]
        let error: String?
    }

    private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Page")

    /// Compiles a mail as the API does, with everything that may change its look or its links switched on.
    static func pair(_ name: String, _ source: String) throws -> Pair {
        let options = CompileOptions(
            campaignID: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
            utm: UTMOptions(policy: .append)
        )
        // Compiled mails are shown with their merge tags written in one way; the source is given the same, as its text has a width.
        let source = source.replacing(/\{\{\s*([^{}|]*?)\s*(?:\|\s*([^{}]*?)\s*)?\}\}/) { tag in
            "{{\(tag.1)\(tag.2.map { "|" + $0 } ?? "")}}"
        }
        let compiled = try CompilePipeline().compile(TemplateSource(subject: "A mail", html: source, text: nil), options: options)
        return Pair(name: name, source: source, compiled: compiled.html ?? "")
    }

    /// Compares the mails in one run of the browser.
    static func compare(_ pairs: [Pair], scheme: Chromium.ColorScheme = .light) async throws -> [Result] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "comm-browser-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for file in ["compare.html", "compare.js"] {
            try FileManager.default.copyItem(at: page.appending(path: file), to: folder.appending(path: file))
        }
        var cases: [[String: String]] = []
        for (number, pair) in pairs.enumerated() {
            let entry = ["name": pair.name, "source": "\(number)-source.html", "compiled": "\(number)-compiled.html"]
            try write(pair.source, to: folder.appending(path: "\(number)-source.html"))
            try write(pair.compiled, to: folder.appending(path: "\(number)-compiled.html"))
            cases.append(entry)
        }
        try (Data("const cases = ".utf8) + JSONEncoder().encode(cases)).write(to: folder.appending(path: "cases.js"))
        let page = try await Chromium().document(of: folder.appending(path: "compare.html"), in: folder, scheme: scheme)
        return try results(in: page, count: pairs.count)
    }

    /// With a byte order mark, so that the browser takes it for UTF-8 whatever the mail says or does not say.
    private static func write(_ html: String, to file: URL) throws {
        try Data([0xEF, 0xBB, 0xBF] + Array(html.utf8)).write(to: file)
    }

    private static func results(in page: String, count: Int) throws -> [Result] {
        guard let match = page.firstMatch(of: /<pre id="answer">([^<]+)<\/pre>/), let json = match.1.removingPercentEncoding else {
            throw Chromium.Failure(description: "the page was not done: \(page.suffix(500))")
        }
        let answer = try JSONDecoder().decode(Answer.self, from: Data(json.utf8))
        if let error = answer.error { throw Chromium.Failure(description: error) }
        guard answer.results.count == count else { throw Chromium.Failure(description: "\(answer.results.count) results of \(count)") }
        return answer.results
    }
}
