import Foundation
import Testing

@testable import CommCore

/// What the tests of compiling share.
enum CompileFixture {
    static let campaignID = UUID(uuid: (0xCA, 0x4D, 0xA1, 0x60, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1))

    /// The newsletters beside this file.
    static let newsletters = ["autumn-letter", "fragment", "product-grid"]

    /// The text of one of the newsletters.
    static func newsletter(_ name: String) throws -> String {
        try file("\(name).html")
    }

    /// The text of a file of the fixtures.
    static func file(_ name: String, besides source: String = #filePath) throws -> String {
        let folder = URL(fileURLWithPath: source).deletingLastPathComponent().appendingPathComponent("Fixtures")
        return try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    /// Options that leave links alone unless asked otherwise.
    static func options(
        track: Bool = false,
        utm: UTMOptions = UTMOptions(),
        change: (inout CompileOptions) -> Void = { _ in }
    ) -> CompileOptions {
        var options = CompileOptions(campaignID: campaignID, utm: utm, trackLinks: track, trackingBase: "https://t.test")
        change(&options)
        return options
    }

    /// Compiles HTML.
    static func compile(_ html: String?, text: String? = nil, subject: String = "S", _ options: CompileOptions? = nil) throws
        -> CompiledTemplate
    {
        try CompilePipeline().compile(TemplateSource(subject: subject, html: html, text: text), options: options ?? self.options())
    }

    /// The codes that a refused template is refused with.
    static func refusals(_ html: String?, text: String? = nil, subject: String = "S", _ options: CompileOptions? = nil) -> [String] {
        do {
            _ = try compile(html, text: text, subject: subject, options)
            return []
        } catch let error as CompileError {
            return error.issues.map(\.code)
        } catch {
            return ["\(error)"]
        }
    }

    /// The recipient's HTML and text.
    static func rendered(_ compiled: CompiledTemplate, _ values: [String: String] = [:]) throws -> (
        html: String, text: String, subject: String
    ) {
        let renderer = try MessageRenderer(
            program: compiled.program,
            bases: try LinkBases(tracking: "https://t.test", publicBase: "https://p.test"),
            signer: LinkTokenSigner(key: try LinkTokenKey(id: "k", secret: Array(repeating: 1, count: 32)))
        )
        let content = try renderer.render(
            RecipientValues(
                tenantID: campaignID,
                campaignID: campaignID,
                contactID: campaignID,
                messageID: campaignID,
                issuedAt: Date(timeIntervalSince1970: 1_767_225_600),
                values: compiled.program.fields.map { values[$0] }
            )
        )
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        return (text(content.html ?? []), text(content.text), text(content.subject))
    }
}
