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
        let blocks = context.maskedBlocks.sorted { $0.key < $1.key }
        let marks = Dictionary(uniqueKeysWithValues: blocks.enumerated().map { ($1.key, TextBlocks.mark($0, $1.value)) })
        let marked = PlainText.make(of: document, hidden: context.hidden, marks: marks) { link in
            guard let target = known[link.tag.range.lowerBound], !target.address.isEmpty, !link.repeatsAnother else { return .omit }
            guard !Self.says(link.text, target.spelled) else {
                // A tracked address takes the place of the bare one; anything else is said already.
                return target.isTracked ? .replace(notes.mark(target, as: .bare)) : .omit
            }
            return .append(notes.mark(target, as: link.text.isEmpty ? .bare : .aside))
        }
        let text = notes.text(blocks.isEmpty ? marked : TextBlocks.withoutLinesOfMarks(marked))
        context.text = segments(of: text, notes.addresses, blocks.map(\.value), &context)
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

    private func segments(of text: String, _ links: [[Segment]], _ blocks: [BlockTag], _ context: inout CompileContext) -> [Segment] {
        var pieces: [BlockNester.Piece] = []
        for piece in text.split(separator: PlainText.opening, omittingEmptySubsequences: false) {
            var rest = piece
            if let close = piece.firstIndex(of: PlainText.closing) {
                let name = piece[..<close]
                if let number = Int(name), links.indices.contains(number) {
                    pieces += links[number].map { .segment($0) }
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
