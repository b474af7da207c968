import HTML

/// Makes the text part: the author's own, or one made from the HTML.
struct MakeTextPart: CompileStage {
    func run(_ context: inout CompileContext) {
        if let text = context.source.text, text.contains(where: { !$0.isWhitespace }) {
            context.text = SegmentCutter.cut(text, as: .text, part: .text, &context)
        } else if let document = context.document {
            generate(document, &context)
        }
    }

    private func generate(_ document: HTMLDocument, _ context: inout CompileContext) {
        var notes = TextNotes(style: context.options.textLinks)
        let known = context.textLinks
        let marked = PlainText.make(of: document, hidden: context.hidden) { link in
            guard let target = known[link.tag.range.lowerBound], !target.address.isEmpty, !link.repeatsAnother else { return .omit }
            guard !Self.says(link.text, target.spelled) else {
                // A tracked address takes the place of the bare one; anything else is said already.
                return target.isTracked ? .replace(notes.mark(target, as: .bare)) : .omit
            }
            return .append(notes.mark(target, as: link.text.isEmpty ? .bare : .aside))
        }
        context.text = SegmentCutter.cut(notes.text(marked), addresses: notes.addresses, &context)
        addUnsubscribeLine(&context)
    }

    /// Whether a link's text is its address.
    private static func says(_ text: String, _ address: String) -> Bool {
        // Blanks do not make the difference any more.
        guard text.utf8.count <= 2 * address.utf8.count + 20 else { return false }
        func bare(_ text: String) -> Substring {
            var bare = text.lowercased().filter { $0 != " " }[...]
            for prefix in ["https://", "http://", "www."] where bare.hasPrefix(prefix) { bare = bare.dropFirst(prefix.count) }
            if bare.last == "/" { bare.removeLast() }
            return bare
        }
        return bare(text) == bare(address)
    }

    /// An unsubscribe link that the HTML holds must not be missing in the text.
    private func addUnsubscribeLine(_ context: inout CompileContext) {
        let isInHTML = context.slots.contains(where: \.isUnsubscribeURL)
        guard isInHTML, !context.text.contains(where: \.isUnsubscribeURL) else { return }
        context.text += [.literal("\n\nUnsubscribe: "), .unsubscribeURL(.text)]
    }
}
