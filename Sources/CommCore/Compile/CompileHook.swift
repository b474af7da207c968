/// Something a deployment adds before and after the stages.
///
/// A hook that throws does not stop the others; it is reported as the warning `hook_failed`.
package struct CompileHook: Sendable {
    /// Appears in reports.
    package var name: String
    /// May change the source and give warnings.
    package var before: (@Sendable (inout TemplateSource, CompileOptions) throws -> [CompileIssue])?
    /// Sees the result and may give warnings.
    package var after: (@Sendable (CompiledTemplate) throws -> [CompileIssue])?

    package init(
        name: String,
        before: (@Sendable (inout TemplateSource, CompileOptions) throws -> [CompileIssue])? = nil,
        after: (@Sendable (CompiledTemplate) throws -> [CompileIssue])? = nil
    ) {
        self.name = name
        self.before = before
        self.after = after
    }
}
