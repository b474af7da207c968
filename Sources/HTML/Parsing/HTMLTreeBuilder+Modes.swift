extension HTMLTreeBuilder {
    // MARK: before the body

    mutating func leaveInitial() {
        isQuirks = mode == .initial
        mode = .beforeHTML
    }

    mutating func openHTML() {
        open(impliedBelowDocument: .html, tag: -1)
        mode = .beforeHead
    }

    mutating func openHead() {
        open(implied: .head)
        mode = .inHead
    }

    mutating func leaveHead() {
        pop()
        mode = .afterHead
    }

    mutating func openBody() {
        open(implied: .body)
        mode = .inBody
    }

    /// The root has no open element above it.
    mutating func open(impliedBelowDocument name: HTMLName, tag: Int32) {
        var record = NodeRecord(.element, parent: 0)
        record.name = name
        record.tag = tag
        record.markup = tag
        nodes.append(Node(record: record))
        link(Int32(nodes.count - 1), below: 0)
        stack.append(Int32(nodes.count - 1))
    }

    // MARK: text

    /// Processes running text.
    mutating func text(_ range: Range<Int>) {
        var range = range
        if dropsLineFeed {
            dropsLineFeed = false
            if source[range.lowerBound] == 0x0D { range = range.dropFirst() }
            if range.isEmpty { return isBeyond = true }
            if source[range.lowerBound] == 0x0A { range = range.dropFirst() }
            if range.isEmpty { return }
        }
        var solid = range.lowerBound
        while solid < range.upperBound, SourceBytes.isBlank(source[solid]) { solid += 1 }
        while !isBeyond {
            switch mode {
            case .initial, .beforeHTML, .beforeHead:
                guard solid < range.upperBound else { return }
                range = solid..<range.upperBound
                if mayBeginWithBlankReference(range) { return isBeyond = true }
                if mode == .initial { leaveInitial() } else if mode == .beforeHTML { openHTML() } else { openHead() }
            case .inHead, .afterHead:
                if solid > range.lowerBound { appendText(range.lowerBound..<solid) }
                guard solid < range.upperBound else { return }
                range = solid..<range.upperBound
                if mayBeginWithBlankReference(range) { return isBeyond = true }
                if mode == .inHead { leaveHead() } else { openBody() }
            case .inTable, .inSection, .inRow:
                guard solid < range.upperBound else { return appendText(range) }
                isFostering = true
                textInBody(range)
                isFostering = false
                return
            case .inColumns:
                guard solid < range.upperBound else { return appendText(range) }
                return isBeyond = true
            case .afterBody, .afterHTML:
                guard solid < range.upperBound else { return textInBody(range) }
                mode = .inBody
            case .raw: return isBeyond = true
            default: return textInBody(range)
            }
        }
    }

    /// A blank that stands there by its number would still be a blank.
    private func mayBeginWithBlankReference(_ range: Range<Int>) -> Bool {
        source[range.lowerBound] == UInt8(ascii: "&")
    }

    private mutating func textInBody(_ range: Range<Int>) {
        reopenFormatting()
        appendText(range)
    }
}
