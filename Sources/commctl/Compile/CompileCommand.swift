import ArgumentParser
import CommCore
import Foundation

/// Compiles a template without any store: for trying, scripting and testing.
struct CompileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile",
        abstract: "Compiles a template as the API does, and prints what a recipient would get.",
        discussion: """
            Needs no database and no settings. Merge tags stay as they are and tracked links are shown as \
            https://tracking.invalid/c/TRACK_TOKEN_…; --preview fills in a contact's values and shows where links lead.

            Ends with 1 when the template is refused; each reason is a line "LINE:COLUMN CODE MESSAGE" on standard error, \
            with "-" in place of "LINE:COLUMN" where it has none.
            """
    )

    @Argument(help: ArgumentHelp("The template's HTML; - is standard input.", valueName: "file|-"))
    var file: String

    @Flag(help: "Print the text part instead of the HTML.")
    var text = false

    @Flag(help: "Print the report as JSON instead of the HTML: sizes, links, fields, warnings and what stands against sending.")
    var report = false

    @OptionGroup var template: TemplateArguments

    @Option(help: ArgumentHelp("Render for this contact, a JSON object as in the API.", valueName: "contact.json"))
    var preview: String?

    @Flag(help: "Refuse also what compiles and may not be sent, such as a mail without an unsubscribe link.")
    var strict = false

    func validate() throws {
        if text, report { throw ValidationError("--text and --report exclude each other") }
        if report, preview != nil { throw ValidationError("--report is the same for every contact: leave out --preview") }
        if file == "-", preview == "-" { throw ValidationError("only one of the template and the contact can come from standard input") }
    }

    func run() throws {
        let contact = try preview.map {
            try PreviewContact(try BoundedFile($0, limit: PreviewContact.largestFile).bytes().map { Data($0) })
        }
        switch outcome(of: try BoundedFile(file, limit: template.readingLimit).bytes(), contact: contact) {
        case .done(let output): FileHandle.standardOutput.write(Data(output.utf8))
        case .refused(let issues):
            FileHandle.standardError.write(Data(issues.map { $0.reason + "\n" }.joined().utf8))
            throw ExitCode.failure
        }
    }

    /// How a compilation ends.
    enum Outcome: Equatable {
        /// What goes to standard output.
        case done(String)
        case refused([CompileIssue])
    }

    /// Compiles what was read; nil when it was too much to be read.
    func outcome(of bytes: [UInt8]?, contact: PreviewContact?) -> Outcome {
        guard let bytes else { return .refused([template.oversized]) }
        guard let html = String(validating: bytes, as: UTF8.self) else {
            return .refused([CompileIssue("invalid_encoding", "The template is not UTF-8", part: .html)])
        }
        do {
            let compiled = try CompilePipeline().compile(template.source(html), options: template.options)
            if strict, !compiled.report.blockers.isEmpty { return .refused(compiled.report.blockers) }
            return .done(try output(compiled, contact))
        } catch let error as CompileError {
            return .refused(error.issues)
        } catch {
            return .refused([CompileIssue("render_failed", "\(error)")])
        }
    }

    private func output(_ compiled: CompiledTemplate, _ contact: PreviewContact?) throws -> String {
        if report { return try Self.json(compiled.report) }
        guard let contact else { return text ? compiled.text : compiled.html ?? "" }
        let mail = try contact.render(compiled.program)
        return text ? mail.text : mail.html ?? ""
    }

    /// With the names that the API uses.
    private static func json(_ report: CompileReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
    }
}

extension CompileIssue {
    /// The issue as one line: place, code, message.
    fileprivate var reason: String {
        let place = self.line.map { "\($0):\(column ?? 1)" } ?? "-"
        return "\(place) \(code) \(message.split(whereSeparator: \.isNewline).joined(separator: " "))"
    }
}
