import HTML

/// Leads links through the tracking domain and gives them the campaign's parameters.
struct RewriteLinks: CompileStage {
    /// A longer target would not fit into a token (bytes).
    private static let longestTarget = 2_000

    func run(_ context: inout CompileContext) {
        guard let document = context.document else { return }
        let utm = UTMParameters(context.options.utm, campaignID: context.options.campaignID)
        let replaced = context.edits.replacedRanges
        let labels = LinkLabels(document)
        let items = document.itemsWithConditionalComments
        for (number, item) in items.enumerated() {
            guard case .tag(let tag) = item, isLink(tag), let attribute = tag.attribute("href"), !replaced.cover(attribute.range) else {
                continue
            }
            // The links of conditional comments repeat those of the document.
            guard context.report.links.count < 2 * context.options.limits.links else {
                let limit = 2 * context.options.limits.links
                return context.check("links", limit + 1, of: limit, "links with those of conditional comments", part: .html)
            }
            rewrite(tag, attribute, labels.label(of: tag, before: items[(number + 1)...]), utm, document, &context)
        }
    }

    private func isLink(_ tag: SourceTag) -> Bool {
        !tag.isEnd && (tag.name == "a" || tag.name == "area" || tag.name.hasPrefix("v:"))
    }

    private func rewrite(
        _ tag: SourceTag,
        _ attribute: SourceAttribute,
        _ text: String,
        _ utm: UTMParameters,
        _ document: HTMLDocument,
        _ context: inout CompileContext
    ) {
        let original = document.value(of: attribute)
        let isProtocolRelative = LinkHost.isProtocolRelative(original)
        // A mail has no protocol of its own that such a link could take over.
        let url = LinkURL(isProtocolRelative ? "https:" + original.drop { $0.isWhitespace } : original)
        var verdict = LinkVerdict(
            url,
            isMarked: tag.attribute("data-do-not-track") != nil,
            tracking: context.options.trackLinks,
            untrackedHosts: context.options.untrackedHosts
        )
        // Looking into an address that is of no use costs time that an author of bad will has.
        if verdict == .tracked, original.utf8.count > 2 * Self.longestTarget { verdict = .untracked(.tooLong) }
        let takesUTM = [.tracked, .untracked(.off), .untracked(.untrackedHost)].contains(verdict)
        let (target, applied) = takesUTM ? utm.apply(to: url) : (url, [])
        if verdict == .tracked, target.description.utf8.count > Self.longestTarget { verdict = .untracked(.tooLong) }
        let index = context.report.links.count
        let position = context.issue("", "", at: tag.range.lowerBound)
        var reason: LinkReport.Untracked?
        if case .untracked(let why) = verdict { reason = why }
        context.report.links.append(
            LinkReport(
                index: index,
                text: text,
                line: position.line ?? 0,
                column: position.column ?? 0,
                original: original,
                target: target.description,
                tracked: verdict == .tracked,
                reason: reason,
                utmApplied: applied
            )
        )
        reportUnsuitable(verdict, original, attribute, &context)
        if isProtocolRelative {
            context.warn(
                context.issue("protocol_relative_link", "\(original.prefix(100)) is taken for https", at: attribute.range.lowerBound)
            )
        }
        if original.utf8.count <= 2 * Self.longestTarget { LinkDeception.check(url, shownAs: text, at: tag.range.lowerBound, &context) }
        write(verdict, target, isChanged: !applied.isEmpty || isProtocolRelative, attribute, index: index, &context)
        context.textLinks[tag.range.lowerBound] = textLink(verdict, target, original, at: attribute.range.lowerBound, &context)
    }

    private func reportUnsuitable(
        _ verdict: LinkVerdict,
        _ original: String,
        _ attribute: SourceAttribute,
        _ context: inout CompileContext
    ) {
        let place = attribute.range.lowerBound
        switch verdict {
        case .untracked(.relative):
            context.block(context.issue("relative_link", "The link \(original.prefix(100)) leads nowhere in a mail", at: place))
        case .untracked(.empty): context.warn(context.issue("empty_link", "A link has no target", at: place))
        case .untracked(.tooLong): context.warn(context.issue("link_too_long", "A link is too long to be tracked", at: place))
        default: break
        }
    }

    private func write(
        _ verdict: LinkVerdict,
        _ target: LinkURL,
        isChanged: Bool,
        _ attribute: SourceAttribute,
        index: Int,
        _ context: inout CompileContext
    ) {
        guard let value = attribute.value else { return }
        var content: [SourceEdits.Piece]
        if verdict == .tracked {
            context.links.append(LinkTarget(index: index, url: segments(target, inHTML: false, at: attribute.range.lowerBound, &context)))
            content = [context.marker(Slot(piece: .segment(.trackedLink(context.links.count - 1)), offset: attribute.range.lowerBound))]
        } else if isChanged {
            content = segments(target, inHTML: true, at: attribute.range.lowerBound, &context).map { segment in
                if case .literal(let text) = segment {
                    .bytes(Array(text.utf8))
                } else {
                    context.marker(Slot(piece: .segment(segment), offset: attribute.range.lowerBound))
                }
            }
        } else {
            return
        }
        if attribute.quote == nil { content = [.bytes([UInt8(ascii: "\"")])] + content + [.bytes([UInt8(ascii: "\"")])] }
        context.edits.replace(value, with: content)
    }

    private func segments(_ url: LinkURL, inHTML: Bool, at offset: Int, _ context: inout CompileContext) -> [Segment] {
        var nester = BlockNester(isInLoop: true)
        let pieces = url.pieces(inHTML: inHTML) { context.segment(for: $0, fallback: $0.fallback, $1) }
        for piece in pieces {
            if case .block(let block) = piece { nester.add(.block(context.registering(block))) } else { nester.add(piece) }
        }
        let segments = nester.finish()
        // A link is written several times, and its problems are the same each time.
        if !inHTML, let problem = nester.problems.first { context.refuse(context.issue(problem.code, problem.message, at: offset)) }
        return segments
    }

    private func textLink(
        _ verdict: LinkVerdict,
        _ target: LinkURL,
        _ original: String,
        at offset: Int,
        _ context: inout CompileContext
    ) -> TextLink {
        switch verdict {
        case .tracked:
            TextLink(
                address: [.trackedLink(context.links.count - 1)],
                spelled: original,
                hasFields: context.links.last.map(PreparedLink.isPersonal) ?? false
            )
        case .untracked(.empty), .untracked(.anchor), .untracked(.relative): TextLink(address: [], spelled: original)
        case .untracked(.scheme): schemeLink(target, original, at: offset, &context)
        // The other product has to find its marker as it was.
        case .untracked(.foreignMarker): TextLink(address: [.literal(original)], spelled: original)
        default: TextLink(address: segments(target, inHTML: false, at: offset, &context), spelled: original, hasFields: target.hasTags)
        }
    }

    /// A mail address or telephone number is shown as people write it.
    private func schemeLink(_ target: LinkURL, _ original: String, at offset: Int, _ context: inout CompileContext) -> TextLink {
        let spelled = original.drop { $0 != ":" }.dropFirst().prefix { $0 != "?" }
        let isPlain = !target.hasTags && ["mailto", "tel", "sms"].contains(URLScheme.of(original.utf8))
        let address = isPlain ? [.literal(String(spelled))] : segments(target, inHTML: false, at: offset, &context)
        return TextLink(address: address, spelled: String(spelled), hasFields: target.hasTags)
    }
}
