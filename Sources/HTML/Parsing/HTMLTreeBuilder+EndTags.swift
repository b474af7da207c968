extension HTMLTreeBuilder {
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
