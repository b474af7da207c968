extension HTMLTreeBuilder {
    /// A start tag inside a table; false when it has to be looked at once more in another mode.
    mutating func startInTableModes() -> Bool {
        switch mode {
        case .inTable: return startInTable()
        case .inCaption:
            guard tagName.isTablePart else { return inBody { $0.startInBody() } }
            return closeCaption()
        case .inColumns:
            if tagName == .col {
                openVoid()
                return true
            }
            return closeColumns()
        case .inSection:
            if tagName == .tr {
                popDown(to: \.isSection)
                open()
                mode = .inRow
                return true
            }
            if tagName.isCell {
                popDown(to: \.isSection)
                open(implied: .tr)
                mode = .inRow
                return false
            }
            guard tagName.isTablePart else { return startInTable() }
            return closeSection()
        case .inRow:
            if tagName.isCell {
                popDown { $0 == .tr }
                open()
                mode = .inCell
                formatting.append(-1)
                return true
            }
            guard tagName.isTablePart else { return startInTable() }
            return closeRow()
        default:
            guard tagName.isTablePart else { return inBody { $0.startInBody() } }
            return closeCell()
        }
    }

    /// Does something by the rules of the body; the mode stays unless that changed it.
    private mutating func inBody(_ body: (inout HTMLTreeBuilder) -> Void) -> Bool {
        body(&self)
        return true
    }

    private mutating func startInTable() -> Bool {
        switch tagName {
        case .caption:
            popDown { $0 == .table }
            formatting.append(-1)
            open()
            mode = .inCaption
        case .colgroup:
            popDown { $0 == .table }
            open()
            mode = .inColumns
        case .col:
            popDown { $0 == .table }
            open(implied: .colgroup)
            mode = .inColumns
            return false
        case .tbody, .thead, .tfoot:
            popDown { $0 == .table }
            open()
            mode = .inSection
        case .td, .th, .tr:
            popDown { $0 == .table }
            open(implied: .tbody)
            mode = .inSection
            return false
        case .table:
            guard isInTableScope({ $0 == .table }) else { return true }
            popThrough { $0 == .table }
            resetMode()
            return false
        case .style, .script:
            open()
            modeAfterRaw = mode
            mode = .raw
        case .input, .form: isBeyond = true
        default:
            let before = mode
            isFostering = true
            startInBody()
            isFostering = false
            // A table or raw text that was put before the table changes the mode in its own way.
            if mode == .raw { isBeyond = modeAfterRaw != before }
        }
        return true
    }

    /// An end tag inside a table; false when it has to be looked at once more in another mode.
    mutating func endInTableModes() -> Bool {
        switch mode {
        case .inTable: return endInTable()
        case .inCaption:
            switch tagName {
            case .caption: _ = closeCaption()
            case .table: return closeCaption()
            case .body, .html: return true
            case _ where tagName.isTablePart: return true
            default: endInBody()
            }
            return true
        case .inColumns:
            if tagName == .col { return true }
            if tagName == .colgroup, current == .colgroup {
                pop(isOwn: true)
                mode = .inTable
                return true
            }
            return closeColumns()
        case .inSection:
            switch tagName {
            case .tbody, .thead, .tfoot:
                let name = tagName
                guard isInTableScope({ $0 == name }) else { return true }
                popDown(to: \.isSection)
                pop(isOwn: current == tagName)
                mode = .inTable
                return true
            case .table: return closeSection()
            case .body, .caption, .col, .colgroup, .html, .td, .th, .tr: return true
            default: return endInTable()
            }
        case .inRow:
            switch tagName {
            case .tr:
                guard isInTableScope({ $0 == .tr }) else { return true }
                popDown { $0 == .tr }
                pop(isOwn: true)
                mode = .inSection
                return true
            case .table: return closeRow()
            case .tbody, .thead, .tfoot:
                let name = tagName
                guard isInTableScope({ $0 == name }) else { return true }
                return closeRow()
            case .body, .caption, .col, .colgroup, .html, .td, .th: return true
            default: return endInTable()
            }
        default: return endInCell()
        }
    }

    private mutating func endInTable() -> Bool {
        switch tagName {
        case .table:
            guard isInTableScope({ $0 == .table }) else { return true }
            popThrough { $0 == .table }
            resetMode()
        case .body, .html: return true
        case _ where tagName.isTablePart: return true
        default:
            isFostering = true
            endInBody()
            isFostering = false
        }
        return true
    }

    private mutating func endInCell() -> Bool {
        let name = tagName
        switch name {
        case .td, .th:
            guard isInTableScope({ $0 == name }) else { return true }
            closeImplied(except: .other)
            popThrough { $0 == name }
            clearFormatting()
            mode = .inRow
            return true
        case .body, .caption, .col, .colgroup, .html: return true
        case .table, .tbody, .tfoot, .thead, .tr:
            guard isInTableScope({ $0 == name }) else { return true }
            return closeCell()
        default:
            endInBody()
            return true
        }
    }

    private mutating func closeCell() -> Bool {
        guard isInTableScope(\.isCell) else { return true }
        closeImplied(except: .other)
        popThrough(\.isCell)
        clearFormatting()
        mode = .inRow
        return false
    }

    private mutating func closeRow() -> Bool {
        guard isInTableScope({ $0 == .tr }) else { return true }
        popDown { $0 == .tr }
        pop()
        mode = .inSection
        return false
    }

    private mutating func closeSection() -> Bool {
        guard isInTableScope(\.isSection) else { return true }
        popDown(to: \.isSection)
        pop()
        mode = .inTable
        return false
    }

    private mutating func closeCaption() -> Bool {
        guard isInTableScope({ $0 == .caption }) else { return true }
        closeImplied(except: .other)
        popThrough { $0 == .caption }
        clearFormatting()
        mode = .inTable
        return false
    }

    private mutating func closeColumns() -> Bool {
        guard current == .colgroup else { return true }
        pop()
        mode = .inTable
        return false
    }

    /// The mode that the open elements ask for (HTML, 13.2.4.1).
    private mutating func resetMode() {
        for node in stack.reversed() {
            switch name(node) {
            case .td, .th: return mode = .inCell
            case .tr: return mode = .inRow
            case .tbody, .thead, .tfoot: return mode = .inSection
            case .caption: return mode = .inCaption
            case .colgroup: return mode = .inColumns
            case .table: return mode = .inTable
            case .body: return mode = .inBody
            default: continue
            }
        }
        isBeyond = true
    }
}
