import ArgumentParser
import CommCore
import Foundation
import Testing

@testable import commctl

@Suite("commctl compile")
struct CompileCommandTests {
    private let mail = """
        <style>p{color:red}p:hover{color:blue}</style>
        <p>Dear {{name|reader}}, <a href="https://e.test/?c={{city}}">look</a> or <a href="{{unsubscribe_url}}">leave</a></p>

        """

    private func run(_ arguments: [String], _ html: String? = nil, contact: String? = nil) throws -> CompileCommand.Outcome {
        let command = try CompileCommand.parse(["-"] + arguments)
        return command.outcome(of: Array((html ?? mail).utf8), contact: try contact.map { try PreviewContact(Data($0.utf8)) })
    }

    private func output(_ arguments: [String], _ html: String? = nil, contact: String? = nil) throws -> String {
        guard case .done(let text) = try run(arguments, html, contact: contact) else {
            Issue.record("refused: \(try run(arguments, html, contact: contact))")
            return ""
        }
        return text
    }

    private func refusals(_ arguments: [String], _ html: String) throws -> [CompileIssue] {
        reasons(try run(arguments, html))
    }

    private func reasons(_ outcome: CompileCommand.Outcome) -> [CompileIssue] {
        if case .refused(let issues) = outcome { issues } else { [] }
    }

    @Test func `it prints the HTML with styles inlined, merge tags as they are and links led through the tracking domain`() throws {
        let html = try output([])
        #expect(html.contains(#"<p style="color:red">Dear {{name|reader}}, "#))
        #expect(html.contains("/c/TRACK_TOKEN_00000000-0000-0000-0000-000000000000_0\">look</a>"))
        #expect(html.contains(#"<a href="{{unsubscribe_url}}">"#))
        #expect(html.hasSuffix("</p>\n"))
    }

    @Test func `without tracking links lead to their targets, with campaign parameters if there are any`() throws {
        #expect(try output(["--no-tracking"]).contains(#"href="https://e.test/?c={{city}}""#))
        let tagged = try output(["--no-tracking", "--utm", "source=news", "--utm", "utm_term=a b"])
        #expect(tagged.contains("utm_source=news"))
        #expect(tagged.contains("utm_term=a%20b"))
        #expect(tagged.contains("utm_medium=email"))
    }

    @Test func `preheader and pixel are added when asked for`() throws {
        let html = try output(["--preheader", "News & {{name}}", "--pixel"])
        #expect(html.contains("News &amp; {{name}}</div>"))
        #expect(html.contains("/o/TRACK_TOKEN_"))
        #expect(try output([]).contains("/o/") == false)
    }

    @Test func `the text part and the report can be had instead`() throws {
        #expect(try output(["--text"]).hasPrefix("Dear {{name|reader}}, look (https://"))
        let report = try output(["--report"])
        let object = try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any]
        #expect(object?["fields"] as? [String] == ["attributes.city", "name"])
        #expect((object?["links"] as? [Any])?.count == 2)
        #expect((object?["metrics"] as? [String: Any])?["html_size"] as? Int == mail.utf8.count)
    }

    @Test func `a preview is the mail of one contact, escaped, with links that lead straight to their targets`() throws {
        let contact = #"{"id": 7, "name": "<Ann>", "email": null, "attributes": {"city": "Rīga", "age": 7, "none": null}}"#
        let html = try output(["--preview", "c.json"], contact: contact)
        #expect(html.contains("Dear &lt;Ann&gt;, <a href=\"https://e.test/?c=R%C4%ABga\">"))
        #expect(!html.contains("{{"))
        let text = try output(["--preview", "c.json", "--text"], "<p>{{name|reader}} {{age}} {{none|nothing}}</p>", contact: contact)
        #expect(text.hasPrefix("<Ann> 7 nothing"))
        #expect(try output(["--preview", "c.json"], contact: "{}").contains("Dear reader, "))
    }

    @Test(arguments: ["[]", "{", #"{"name": 1}"#, #"{"attributes": []}"#]) func `what is no contact is said to be none`(json: String) {
        #expect(throws: (any Error).self) { try PreviewContact(Data(json.utf8)) }
    }

    @Test func `a template beyond a limit is refused with reasons`() throws {
        #expect(try refusals(["--max-bytes", "10"], mail).map(\.code) == ["html_size_exceeded"])
        #expect(try refusals(["--max-nodes", "2"], mail).map(\.code) == ["dom_nodes_exceeded"])
        #expect(try refusals([], " \n").map(\.code) == ["missing_body"])
    }

    @Test func `more than four times the limit is not even read`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "commctl-compile-\(UUID().uuidString).html")
        try Data(repeating: 0x61, count: 41).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let command = try CompileCommand.parse([file.path, "--max-bytes", "10"])
        #expect(try BoundedFile(file.path, limit: command.template.readingLimit).bytes() == nil)
        #expect(try BoundedFile(file.path, limit: 41).bytes()?.count == 41)
        #expect(reasons(command.outcome(of: nil, contact: nil)).map(\.code) == ["html_size_exceeded"])
    }

    @Test func `bytes that are not UTF-8 are refused`() throws {
        let outcome = try CompileCommand.parse(["-"]).outcome(of: [0x3C, 0xFF], contact: nil)
        #expect(reasons(outcome).map(\.code) == ["invalid_encoding"])
    }

    @Test func `what stands against sending refuses only a strict compilation`() throws {
        #expect(try refusals([], "<p>x</p>").isEmpty)
        #expect(try refusals(["--strict"], "<p>x</p>").map(\.code) == ["missing_unsubscribe_url"])
    }

    @Test(
        arguments: [
            [], ["-", "--utm", "colour=red"], ["-", "--utm", "source"], ["-", "--utm", "source="], ["-", "--max-bytes", "0"],
            ["-", "--max-nodes", "many"], ["-", "--text", "--report"], ["-", "--report", "--preview", "c.json"], ["-", "--preview", "-"],
        ]
    ) func `bad arguments are refused before anything is read`(arguments: [String]) {
        #expect(throws: (any Error).self) { try CompileCommand.parse(arguments) }
    }
}
