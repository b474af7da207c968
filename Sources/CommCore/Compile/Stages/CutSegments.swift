import HTML

/// Cuts subject and HTML into the segments of the program.
struct CutSegments: CompileStage {
    func run(_ context: inout CompileContext) {
        context.subject = SegmentCutter.cut(context.source.subject, as: .header, part: .subject, &context)
        if context.subject.holds(\.isUnsubscribeURL) {
            context.block(
                CompileIssue("merge_tag_not_allowed_here", "{{unsubscribe_url}} cannot be filled in in the subject", part: .subject)
            )
        }
        if context.subject.holds(\.isWebVersionURL) {
            context.block(
                CompileIssue("merge_tag_not_allowed_here", "{{web_version_url}} cannot be filled in in the subject", part: .subject)
            )
        }
        if context.subject.holds(\.isPreferencesURL) {
            context.block(
                CompileIssue("merge_tag_not_allowed_here", "{{preferences_url}} cannot be filled in in the subject", part: .subject)
            )
        }
        guard context.document != nil else { return }
        var nester = BlockNester(links: context.links)
        for piece in context.edits.pieces(of: context.sourceHTML) {
            switch piece {
            case .bytes(let bytes): nester.add(.segment(.literal(String(decoding: bytes, as: UTF8.self))))
            case .marker(let number):
                let slot = context.slots[number]
                nester.add(slot.piece, at: slot.offset, in: slot.container)
            }
        }
        context.html = nester.finish()
        for problem in nester.problems { context.refuse(context.issue(problem.code, problem.message, at: problem.offset)) }
    }
}
