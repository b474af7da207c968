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
    private mutating func open(impliedBelowDocument name: HTMLName, tag: Int32) {
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

    // MARK: start tags

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

    // MARK: end tags

    /// Processes an end tag.
    mutating func endTag() {
        while !isBeyond {
            switch mode {
            case .raw:
                guard current == tagName else { return isBeyond = true }
                pop(isOwn: true)
                mode = modeAfterRaw
                return
            case .initial: leaveInitial()
            case .beforeHTML, .beforeHead:
                guard tagName == .head || tagName == .body || tagName == .html || tagName == .br else { return }
                return isBeyond = true
            case .inHead:
                switch tagName {
                case .head:
                    pop(isOwn: true)
                    mode = .afterHead
                    return
                case .body, .html, .br: leaveHead()
                default: return
                }
            case .afterHead:
                guard tagName == .body || tagName == .html || tagName == .br else { return }
                openBody()
            case .inBody: return endInBody()
            case .afterBody:
                if tagName == .html {
                    mark(stack.first)
                    mode = .afterHTML
                    return
                }
                mode = .inBody
            case .afterHTML: mode = .inBody
            default: if endInTableModes() { return }
            }
        }
    }

    /// Notes the end tag of an element that stays open, since what comes behind still belongs to it.
    private mutating func mark(_ node: Int32?) {
        guard let node else { return }
        nodes[Int(node)].record.start = index.tags[Int(tag)].start
        nodes[Int(node)].record.stop = index.tags[Int(tag)].end
    }

    /// An end tag inside the body.
    mutating func endInBody() {
        switch tagName {
        case .body, .html:
            guard isInScope({ $0 == .body }) else { return }
            mode = .afterBody
            if tagName == .body { mark(stack.count > 1 ? stack[1] : nil) } else { mark(stack.first); mode = .afterHTML }
        case .p:
            if !isParagraphInScope { open(implied: .p) }
            closeImplied(except: .p)
            popThrough { $0 == .p }
        case .li:
            guard isInScope(endingAt: { $0 == .ol || $0 == .ul }, { $0 == .li }) else { return }
            closeImplied(except: .li)
            popThrough { $0 == .li }
        case .h1, .h2, .h3, .h4, .h5, .h6:
            guard isInScope(\.isHeading) else { return }
            closeImplied(except: .other)
            popThrough(\.isHeading)
        case .form: endForm()
        case .br: isBeyond = true
        case .dd, .dt, .pre, .listing: endBlock()
        case _ where tagName.closesParagraph: endBlock()
        case _ where tagName.isFormatting: endFormatting()
        default: endOther()
        }
    }

    private mutating func endBlock() {
        let name = tagName
        guard isInScope({ $0 == name }) else { return }
        closeImplied(except: name == .dd || name == .dt ? name : .other)
        popThrough { $0 == name }
    }

    private mutating func endForm() {
        let node = form
        form = -1
        guard node >= 0, stack.contains(node), isInScope({ $0 == .form }) else { return }
        closeImplied(except: .other)
        guard stack.last == node else { return isBeyond = true }
        pop(isOwn: true)
    }

    private mutating func endOther() {
        let range = index.tags[Int(tag)].nameRange
        for place in stack.indices.reversed() {
            let node = stack[place]
            let name = name(node)
            if name == tagName, name != .other || isNamed(node, range) {
                closeImplied(except: name)
                while stack.count > place + 1 { pop() }
                return pop(isOwn: true)
            }
            if name.isSpecial { return }
        }
    }

    private func isNamed(_ node: Int32, _ range: Range<Int>) -> Bool {
        let markup = nodes[Int(node)].record.markup
        guard markup >= 0 else { return false }
        let other = index.tags[Int(markup)].nameRange
        guard other.count == range.count else { return false }
        for offset in 0..<range.count
        where SourceBytes.lowered(source[range.lowerBound + offset]) != SourceBytes.lowered(source[other.lowerBound + offset]) {
            return false
        }
        return true
    }
}
