import HTML

/// Moves the rules of `style` elements into `style` attributes.
struct InlineStyles: CompileStage {
    func run(_ context: inout CompileContext) {
        guard let document = context.document else { return }
        let result = Inliner.inline(
            document,
            outlookAttributes: context.options.outlookAttributes,
            isAllowed: DangerousCSS.isHarmless
        )
        for problem in result.problems {
            context.warn(context.issue("invalid_css", "CSS was passed over: \(problem.message)", at: problem.offset))
        }
        for range in result.refused {
            let issue = context.issue("dangerous_css", "CSS that runs code is not allowed in mail", at: range.lowerBound)
            context.report(issue, .styles)
        }
        if result.isTooComplex {
            context.warn(CompileIssue("css_too_complex", "The styles are too complex to be inlined and stay as they are", part: .html))
        }
        context.hidden = result.hidden
        context.edits.append(result.edits)
    }
}
