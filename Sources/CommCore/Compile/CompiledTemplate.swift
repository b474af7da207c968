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
            links: context.links,
            language: context.usesLanguage ? context.options.language : nil,
            trackingBase: context.options.ownTrackingBase
        )
        let base = context.options.ownTrackingBase ?? context.options.trackingBase
        let shown = ShownProgram(program: program, base: base, campaignID: context.options.campaignID)
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
