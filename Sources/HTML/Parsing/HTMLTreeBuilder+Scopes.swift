extension HTMLTreeBuilder {
    /// Whether an element is open and not hidden by one that ends the search.
    func isInScope(endingAt isEnd: (HTMLName) -> Bool = { _ in false }, _ isWanted: (HTMLName) -> Bool) -> Bool {
        for node in stack.reversed() {
            let name = name(node)
            if isWanted(name) { return true }
            if name.isScope || isEnd(name) { return false }
        }
        return false
    }

    /// Whether an element is open inside the innermost table.
    func isInTableScope(_ isWanted: (HTMLName) -> Bool) -> Bool {
        for node in stack.reversed() {
            let name = name(node)
            if isWanted(name) { return true }
            if name == .table || name == .html || name == .template { return false }
        }
        return false
    }

    var isParagraphInScope: Bool {
        isInScope(endingAt: { $0 == .button }, { $0 == .p })
    }

    /// Closes what may go without an end tag.
    mutating func closeImplied(except name: HTMLName) {
        while current.hasImpliedEnd, current != name { pop() }
    }

    /// Closes a paragraph that something ends which cannot stand in it.
    mutating func closeParagraph() {
        guard isParagraphInScope else { return }
        closeImplied(except: .p)
        popThrough { $0 == .p }
    }

    /// Closes elements up to the first that is wanted.
    mutating func popThrough(_ isWanted: (HTMLName) -> Bool) {
        while let node = stack.last, !isBeyond {
            let name = name(node)
            pop(isOwn: isWanted(name) && name == tagName && isEndTag)
            if isWanted(name) { return }
        }
    }

    private var isEndTag: Bool { tag >= 0 && index.tags[Int(tag)].isEnd }

    /// Closes elements down to one that stays open.
    mutating func popDown(to isWanted: (HTMLName) -> Bool) {
        while let node = stack.last, !isWanted(name(node)), name(node) != .html { pop() }
    }

    // MARK: formatting elements

    /// The formatting element of a name since the last cell began.
    func formattingElement(_ name: HTMLName) -> Int? {
        for place in formatting.indices.reversed() {
            if formatting[place] < 0 { return nil }
            if self.name(formatting[place]) == name { return place }
        }
        return nil
    }

    /// Opens formatting elements again that something closed before their end (HTML, 13.2.4.3).
    mutating func reopenFormatting() {
        guard let last = formatting.last, last >= 0, !stack.contains(last) else { return }
        var place = formatting.count - 1
        while place > 0, formatting[place - 1] >= 0, !stack.contains(formatting[place - 1]) { place -= 1 }
        for place in place..<formatting.count {
            var record = NodeRecord(.element, parent: 0)
            record.name = name(formatting[place])
            record.markup = nodes[Int(formatting[place])].record.markup
            insert(record)
            stack.append(Int32(nodes.count - 1))
            formatting[place] = stack[stack.count - 1]
        }
        // An element that is opened again and again by a hostile source.
        if nodes.count > 8 * index.items.count + 1_000 { isBeyond = true }
    }

    /// Forgets formatting elements up to the beginning of the cell.
    mutating func clearFormatting() {
        while let last = formatting.popLast(), last >= 0 {}
    }

    /// The end tag of a formatting element, as far as nothing has to be torn apart (HTML, 13.2.6.4.7).
    mutating func endFormatting() {
        guard let place = formattingElement(tagName) else { return endOtherFormatting() }
        let element = formatting[place]
        guard let open = stack.lastIndex(of: element) else {
            formatting.remove(at: place)
            return
        }
        for node in stack[(open + 1)...] {
            if name(node).isScope { return }
        }
        // A block inside of it is given a copy of it: that is gumbo's business.
        for node in stack[(open + 1)...] where name(node).isSpecial { return isBeyond = true }
        while stack.count > open + 1 { pop() }
        pop(isOwn: true)
        formatting.remove(at: place)
    }

    /// The end tag of a formatting element that is not remembered as one.
    private mutating func endOtherFormatting() {
        for place in stack.indices.reversed() {
            let name = name(stack[place])
            if name == tagName {
                closeImplied(except: name)
                while stack.count > place + 1 { pop() }
                return pop(isOwn: true)
            }
            if name.isSpecial { return }
        }
    }
}
