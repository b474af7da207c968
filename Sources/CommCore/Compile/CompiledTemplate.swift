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
