extension HTMLTreeBuilder {
    /// Processes a start tag.
    mutating func startTag() {
        if tagName.isBeyondBuilder { return isBeyond = true }
        while !isBeyond {
            switch mode {
            case .initial: leaveInitial()
            case .beforeHTML:
                guard tagName == .html else { openHTML(); continue }
                open(impliedBelowDocument: .html, tag: tag)
                mode = .beforeHead
                return
            case .beforeHead:
                if tagName == .html { return isBeyond = true }
                guard tagName == .head else { openHead(); continue }
                open()
                mode = .inHead
                return
            case .inHead:
                if startInHead() { return }
                leaveHead()
            case .afterHead:
                switch tagName {
                case .body:
                    open()
                    mode = .inBody
                    return
                case .html, .base, .basefont, .bgsound, .link, .meta, .noframes, .script, .style, .title, .head: return isBeyond = true
                default: openBody()
                }
            case .inBody: return startInBody()
            case .raw: return isBeyond = true
            case .afterBody, .afterHTML: mode = .inBody
            default: if startInTableModes() { return }
            }
        }
    }

    /// Whether the tag belongs into the head.
    private mutating func startInHead() -> Bool {
        switch tagName {
        case .base, .basefont, .bgsound, .link, .meta: openVoid()
        case .title, .style, .script, .noframes: openRaw()
        case .html, .head: isBeyond = true
        default: return false
        }
        return true
    }

    private mutating func openRaw() {
        open()
        modeAfterRaw = mode
        mode = .raw
    }

    /// A start tag inside the body.
    mutating func startInBody() {
        switch tagName {
        case .html, .body, .head: if tagName != .head { isBeyond = true }
        case .base, .basefont, .bgsound, .link, .meta, .title, .style, .script, .noframes: _ = startInHead()
        case .caption, .col, .colgroup, .tbody, .td, .tfoot, .th, .thead, .tr: return
        case .h1, .h2, .h3, .h4, .h5, .h6:
            closeParagraph()
            if current.isHeading { pop() }
            open()
        case .pre, .listing:
            closeParagraph()
            open()
            dropsLineFeed = true
        case .form:
            guard form < 0 else { return }
            closeParagraph()
            open()
            form = stack.last ?? -1
        case .li: openItem { $0 == .li }
        case .dd, .dt: openItem { $0 == .dd || $0 == .dt }
        case .a:
            // One link inside another.
            if formattingElement(.a) != nil { return isBeyond = true }
            openFormatting()
        case .nobr:
            reopenFormatting()
            if isInScope({ $0 == .nobr }) { return isBeyond = true }
            openFormatting()
        case .table:
            if !isQuirks { closeParagraph() }
            open()
            mode = .inTable
        case .area, .br, .embed, .img, .wbr, .input:
            reopenFormatting()
            openVoid()
        case .param, .source, .track: openVoid()
        case .hr:
            closeParagraph()
            openVoid()
        case .xmp:
            closeParagraph()
            reopenFormatting()
            openRaw()
        case .iframe, .noembed: openRaw()
        case _ where tagName.closesParagraph:
            closeParagraph()
            open()
        case _ where tagName.isFormatting: openFormatting()
        default:
            reopenFormatting()
            open()
        }
    }

    private mutating func openFormatting() {
        reopenFormatting()
        open()
        formatting.append(stack.last ?? -1)
    }

    /// Closes an item of a list before the next one.
    private mutating func openItem(_ isItem: (HTMLName) -> Bool) {
        for node in stack.reversed() {
            let name = name(node)
            if isItem(name) {
                closeImplied(except: name)
                popThrough { $0 == name }
                break
            }
            if name.isSpecial, name != .address, name != .div, name != .p { break }
        }
        closeParagraph()
        open()
    }
}
