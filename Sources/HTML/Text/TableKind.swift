/// Tells tables that hold data from those that only lay a mail out.
struct TableKind {
    /// The tables whose rows stay rows, by their places in the document's nodes.
    private(set) var data: Set<Int> = []

    /// What was seen of a table so far; of the tables inside it only that they are there.
    private struct Seen {
        let index: Int
        let end: Int
        var isForced = false
        var isLayout = false
        var hasHeader = false
        var hasBorder = false
        var hasBlocks = false
        var rows = 0
        /// Rows with two cells or more that hold something to read.
        var fullRows = 0
        var cells = 0
        var longCells = 0
        var row = Row()
    }

    private struct Row {
        var filled = 0
        var isOpen = false
        var cellLength = 0
        var cellIsOpen = false
    }

    /// A cell of more characters is a text, not a value.
    private static let longestValue = 60

    private var open: [Seen] = []

    /// Looks at all tables of a document, in one pass.
    init(of document: HTMLDocument) {
        for (index, node) in document.nodes.enumerated() {
            while let last = open.last, last.end <= index { close() }
            switch node.content {
            case .element(let element): enter(element, index, node.end, document)
            case .text(let text):
                guard !open.isEmpty, open[open.count - 1].row.cellIsOpen else { continue }
                open[open.count - 1].row.cellLength += Self.length(text)
            default: continue
            }
        }
        while !open.isEmpty { close() }
    }

    private static func length(_ text: String) -> Int {
        var isBlank = true
        var count = 0
        for byte in text.utf8 where byte > 0x20 && byte != 0xC2 && byte != 0xA0 {
            isBlank = false
            if byte & 0xC0 != 0x80 { count += 1 }
        }
        return isBlank ? 0 : max(count, 1)
    }

    private mutating func enter(_ element: HTMLElement, _ index: Int, _ end: Int, _ document: HTMLDocument) {
        if element.name == "table" {
            if !open.isEmpty { open[open.count - 1].isLayout = true }
            return open.append(seen(element, index, end, document))
        }
        guard !open.isEmpty else { return }
        let place = open.count - 1
        switch element.name {
        case "tr": finishRow()
        case "th", "td":
            finishCell()
            open[place].row.cellIsOpen = true
            open[place].row.isOpen = true
            if element.name == "th" { open[place].hasHeader = true }
            if let tag = element.tag, tag.attribute("scope") != nil { open[place].hasHeader = true }
        case "caption", "thead": open[place].hasHeader = true
        case "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "hr", "blockquote", "pre": open[place].isLayout = true
        case "img", "video", "form": open[place].hasBlocks = true
        default: break
        }
    }

    private func seen(_ element: HTMLElement, _ index: Int, _ end: Int, _ document: HTMLDocument) -> Seen {
        var seen = Seen(index: index, end: end)
        guard let tag = element.tag else { return seen }
        switch document.value(of: "role", in: tag)?.lowercased() {
        case "presentation", "none": seen.isLayout = true
        case "table", "grid": seen.isForced = true
        default: break
        }
        if let border = document.value(of: "border", in: tag), border != "0", !border.isEmpty { seen.hasBorder = true }
        if tag.attribute("rules") != nil || tag.attribute("summary") != nil { seen.hasBorder = true }
        return seen
    }

    private mutating func finishCell() {
        let place = open.count - 1
        guard open[place].row.cellIsOpen else { return }
        open[place].row.cellIsOpen = false
        let length = open[place].row.cellLength
        open[place].row.cellLength = 0
        guard length > 0 else { return }
        open[place].row.filled += 1
        open[place].cells += 1
        if length > Self.longestValue { open[place].longCells += 1 }
    }

    private mutating func finishRow() {
        finishCell()
        let place = open.count - 1
        guard open[place].row.isOpen else { return }
        open[place].row.isOpen = false
        if open[place].row.filled > 0 { open[place].rows += 1 }
        if open[place].row.filled > 1 { open[place].fullRows += 1 }
        open[place].row.filled = 0
    }

    private mutating func close() {
        finishRow()
        guard let table = open.popLast(), table.fullRows > 0 else { return }
        guard !table.isLayout || table.isForced else { return }
        let isData: Bool
        if table.isForced {
            isData = true
        } else if table.hasHeader || table.hasBorder {
            // Some frameworks lay out with header cells: one row, or much text.
            isData = table.rows > 1 && table.longCells * 4 <= table.cells
        } else {
            isData = table.fullRows > 1 && table.fullRows * 3 >= table.rows * 2 && table.longCells == 0 && !table.hasBlocks
        }
        if isData { data.insert(table.index) }
    }
}
