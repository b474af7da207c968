/// Checks what the finished program has to hold, and completes the report.
struct CheckResult: CompileStage {
    func run(_ context: inout CompileContext) {
        let segments = (context.html ?? []) + context.text
        if !segments.guaranteesUnsubscribeURL {
            let isConditional = segments.holds(\.isUnsubscribeURL)
            let message = isConditional ? "Not every recipient would get an {{unsubscribe_url}}" : "The mail has no {{unsubscribe_url}}"
            context.block(CompileIssue("missing_unsubscribe_url", message))
        }
        context.report.fields = context.fields
        context.report.metrics.mergeVariables.sort()
        context.report.metrics.compiledHTMLSize = Self.size(context.html ?? [])
    }

    /// Bytes of the literals, those of all branches.
    private static func size(_ segments: [Segment]) -> Int {
        segments.reduce(0) { size, segment in
            if case .literal(let text) = segment { size + text.utf8.count } else { size + Self.size(segment.children) }
        }
    }
}
