import FoundationEssentials
import Postgres

/// Compiled content of messages: an artifact, and what it asks for.
struct MessageContent: Sendable {
    let artifactID: UUID
    /// What it asks of a recipient, in the order of the merge values.
    let fields: [String]
    var templateID: UUID?

    /// A recipient's values in the order of the fields.
    func values(of variables: [String: AttributeValue], address: String, language: String?) -> [String?] {
        fields.map { field in
            let name = field.hasPrefix("attributes.") ? String(field.dropFirst("attributes.".count)) : field
            if let value = variables[name] { return value.mergeText }
            switch field {
            case "email": return address
            case RenderProgram.languageField: return language
            default: return nil
            }
        }
    }
}

/// Compiles what messages say.
package struct MessageCompiler: Sendable {
    private let pipeline: CompilePipeline
    private let trackingBase: String

    /// - Parameter trackingBase: where tracked links lead.
    package init(pipeline: CompilePipeline, trackingBase: String) {
        self.pipeline = pipeline
        self.trackingBase = trackingBase
    }

    /// - Throws: `MessageError` with `contentRefused`.
    func compile(_ draft: MessageContentDraft, channel: Channel) throws -> (program: RenderProgram, report: CompileReport) {
        let isMail = channel == .email
        var options = CompileOptions(
            campaignID: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
            trackLinks: isMail && draft.tracksClicks,
            trackingBase: trackingBase,
            openPixel: isMail && draft.tracksOpens
        )
        if let language = draft.language { options.language = language }
        // The step wants a subject; a text message has none, and what stands here is not sent.
        let subject = draft.subject.flatMap { $0.isEmpty ? nil : $0 }
        let source = TemplateSource(subject: subject ?? channel.rawValue, html: draft.html, text: draft.text)
        do {
            let compiled = try pipeline.compile(source, options: options)
            var program = compiled.program
            if subject == nil { program.subject = [] }
            return (program, compiled.report)
        } catch let error as CompileError {
            throw MessageError(
                .contentRefused,
                "The content was refused",
                problems: error.issues.map { issue in
                    FieldProblem(field: Self.field(of: issue, isMail: isMail), code: issue.code, message: issue.message)
                }
            )
        }
    }

    private static func field(of issue: CompileIssue, isMail: Bool) -> String {
        switch issue.part {
        case .subject: "subject"
        case .html: "html"
        default: "body"
        }
    }
}

extension AttributeValue {
    /// As a merge value: texts as they are, other values as JSON; nil for null.
    var mergeText: String? {
        switch self {
        case .text(let text): text
        case .null: nil
        case .boolean(let value): value ? "true" : "false"
        case .number, .list, .object: (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
