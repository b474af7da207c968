/// Something a deployment adds before and after the stages.
///
/// A hook that throws does not stop the others; it is reported as the warning `hook_failed`, and each run of a hook as a ``HookRun``.
package struct CompileHook: Sendable {
    /// What a hook has to say.
    package struct Outcome: Sendable, Equatable, ExpressibleByArrayLiteral {
        package var warnings: [CompileIssue]
        /// Counts worth keeping with the artifact, by name.
        package var values: [String: Int]

        package init(warnings: [CompileIssue] = [], values: [String: Int] = [:]) {
            self.warnings = warnings
            self.values = values
        }

        package init(arrayLiteral warnings: CompileIssue...) {
            self.init(warnings: warnings)
        }
    }

    /// Appears in reports.
    package var name: String
    /// Runs at `compile.validation`; may change the source and give warnings.
    package var before: (@Sendable (inout TemplateSource, CompileOptions) throws -> Outcome)?
    /// Runs at `compile.completed`; sees the result and may give warnings.
    package var after: (@Sendable (CompiledTemplate) throws -> Outcome)?

    package init(
        name: String,
        before: (@Sendable (inout TemplateSource, CompileOptions) throws -> Outcome)? = nil,
        after: (@Sendable (CompiledTemplate) throws -> Outcome)? = nil
    ) {
        self.name = name
        self.before = before
        self.after = after
    }
}
