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
        AddScannerTrap(),
        AddOpenPixel(),
        FillMergeTags(),
        MakeTextPart(),
        CheckSafety(),
        CutSegments(),
        CheckResult(),
    ]

    private let hooks: [CompileHook]
    private let limits: CompileLimits?
    private let now: @Sendable () -> ContinuousClock.Instant

    /// A pipeline with a deployment's hooks.
    ///
    /// - Parameters:
    ///   - limits: those of the deployment, which then hold whatever the options say
    ///   - now: the clock that runs of hooks are measured with
    package init(
        hooks: [CompileHook] = [],
        limits: CompileLimits? = nil,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.hooks = hooks
        self.limits = limits
        self.now = now
    }

    /// Compiles a template for a campaign.
    ///
    /// - Throws: `CompileError` with every reason when the template is refused.
    package func compile(_ source: TemplateSource, options: CompileOptions) throws -> CompiledTemplate {
        var source = source
        var options = options
        if let limits { options.limits = limits }
        var runner = HookRunner(now: now)
        for hook in hooks { runner.run(hook, .validation) { try hook.before?(&source, options) } }
        let warned = runner.warnings.count
        var context = CompileContext(source: source, options: options)
        context.report.hooks = runner.runs
        for stage in Self.stages {
            stage.run(&context)
            if !context.errors.isEmpty { throw CompileError(issues: context.errors, report: context.report) }
        }
        context.report.warnings += runner.warnings
        var compiled = try CompiledTemplate(context)
        for hook in hooks { runner.run(hook, .completed) { try hook.after?(compiled) } }
        compiled.report.warnings += runner.warnings[warned...]
        compiled.report.hooks = runner.runs
        return compiled
    }
}
