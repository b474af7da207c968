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
        let blocks = context.maskedBlocks.sorted { $0.key < $1.key }
        let marks = blocks.enumerated().map { ($1.key, TextBlocks.mark($0)) }
        let text = PlainText.make(of: document, hidden: context.hidden, marks: Dictionary(uniqueKeysWithValues: marks)) { tag, text in
            guard let link = known[tag.range.lowerBound], !link.address.isEmpty else { return .omit }
            let mark = "\(PlainText.opening)\(links.count)\(PlainText.closing)"
            links.append(link)
            guard Self.says(text, link.spelled) else { return .append(mark) }
            // A tracked address takes the place of the bare one; anything else is said already.
            return link.isTracked ? .replace(mark) : .omit
        }
        let lines = blocks.isEmpty ? text : TextBlocks.withoutLinesOfMarks(text)
        context.text = segments(of: lines, links, blocks.map(\.value), &context)
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

    private func segments(of text: String, _ links: [TextLink], _ blocks: [BlockTag], _ context: inout CompileContext) -> [Segment] {
        var pieces: [BlockNester.Piece] = []
        for piece in text.split(separator: PlainText.opening, omittingEmptySubsequences: false) {
            var rest = piece
            if let close = piece.firstIndex(of: PlainText.closing) {
                let name = piece[..<close]
                if let number = Int(name), links.indices.contains(number) {
                    pieces += links[number].address.map { .segment($0) }
                    rest = piece[piece.index(after: close)...]
                } else if let number = TextBlocks.number(name), blocks.indices.contains(number) {
                    pieces.append(.block(context.registering(blocks[number])))
                    rest = piece[piece.index(after: close)...]
                }
            }
            // What is wrong or unknown was reported with the HTML.
            pieces += SegmentCutter.pieces(of: Array(rest.utf8), as: .text, &context, report: nil).map(\.piece)
        }
        return nested(pieces, &context)
    }

    private func nested(_ pieces: [BlockNester.Piece], _ context: inout CompileContext) -> [Segment] {
        var nester = BlockNester(links: context.links)
        for piece in pieces { nester.add(piece) }
        let segments = nester.finish()
        guard !nester.problems.isEmpty else { return segments }
        // Something moved or dropped a tag; blocks that are wrong in the HTML already refuse the template there.
        let message = "The text part made from the HTML holds all branches, since its blocks cannot be told apart; write a text part"
        context.warn(CompileIssue("text_without_logic", message, part: .text))
        return pieces.compactMap { piece in
            guard case .segment(let segment) = piece, !segment.needsLoop(context.links) else { return nil }
            return segment
        }
    }

    /// An unsubscribe link that the HTML holds must not be missing in the text.
    private func addUnsubscribeLine(_ context: inout CompileContext) {
        let isInHTML = context.slots.contains { slot in
            if case .segment(let segment) = slot.piece { [segment].holds(\.isUnsubscribeURL) } else { false }
        }
        guard isInHTML, !context.text.guaranteesUnsubscribeURL else { return }
        context.text += [.literal("\n\nUnsubscribe: "), .unsubscribeURL(.text)]
    }
}
