/// Makes a text of a document that people can read: headings, paragraphs, lists, links and images by their alternative text.
package struct PlainText {
    /// What becomes of a link's address.
    package enum LinkText: Sendable, Equatable {
        /// Only the link's own text stays.
        case omit
        /// The address follows in parentheses; it must hold no blanks.
        case append(String)
        /// The address stands in place of the link's text.
        case replace(String)
    }

    /// Characters that never come from the document, so that a caller can mark places with them.
    package static let opening: Character = "\u{F5A00}"
    package static let closing: Character = "\u{F5A01}"
    /// Columns at which lines are wrapped.
    package static let width = 78

    private let document: HTMLDocument
    private let hidden: Set<Int>
    private let marks: [Int: String]
    private let link: (_ tag: SourceTag, _ text: String) -> LinkText
    private var layout: TextLayout
    private var open: [Open] = []
    private var lists: [Int?] = []
    private var rowCells: [Int] = []
    private var links: [Link] = []
    private var preformatted = 0

    /// An element that was entered.
    private struct Open {
        let end: Int
        let name: String
        let isData: Bool
    }

    /// A link that was entered.
    private struct Link {
        let tag: SourceTag
        var text = ""
        /// Length of the paragraph at its beginning; nil once another paragraph has begun.
        var start: Int?
    }

    private init(
        _ document: HTMLDocument,
        _ hidden: Set<Int>,
        _ marks: [Int: String],
        _ link: @escaping (SourceTag, String) -> LinkText
    ) {
        self.document = document
        self.hidden = hidden
        self.marks = marks
        self.link = link
        self.layout = TextLayout(width: Self.width)
    }

    /// The text of a document.
    ///
    /// - Parameters:
    ///   - hidden: further elements that are not shown, by their places in the document's nodes
    ///   - marks: texts that stand in place of comments, by the places of these in the source
    ///   - link: what becomes of the address of an `a[href]` with that text
    package static func make(
        of document: HTMLDocument,
        hidden: Set<Int> = [],
        marks: [Int: String] = [:],
        link: @escaping (_ tag: SourceTag, _ text: String) -> LinkText
    ) -> String {
        var writer = PlainText(document, hidden, marks, link)
        writer.walk()
        return writer.layout.text
    }

    private mutating func walk() {
        var index = 1
        while index < document.nodes.count {
            while let last = open.last, last.end <= index { close() }
            let node = document.nodes[index]
            switch node.content {
            case .element(let element):
                if isShown(element, index) {
                    enter(element, index, node.end)
                } else {
                    for node in document.nodes[index..<node.end] { mark(node) }
                    index = node.end - 1
                }
            case .text(let text): add(text)
            case .comment: mark(node)
            default: break
            }
            index += 1
        }
        while !open.isEmpty { close() }
        layout.endBlock(blankLine: false)
    }

    private mutating func mark(_ node: HTMLNode) {
        guard case .comment(let start?) = node.content, let mark = marks[start] else { return }
        layout.addInvisibleMark(mark)
    }

    private mutating func add(_ text: String) {
        if !links.isEmpty { links[links.count - 1].text += text }
        guard preformatted > 0 else { return layout.add(text) }
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if number > 0 { layout.breakLine() }
            layout.addPreformatted(line.filter { $0 != Self.opening && $0 != Self.closing })
        }
    }

    private func isShown(_ element: HTMLElement, _ index: Int) -> Bool {
        !Self.unseen.contains(element.name) && !hidden.contains(index) && !HiddenElement.isHidden(element, in: document)
    }

    private static let unseen: Set<String> = [
        "head", "style", "script", "title", "template", "object", "applet", "iframe", "audio", "video", "canvas", "svg", "math", "select",
        "textarea", "datalist", "noembed", "noframes",
    ]

    private static let paragraphs: Set<String> = [
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "blockquote", "pre", "table", "hr", "figure", "article", "section",
        "header", "footer", "main", "nav", "aside", "address", "form", "fieldset",
    ]

    private static let blocks: Set<String> = [
        "div", "li", "dt", "dd", "tr", "caption", "center", "figcaption", "body", "html", "tbody", "thead", "tfoot", "details", "summary",
    ]

    private mutating func enter(_ element: HTMLElement, _ index: Int, _ end: Int) {
        let name = element.name
        var isData = false
        if Self.paragraphs.contains(name) { endBlock(blankLine: true) } else if Self.blocks.contains(name) { endBlock(blankLine: false) }
        switch name {
        case "br": return layout.breakLine()
        case "hr":
            layout.append([String(repeating: "-", count: 30)])
            return layout.endBlock(blankLine: true)
        case "img": return image(element)
        case "a": if let tag = element.tag { links.append(Link(tag: tag, start: layout.paragraph.utf8.count)) }
        case "pre": preformatted += 1
        case "blockquote": layout.push(prefix: "> ")
        case "ul": lists.append(nil)
        case "ol": lists.append(Int(element.tag.flatMap { document.value(of: "start", in: $0) } ?? "") ?? 1)
        case "li": enterItem()
        case "table": isData = isDataTable(index, end)
        case "tr": rowCells.append(0)
        case "td", "th": enterCell()
        default: break
        }
        open.append(Open(end: end, name: name, isData: isData))
    }

    private mutating func close() {
        guard let closed = open.popLast() else { return }
        let name = closed.name
        switch name {
        case "a": closeLink()
        case "h1", "h2":
            let isEmpty = layout.paragraph.allSatisfy { $0 == " " || $0 == "\n" }
            endBlock(blankLine: false)
            if !isEmpty { layout.underline(with: name == "h1" ? "=" : "-") }
        case "pre": preformatted -= 1
        default: break
        }
        let isCellOfLayout = (name == "td" || name == "th") && !isInDataTable
        if Self.paragraphs.contains(name) {
            endBlock(blankLine: true)
        } else if Self.blocks.contains(name) || isCellOfLayout {
            endBlock(blankLine: false)
        }
        switch name {
        case "blockquote", "li": layout.pop()
        case "ul", "ol": _ = lists.popLast()
        case "tr": _ = rowCells.popLast()
        default: break
        }
    }

    private mutating func endBlock(blankLine: Bool) {
        // What was gathered of a link before another paragraph begins cannot be replaced any more.
        if layout.paragraph.contains(where: { $0 != " " && $0 != "\n" }) {
            for number in links.indices { links[number].start = nil }
        }
        layout.endBlock(blankLine: blankLine)
        for number in links.indices where links[number].start != nil { links[number].start = 0 }
    }

    private mutating func enterItem() {
        guard let last = lists.last, let number = last else { return layout.push(prefix: "  ", bullet: "* ") }
        lists[lists.count - 1] = number + 1
        let bullet = "\(number). "
        layout.push(prefix: String(repeating: " ", count: bullet.utf8.count), bullet: bullet)
    }

    private var isInDataTable: Bool {
        open.last { $0.name == "table" }?.isData ?? false
    }

    private mutating func enterCell() {
        guard isInDataTable else { return endBlock(blankLine: false) }
        if let count = rowCells.last, count > 0 { layout.addMark("|", afterBlank: true) }
        layout.add(" ")
        if !rowCells.isEmpty { rowCells[rowCells.count - 1] += 1 }
    }

    /// A table with header cells and nothing but text in its cells.
    private func isDataTable(_ index: Int, _ end: Int) -> Bool {
        var hasHeader = false
        for node in document.nodes[index + 1..<end] {
            guard let name = node.element?.name else { continue }
            if name == "th" { hasHeader = true }
            if name == "table" || name == "div" || name == "ul" || name == "ol"
                || name.hasPrefix("h") && name.utf8.count == 2 && name != "hr"
            {
                return false
            }
        }
        return hasHeader
    }

    private mutating func image(_ element: HTMLElement) {
        guard let tag = element.tag, let text = document.value(of: "alt", in: tag) else { return }
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !words.isEmpty else { return }
        add("[\(words)]")
    }

    private mutating func closeLink() {
        guard let closed = links.popLast(), closed.tag.attribute("href") != nil else { return }
        if !links.isEmpty { links[links.count - 1].text += closed.text }
        let text = closed.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        switch link(closed.tag, text) {
        case .omit: return
        case .append(let address):
            let isAlone = text.isEmpty
            layout.addMark(isAlone ? address : "(\(address))", afterBlank: true)
        case .replace(let address):
            if let start = closed.start { layout.truncate(to: start) }
            layout.addMark(closed.start == nil ? "(\(address))" : address, afterBlank: true)
        }
    }
}
