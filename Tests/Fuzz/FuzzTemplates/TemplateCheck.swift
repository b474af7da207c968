import CommCore
import Foundation
import HTML

/// What has to hold of compiling and rendering a template, whatever the author wrote and whatever the contact's values are.
package enum TemplateCheck {
    /// Something that does not hold.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private static let harmless = "abcdefgh"
    private static let hostile = "\"'><script>x</script><img src=x onerror=y> {{name}} &\r\nBcc: x\u{1}"

    /// Runs the check; the first byte chooses the options, the rest is the HTML.
    package static func run(_ input: [UInt8]) throws {
        let choice = input.first ?? 0
        let html = String(decoding: input.dropFirst(), as: UTF8.self)
        let compiled: CompiledTemplate
        do {
            compiled = try CompilePipeline().compile(
                TemplateSource(subject: "News for {{name|you}}", html: html, text: nil),
                options: options(choice)
            )
        } catch is CompileError {
            return
        }
        let renderer = try PreviewRenderer(publicBase: "https://comm.test")
        let mails = try [harmless, hostile].map { value in
            try renderer.render(
                compiled.program,
                values: Dictionary(uniqueKeysWithValues: Set(compiled.program.fields).map { ($0, value) }),
                at: Date(timeIntervalSince1970: 0)
            )
        }
        guard mails.allSatisfy({ $0.subject.utf8.allSatisfy { $0 >= 0x20 } }) else {
            throw Failure(description: "a value broke out of the subject")
        }
        let outlines = try mails.map { try outline($0.html ?? "") }
        guard outlines[0] == outlines[1] else {
            throw Failure(description: "a value became markup: \(outlines[0]) → \(outlines[1]) of \(compiled.html ?? "")")
        }
        let runsCode = outlines[0].contains { element in
            element.split(separator: " ").first == "script"
                || element.split(separator: " ").dropFirst().contains { $0.hasPrefix("on") && $0.count > 2 }
        }
        if runsCode { throw Failure(description: "code was left: \(outlines[0])") }
    }

    private static func options(_ choice: UInt8) -> CompileOptions {
        CompileOptions(
            campaignID: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
            utm: UTMOptions(policy: choice & 1 == 0 ? .append : .override, term: "a b"),
            trackLinks: choice & 2 == 0,
            preheader: choice & 4 == 0 ? nil : "For {{name}} <now>",
            openPixel: choice & 8 != 0
        )
    }

    /// Each element with the names of its attributes.
    private static func outline(_ html: String) throws -> [String] {
        let limits = HTMLParseLimits(bytes: 16 << 20, tags: 100_000, memory: 128 << 20, milliseconds: 2_000)
        let document: HTMLDocument
        do {
            document = try HTMLDocument(Array(html.utf8), limits: limits)
        } catch {
            throw Failure(description: "the mail cannot be parsed: \(error)")
        }
        return document.elements.map { _, element in
            ([element.name] + (element.tag?.attributes.map(\.name) ?? [])).joined(separator: " ")
        }
    }
}
