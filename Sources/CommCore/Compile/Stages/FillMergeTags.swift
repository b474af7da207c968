import HTML

/// Replaces the merge tags of the HTML by slots that escape for the place they stand in.
struct FillMergeTags: CompileStage {
    /// More are not looked at one by one.
    private static let mostTags = 5_000

    func run(_ context: inout CompileContext) {
        guard let document = context.document else { return }
        reportForeignMarkers(&context)
        let occurrences = context.occurrences
        guard occurrences.count <= Self.mostTags else {
            return context.check("merge_tags", occurrences.count, of: Self.mostTags, "merge tags", part: .html)
        }
        var finder = MergePlaceFinder(document, masked: context.maskedBlocks)
        let replaced = context.edits.replacedRanges
        for occurrence in occurrences {
            let place = finder.place(of: occurrence.range)
            context.note(occurrence)
            guard place != .ignored else { continue }
            let isReplaced = replaced.cover(occurrence.range)
            switch occurrence.content {
            case .invalid(let error):
                context.refuse(context.issue(error.code.rawValue, error.message, at: occurrence.range.lowerBound))
            case .block(let block): fill(block, occurrence, place, finder, isReplaced: isReplaced, document, &context)
            case .comment where !isReplaced: remove(occurrence, place, finder, &context)
            case .escape where !isReplaced: context.edits.replace(occurrence.range, with: Array("{{".utf8))
            case .value(let tag) where !context.isKnown(tag): unknown(occurrence, &context)
            case .value(let tag) where !isReplaced: fill(tag, occurrence, place, finder, &context)
            case .unknown where !isReplaced: unknown(occurrence, &context)
            // A rewritten link has taken its tags along.
            default: continue
            }
        }
    }

    private func fill(
        _ tag: MergeTag,
        _ occurrence: MergeScanner.Occurrence,
        _ place: MergePlace,
        _ finder: MergePlaceFinder,
        _ context: inout CompileContext
    ) {
        guard case .slot(let escaping) = place, !makesTag(occurrence, finder, context) else {
            return context.block(notAllowed(occurrence, context))
        }
        let segment = context.segment(for: tag, fallback: tag.fallback, escaping)
        let slot = Slot(piece: .segment(segment), offset: occurrence.range.lowerBound, container: finder.container)
        let marker = context.marker(slot)
        context.edits.replace(occurrence.range, with: quoted(marker, occurrence.range, finder.attribute, &context))
    }

    /// The marker, with quotes around the whole value where the author wrote none.
    ///
    /// A value that is empty for a recipient would make the attribute swallow what comes after it, a blank would end it.
    private func quoted(
        _ marker: SourceEdits.Piece,
        _ range: Range<Int>,
        _ attribute: SourceAttribute?,
        _ context: inout CompileContext
    ) -> [SourceEdits.Piece] {
        guard let attribute, attribute.quote == nil, let value = attribute.value else { return [marker] }
        let source = context.sourceHTML
        let quote = source[value].contains(UInt8(ascii: "\"")) ? UInt8(ascii: "'") : UInt8(ascii: "\"")
        var content = [marker]
        if range.upperBound == value.upperBound {
            content.append(.bytes([quote]))
        } else {
            // Part of a replacement, so that it stays before what is put behind the attribute; what a tag at that end, or one before,
            // has replaced already stays.
            context.edits.replace(value.upperBound - 1..<value.upperBound, with: [source[value.upperBound - 1], quote])
        }
        if range.lowerBound == value.lowerBound {
            content.insert(.bytes([quote]), at: 0)
        } else {
            context.edits.replace(value.lowerBound..<value.lowerBound + 1, with: [quote, source[value.lowerBound]])
        }
        return content
    }

    private func fill(
        _ block: BlockTag,
        _ occurrence: MergeScanner.Occurrence,
        _ place: MergePlace,
        _ finder: MergePlaceFinder,
        isReplaced: Bool,
        _ document: HTMLDocument,
        _ context: inout CompileContext
    ) {
        // What is taken out is gone with its tags.
        if isReplaced, place == .forbidden { return }
        // Without quotes a branch could end the value.
        let isInQuotes = finder.attribute.map { $0.quote != nil } ?? true
        guard case .slot = place, isInQuotes, !makesTag(occurrence, finder, context), isSafe(finder.attribute, document) else {
            return context.refuse(notAllowed(occurrence, context))
        }
        if let source = context.unknownSource(of: block) {
            let issue = context.issue("unknown_merge_tag", "\(source.key) in \(block) is not known", at: occurrence.range.lowerBound)
            context.block(issue)
        }
        guard !isReplaced else { return }
        let piece = BlockNester.Piece.block(context.registering(block))
        let slot = Slot(piece: piece, offset: occurrence.range.lowerBound, container: finder.container)
        context.edits.replace(occurrence.range, with: [context.marker(slot)])
    }

    private func remove(
        _ occurrence: MergeScanner.Occurrence,
        _ place: MergePlace,
        _ finder: MergePlaceFinder,
        _ context: inout CompileContext
    ) {
        // What it cuts in two would be put together.
        guard case .slot = place, finder.attribute == nil, !makesTag(occurrence, finder, context) else {
            return context.refuse(notAllowed(occurrence, context))
        }
        context.edits.remove(occurrence.range)
    }

    /// Whether a `<` would become the beginning of a tag once what follows it is filled in or left out.
    private func makesTag(_ occurrence: MergeScanner.Occurrence, _ finder: MergePlaceFinder, _ context: CompileContext) -> Bool {
        guard finder.attribute == nil, occurrence.range.lowerBound > 0 else { return false }
        return context.sourceHTML[occurrence.range.lowerBound - 1] == UInt8(ascii: "<")
    }

    /// Whether no branch of an attribute's value can become code or another scheme than it looks like.
    private func isSafe(_ attribute: SourceAttribute?, _ document: HTMLDocument) -> Bool {
        guard let attribute else { return true }
        let value = LinkURL(document.value(of: attribute))
        if URLAttributes.all.contains(attribute.name) { return value.hasSafeStart }
        return attribute.name != "style" || !DangerousCSS.needsLooking(value.shape)
    }

    private func notAllowed(_ occurrence: MergeScanner.Occurrence, _ context: CompileContext) -> CompileIssue {
        let text = String(decoding: context.sourceHTML[occurrence.range].prefix(100), as: UTF8.self)
        return context.issue("merge_tag_not_allowed_here", "\(text) cannot be filled in at this place", at: occurrence.range.lowerBound)
    }

    private func unknown(_ occurrence: MergeScanner.Occurrence, _ context: inout CompileContext) {
        let text = String(decoding: context.sourceHTML[occurrence.range].prefix(100), as: UTF8.self)
        context.block(context.issue("unknown_merge_tag", "\(text) is not a known merge tag", at: occurrence.range.lowerBound))
    }

    private func reportForeignMarkers(_ context: inout CompileContext) {
        for range in MergeScanner.foreignMarkers(in: context.sourceHTML).prefix(Self.mostTags) {
            let text = String(decoding: context.sourceHTML[range].prefix(100), as: UTF8.self)
            context.warn(context.issue("foreign_marker", "\(text) is a marker of another product and stays as it is", at: range.lowerBound))
        }
    }
}
