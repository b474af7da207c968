/// Checks what can be checked without parsing: presence, sizes, characters.
struct CheckSource: CompileStage {
    func run(_ context: inout CompileContext) {
        checkSubject(&context)
        let html = context.source.html ?? ""
        let text = context.source.text ?? ""
        context.report.metrics.htmlSize = html.utf8.count
        if isBlank(html), isBlank(text) {
            context.refuse(CompileIssue("missing_body", "The template has neither HTML nor text"))
        }
        checkSize("html", html, .html, &context)
        checkSize("text", text, .text, &context)
        for (body, part) in [(html, CompileIssue.Part.html), (text, .text)] where body.utf8.contains(0) {
            context.refuse(CompileIssue("invalid_character", "The \(part.rawValue) holds a NUL character", part: part))
        }
        if !isBlank(html), isBlank(text) {
            context.warn(CompileIssue("missing_text_fallback", "There is no text part; one is made from the HTML", part: .text))
        }
    }

    private func checkSubject(_ context: inout CompileContext) {
        let subject = context.source.subject
        let limit = context.options.limits.subjectCharacters
        context.report.metrics.subjectLength = subject.count
        if isBlank(subject) { context.refuse(CompileIssue("missing_subject", "The subject is empty", part: .subject)) }
        if subject.count > limit {
            context.refuse(
                CompileIssue(
                    "subject_too_long",
                    "The subject has more than \(limit) characters",
                    part: .subject,
                    limit: limit,
                    actual: subject.count
                )
            )
        }
        if subject.unicodeScalars.contains(where: { $0.value < 0x20 && $0.value != 9 || $0.value == 0x7F }) {
            context.refuse(CompileIssue("invalid_subject", "The subject may not hold line breaks or other controls", part: .subject))
        }
    }

    private func checkSize(_ name: String, _ body: String, _ part: CompileIssue.Part, _ context: inout CompileContext) {
        context.check("\(name)_size", body.utf8.count, of: context.options.limits.bytes, "bytes of \(name)", part: part)
    }

    private func isBlank(_ text: String) -> Bool {
        text.allSatisfy(\.isWhitespace)
    }
}

extension CompileContext {
    /// Refuses what exceeds a limit and warns near it.
    mutating func check(_ code: String, _ actual: Int, of limit: Int, _ what: String, part: CompileIssue.Part) {
        if actual > limit {
            refuse(
                CompileIssue(
                    "\(code)_exceeded",
                    "There are \(actual) \(what), \(limit) are allowed",
                    part: part,
                    limit: limit,
                    actual: actual
                )
            )
        } else if actual * 100 > limit * options.limits.warningPercent {
            warn(
                CompileIssue("\(code)_warning", "There are \(actual) \(what) of \(limit) allowed", part: part, limit: limit, actual: actual)
            )
        }
    }
}
