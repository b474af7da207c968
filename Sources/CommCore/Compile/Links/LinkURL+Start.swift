extension LinkURL {
    /// Whether its blocks leave no doubt about its scheme, whichever branches are taken.
    ///
    /// They could otherwise put together a scheme of pieces that look harmless one by one.
    var hasSafeStart: Bool {
        guard hasBlocks else { return true }
        var open: [OpenBlock] = []
        var isAtStart = true
        for part in parts {
            switch part {
            case .text(let text):
                if isAtStart, !Self.beginsWhole(text) { return false }
                isAtStart = false
            case .unknown: isAtStart = false
            // A value may be empty.
            case .tag: continue
            case .block(.when), .block(.each): open.append(OpenBlock(start: isAtStart))
            case .block(.otherwise(let condition)):
                guard let last = open.indices.last else { return false }
                open[last].endsAtStart = open[last].endsAtStart || isAtStart
                open[last].hasElse = open[last].hasElse || condition == nil
                isAtStart = open[last].start
            case .block(.end):
                guard let block = open.popLast() else { return false }
                isAtStart = isAtStart || block.endsAtStart || !block.hasElse && block.start
            }
        }
        return true
    }

    private struct OpenBlock {
        /// Whether nothing of the URL was written where it began, and where any of its branches ended.
        let start: Bool
        var endsAtStart = false
        var hasElse = false
    }

    var hasBlocks: Bool {
        parts.contains { if case .block = $0 { true } else { false } }
    }

    /// Whether a text tells by itself where a URL leads.
    private static func beginsWhole(_ text: String) -> Bool {
        guard let first = text.first, !"#/?".contains(first) else { return true }
        return ["http", "https", "mailto", "tel", "sms"].contains(URLScheme.of(text.utf8))
    }
}
