/// Checks what the finished program has to hold, and completes the report.
struct CheckResult: CompileStage {
    func run(_ context: inout CompileContext) {
        let segments = (context.html ?? []) + context.text
        if !segments.contains(where: \.isUnsubscribeURL) {
            context.block(CompileIssue("missing_unsubscribe_url", "The mail has no {{unsubscribe_url}}"))
        }
        context.report.fields = context.fields
        context.report.metrics.mergeVariables.sort()
        context.report.metrics.compiledHTMLSize = (context.html ?? []).reduce(0) { size, segment in
            if case .literal(let text) = segment { size + text.utf8.count } else { size }
        }
    }
}
