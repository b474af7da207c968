import FoundationEssentials

/// What compiling makes of a template: immutable, named by its content.
package struct CompiledTemplate: Codable, Sendable {
    package var program: RenderProgram
    /// The HTML for showing: merge tags as `{{…}}`, tracked links as `<tracking base>/c/TRACK_TOKEN_<campaign>_<index>`.
    package var html: String?
    /// The text part, likewise.
    package var text: String
    /// The subject, with merge tags.
    package var subject: String
    package var report: CompileReport
    /// SHA-256 over the program, in lower-case hexadecimal.
    package var hash: String
}

extension CompiledTemplate {
    /// The result of the stages.
    init(_ context: CompileContext) throws {
        let program = RenderProgram(
            fields: context.fields,
            subject: context.subject,
            html: context.html,
            text: context.text,
            links: context.links
        )
        let shown = ShownProgram(program: program, base: context.options.trackingBase, campaignID: context.options.campaignID)
        self.init(
            program: program,
            html: program.html.map(shown.text),
            text: shown.text(program.text),
            subject: shown.text(program.subject),
            report: context.report,
            hash: try program.contentHash()
        )
    }
}

/// Writes a program for people to look at.
private struct ShownProgram {
    let program: RenderProgram
    let base: String
    let campaignID: UUID

    func text(_ segments: [Segment]) -> String {
        segments.map(text).joined()
    }

    private func text(_ segment: Segment) -> String {
        switch segment {
        case .literal(let text): text
        case .field(let place, let fallback, _):
            fallback.isEmpty ? "{{\(key(place))}}" : "{{\(key(place))|\(fallback)}}"
        case .unsubscribeURL: "{{unsubscribe_url}}"
        case .webVersionURL: "{{web_version_url}}"
        case .trackedLink(let place): "\(base)/c/TRACK_TOKEN_\(campaignID.uuidString.lowercased())_\(program.links[place].index)"
        case .openPixelURL: "\(base)/o/TRACK_TOKEN_\(campaignID.uuidString.lowercased())"
        }
    }

    /// An attribute is shown by its bare key, unless that is the name of one of the contact's own fields.
    private func key(_ place: Int) -> String {
        let name = program.fields[place]
        guard let tag = MergeTag(String(name.trimmingPrefix("attributes."))), tag.name == .field(name) else { return name }
        return tag.key
    }
}
