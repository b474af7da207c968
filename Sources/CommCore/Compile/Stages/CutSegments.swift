import HTML

/// Cuts subject and HTML into the segments of the program.
struct CutSegments: CompileStage {
    func run(_ context: inout CompileContext) {
        context.subject = SegmentCutter.cut(context.source.subject, as: .header, part: .subject, &context)
        if context.subject.contains(where: \.isUnsubscribeURL) {
            context.block(
                CompileIssue("merge_tag_not_allowed_here", "{{unsubscribe_url}} cannot be filled in in the subject", part: .subject)
            )
        }
        if context.subject.contains(where: \.isWebVersionURL) {
            context.block(
                CompileIssue("merge_tag_not_allowed_here", "{{web_version_url}} cannot be filled in in the subject", part: .subject)
            )
        }
        guard let document = context.document else { return }
        context.html = context.edits.pieces(of: document.source).map { piece in
            switch piece {
            case .bytes(let bytes): .literal(String(decoding: bytes, as: UTF8.self))
            case .marker(let number): context.slots[number]
            }
        }
    }
}

extension Segment {
    /// Whether the recipient's unsubscribe address is filled in.
    var isUnsubscribeURL: Bool {
        if case .unsubscribeURL = self { true } else { false }
    }

    /// Whether the address of the mail in a browser is filled in.
    var isWebVersionURL: Bool {
        if case .webVersionURL = self { true } else { false }
    }
}
