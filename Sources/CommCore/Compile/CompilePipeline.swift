/// Compile-before-send: makes an immutable artifact of a template, so that sending never parses HTML.
package struct CompilePipeline: Sendable {
    /// What is done, in this order.
    ///
    /// The HTML is parsed once; stages put their changes beside it, and the last ones copy it through.
    private static let stages: [any CompileStage] = [
        CheckSource(),
        ParseHTML(),
        RemoveDangerousContent(),
        InlineStyles(),
        RewriteLinks(),
        AddPreheader(),
        AddOpenPixel(),
        FillMergeTags(),
        MakeTextPart(),
        CheckSafety(),
        CutSegments(),
        CheckResult(),
    ]

    private let hooks: [CompileHook]
    private let limits: CompileLimits?

    /// A pipeline with a deployment's hooks.
    ///
    /// - Parameter limits: those of the deployment, which then hold whatever the options say
    package init(hooks: [CompileHook] = [], limits: CompileLimits? = nil) {
        self.hooks = hooks
        self.limits = limits
    }

    /// Compiles a template for a campaign.
    ///
    /// - Throws: `CompileError` with every reason when the template is refused.
    package func compile(_ source: TemplateSource, options: CompileOptions) throws -> CompiledTemplate {
        var source = source
        var options = options
        if let limits { options.limits = limits }
        var warnings: [CompileIssue] = []
        for hook in hooks { warnings += Self.run(hook) { try hook.before?(&source, options) } }
        var context = CompileContext(source: source, options: options)
        for stage in Self.stages {
            stage.run(&context)
            if !context.errors.isEmpty { throw CompileError(issues: context.errors, report: context.report) }
        }
        context.report.warnings += warnings
        var compiled = try CompiledTemplate(context)
        for hook in hooks { compiled.report.warnings += Self.run(hook) { try hook.after?(compiled) } }
        return compiled
    }

    private static func run(_ hook: CompileHook, _ body: () throws -> [CompileIssue]?) -> [CompileIssue] {
        do {
            return try body() ?? []
        } catch {
            return [CompileIssue("hook_failed", "The hook \(hook.name) failed: \(error)")]
        }
    }
}
