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
        var links: [TextLink] = []
        let known = context.textLinks
        let text = PlainText.make(of: document, hidden: context.hidden) { tag, text in
            guard let link = known[tag.range.lowerBound], !link.address.isEmpty else { return .omit }
            let mark = "\(PlainText.opening)\(links.count)\(PlainText.closing)"
            links.append(link)
            guard Self.says(text, link.spelled) else { return .append(mark) }
            // A tracked address takes the place of the bare one; anything else is said already.
            return link.isTracked ? .replace(mark) : .omit
        }
        context.text = segments(of: text, links, &context)
        addUnsubscribeLine(&context)
    }

    /// Whether a link's text is its address.
    private static func says(_ text: String, _ address: String) -> Bool {
        func bare(_ text: String) -> Substring {
            var bare = text.lowercased().filter { $0 != " " }[...]
            for prefix in ["https://", "http://", "www."] where bare.hasPrefix(prefix) { bare = bare.dropFirst(prefix.count) }
            if bare.last == "/" { bare.removeLast() }
            return bare
        }
        return bare(text) == bare(address)
    }

    private func segments(of text: String, _ links: [TextLink], _ context: inout CompileContext) -> [Segment] {
        var segments: [Segment] = []
        for piece in text.split(separator: PlainText.opening, omittingEmptySubsequences: false) {
            var rest = piece
            if let close = piece.firstIndex(of: PlainText.closing), let number = Int(piece[..<close]), links.indices.contains(number) {
                segments += links[number].address
                rest = piece[piece.index(after: close)...]
            }
            // What is unknown was reported with the HTML.
            segments += SegmentCutter.cut(String(rest), as: .text, part: nil, &context)
        }
        return segments
    }

    /// An unsubscribe link that the HTML holds must not be missing in the text.
    private func addUnsubscribeLine(_ context: inout CompileContext) {
        let isInHTML = context.slots.contains(where: \.isUnsubscribeURL)
        guard isInHTML, !context.text.contains(where: \.isUnsubscribeURL) else { return }
        context.text += [.literal("\n\nUnsubscribe: "), .unsubscribeURL(.text)]
    }
}
