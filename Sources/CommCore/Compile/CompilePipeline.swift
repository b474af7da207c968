/// Compile-before-send: makes an immutable artifact of a template, so that sending never parses HTML.
package struct CompilePipeline: Sendable {
    private let hooks: [CompileHook]

    /// A pipeline with a deployment's hooks.
    package init(hooks: [CompileHook] = []) {
        self.hooks = hooks
    }

    /// Compiles a template for a campaign.
    ///
    /// - Throws: `CompileError` with every reason when the template is refused.
    package func compile(_ source: TemplateSource, options: CompileOptions) throws -> CompiledTemplate {
        throw CompileError(issues: [CompileIssue("unfinished", "unfinished")], report: CompileReport())
    }
}
