/// What the elements of a document do to its text.
extension PlainText {
    mutating func enter(_ element: HTMLElement, _ index: Int, _ end: Int) {
        let name = element.name
        // A list in a list goes on without a blank line.
        let isInnerList = (name == "ul" || name == "ol") && !lists.isEmpty
        switch TextRole.of(name) {
        case .paragraph: endBlock(blankLine: !isInnerList)
        case .block: endBlock(blankLine: false)
        case .unseen, .running: break
        }
        var entered = Open(index: index, end: end, name: name, lines: layout.lineCount)
        switch name {
        case "br": return layout.breakLine()
        case "hr":
            layout.addRule()
            endBlock(blankLine: true)
            return
        case "img": return image(element)
        case "a": enterLink(element, index)
        case "pre": preformatted += 1
        case "blockquote": layout.push(prefix: "> ")
        case "dd": layout.push(prefix: "    ")
        case "q": layout.addMark("\"", afterBlank: false)
        case "ul": lists.append(nil)
        case "ol": lists.append(Int(attribute("start", of: element)) ?? 1)
        case "li": enterItem(element)
        case "table":
            entered.isData = tableKind.data.contains(index)
            dataTables.append(entered.isData)
            if entered.isData { tables.append(TextTable()) }
        case "tr": if isInDataTable { tables[tables.count - 1].beginRow() }
        case "td", "th": enterCell(element)
        default: break
        }
        open.append(entered)
    }

    mutating func close() {
        if let last = open.last, last.name == "table", let endTag = document.nodes[last.index].element?.endTag {
            addDisplaced(before: endTag.lowerBound)
        }
        guard let closed = open.popLast() else { return }
        let name = closed.name
        switch name {
        case "a": closeLink()
        case "h1", "h2":
            endBlock(blankLine: false)
            let lines = layout.lineCount - closed.lines
            if lines > 0 { layout.underline(lines: lines, with: name == "h1" ? "=" : "-") }
        case "pre": preformatted -= 1
        case "q": layout.addMark("\"", afterBlank: false)
        case "table":
            _ = dataTables.popLast()
            if closed.isData { closeTable() }
        case "tr": if isInDataTable { tables[tables.count - 1].endRow() }
        case "td", "th": closeCell()
        default: break
        }
        let isInnerList = (name == "ul" || name == "ol") && lists.count > 1
        switch TextRole.of(name) {
        case .paragraph: endBlock(blankLine: !isInnerList)
        case .block: endBlock(blankLine: false)
        case .unseen, .running: break
        }
        switch name {
        case "blockquote", "li", "dd": layout.pop()
        case "ul", "ol": _ = lists.popLast()
        default: break
        }
    }

    func attribute(_ name: String, of element: HTMLElement) -> String {
        element.tag.flatMap { document.value(of: name, in: $0) } ?? ""
    }

    private mutating func enterItem(_ element: HTMLElement) {
        guard let last = lists.last, var number = last else {
            let bullets = ["* ", "- ", "+ "]
            return layout.push(prefix: "  ", bullet: bullets[max(lists.count - 1, 0) % bullets.count])
        }
        if let value = Int(attribute("value", of: element)) { number = value }
        lists[lists.count - 1] = number == .max ? number : number + 1
        let bullet = "\(number). "
        layout.push(prefix: String(repeating: " ", count: bullet.utf8.count), bullet: bullet)
    }

    // MARK: Tables

    private mutating func enterCell(_ element: HTMLElement) {
        endBlock(blankLine: false)
        guard isInDataTable else { return }
        tables[tables.count - 1].beginCell(
            isHeader: element.name == "th",
            columns: Int(attribute("colspan", of: element)) ?? 1,
            rows: Int(attribute("rowspan", of: element)) ?? 1,
            isRight: attribute("align", of: element).lowercased() == "right"
        )
        for number in links.indices { links[number].start = nil }
        outer.append(layout)
        // The table decides how wide its columns are when it has seen all of them.
        layout = TextLayout(columns: 100_000)
    }

    private mutating func closeCell() {
        let count = endBlock(blankLine: false)
        guard isInDataTable, let around = outer.popLast() else {
            // Cells that hold text, and not only words, are told apart.
            if count > 1 { endBlock(blankLine: true) }
            return
        }
        tables[tables.count - 1].endCell(layout.lines)
        layout = around
    }

    private mutating func closeTable() {
        guard let table = tables.popLast() else { return }
        let room = layout.room
        layout.append(
            table.lines(columns: room).flatMap { line in
                TextBytes.columns(line) > room ? LineWrapper.lines(of: Array(line), columns: room) : [line]
            }
        )
    }
}
