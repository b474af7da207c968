import HTML

/// Replaces the merge tags of the HTML by slots that escape for the place they stand in.
struct FillMergeTags: CompileStage {
    /// More are not looked at one by one.
    private static let mostTags = 5_000

    func run(_ context: inout CompileContext) {
        guard let document = context.document else { return }
        reportForeignMarkers(document, &context)
        let occurrences = MergeScanner.scan(document.source)
        guard occurrences.count <= Self.mostTags else {
            return context.check("merge_tags", occurrences.count, of: Self.mostTags, "merge tags", part: .html)
        }
        var finder = MergePlaceFinder(document)
        let replaced = context.edits.replacedRanges
        for occurrence in occurrences {
            let place = finder.place(of: occurrence.range)
            if let tag = occurrence.tag { context.note(tag) }
            guard place != .ignored else { continue }
            if !replaced.cover(occurrence.range) {
                fill(occurrence, place, finder.attribute, document, &context)
            } else if let tag = occurrence.tag, !context.isKnown(tag) {
                // A rewritten link has taken its tags along.
                unknown(occurrence, document, &context)
            }
        }
    }

    private func fill(
        _ occurrence: MergeScanner.Occurrence,
        _ place: MergePlace,
        _ attribute: SourceAttribute?,
        _ document: HTMLDocument,
        _ context: inout CompileContext
    ) {
        guard let tag = occurrence.tag, context.isKnown(tag) else { return unknown(occurrence, document, &context) }
        guard case .slot(let escaping) = place else {
            let text = document.string(occurrence.range).prefix(100)
            return context.block(
                context.issue("merge_tag_not_allowed_here", "\(text) cannot be filled in at this place", at: occurrence.range.lowerBound)
            )
        }
        let fallback = CharacterReferences.decode(Array(tag.fallback.utf8)[...])
        let marker = context.marker(context.segment(for: tag, fallback: fallback, escaping))
        context.edits.replace(occurrence.range, with: quoted(marker, occurrence.range, attribute, document, &context))
    }

    /// The marker, with quotes around the whole value where the author wrote none.
    ///
    /// A value that is empty for a recipient would make the attribute swallow what comes after it, a blank would end it.
    private func quoted(
        _ marker: SourceEdits.Piece,
        _ range: Range<Int>,
        _ attribute: SourceAttribute?,
        _ document: HTMLDocument,
        _ context: inout CompileContext
    ) -> [SourceEdits.Piece] {
        guard let attribute, attribute.quote == nil, let value = attribute.value else { return [marker] }
        let quote = document.source[value].contains(UInt8(ascii: "\"")) ? UInt8(ascii: "'") : UInt8(ascii: "\"")
        var content = [marker]
        if range.upperBound == value.upperBound {
            content.append(.bytes([quote]))
        } else {
            // Part of a replacement, so that it stays before what is put behind the attribute; what a tag at that end, or one before,
            // has replaced already stays.
            context.edits.replace(value.upperBound - 1..<value.upperBound, with: [document.source[value.upperBound - 1], quote])
        }
        if range.lowerBound == value.lowerBound {
            content.insert(.bytes([quote]), at: 0)
        } else {
            context.edits.replace(value.lowerBound..<value.lowerBound + 1, with: [quote, document.source[value.lowerBound]])
        }
        return content
    }

    private func unknown(_ occurrence: MergeScanner.Occurrence, _ document: HTMLDocument, _ context: inout CompileContext) {
        let text = document.string(occurrence.range).prefix(100)
        context.block(context.issue("unknown_merge_tag", "\(text) is not a known merge tag", at: occurrence.range.lowerBound))
    }

    private func reportForeignMarkers(_ document: HTMLDocument, _ context: inout CompileContext) {
        for range in MergeScanner.foreignMarkers(in: document.source).prefix(Self.mostTags) {
            let text = document.string(range).prefix(100)
            context.warn(context.issue("foreign_marker", "\(text) is a marker of another product and stays as it is", at: range.lowerBound))
        }
    }
}
