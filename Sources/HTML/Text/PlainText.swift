/// Makes a text of a document that people can read: headings, paragraphs, lists, tables of data, links and images by their
/// alternative text.
package struct PlainText {
    /// What becomes of a link's address.
    package enum LinkText: Sendable, Equatable {
        /// Only the link's own text stays.
        case omit
        /// This follows the link's text; it is best a mark, and holds no blanks.
        case append(String)
        /// This stands in place of the link's text.
        case replace(String)
    }

    /// A link on its way into the text.
    package struct Link {
        /// The start tag of the `a[href]`.
        package let tag: SourceTag
        /// White space collapsed; the alternative texts of images included.
        package internal(set) var text = ""
        /// Whether the link shows nothing but images, and some other link with words leads to the same place.
        package internal(set) var repeatsAnother = false
        /// Length of the paragraph at its beginning; nil once another paragraph has begun.
        var start: Int?
        /// Whether a blank stood there.
        var startsBehindBlank = true
        var isButton = false
        /// Its first words, images left out, in lower case.
        var words = ""
    }

    private static let longestLinkText = 3_000
    /// Columns at which lines are wrapped.
    package static let width = 78

    let document: HTMLDocument
    let visibility: Visibility
    let marks: [Int: String]
    let link: (Link) -> LinkText
    let tableKind: TableKind
    let wordLinks: Set<String>
    var displaced: DisplacedTexts
    var layout = TextLayout(columns: Self.width)
    var open: [Open] = []
    var lists: [Int?] = []
    var links: [Link] = []
    var preformatted = 0
    /// Whether the open tables hold data, the innermost last.
    var dataTables: [Bool] = []
    /// The tables of data that are open, and the layouts around their cells.
    var tables: [TextTable] = []
    var outer: [TextLayout] = []

    /// An element that was entered.
    struct Open {
        let index: Int
        let end: Int
        let name: String
        var isData = false
        /// Lines of the layout when it was entered.
        var lines = 0
    }

    private init(_ document: HTMLDocument, _ hidden: Set<Int>, _ marks: [Int: String], _ link: @escaping (Link) -> LinkText) {
        self.document = document
        self.marks = marks
        self.link = link
        visibility = Visibility(of: document, hidden: hidden)
        tableKind = TableKind(of: document)
        displaced = DisplacedTexts(of: document)
        wordLinks = Self.wordLinks(of: document)
    }

    /// The text of a document.
    ///
    /// - Parameters:
    ///   - hidden: further elements that are not shown, by their places in the document's nodes
    ///   - marks: texts without width that stand in place of comments, by the offsets of these; hidden or not
    ///   - link: what becomes of the address of an `a[href]`
    package static func make(
        of document: HTMLDocument,
        hidden: Set<Int> = [],
        marks: [Int: String] = [:],
        link: (Link) -> LinkText
    ) -> String {
        withoutActuallyEscaping(link) { link in
            var writer = PlainText(document, hidden, marks, link)
            writer.walk()
            return writer.layout.text
        }
    }

    private mutating func walk() {
        var index = 1
        while index < document.nodes.count {
            while let last = open.last, last.end <= index { close() }
            let node = document.nodes[index]
            switch node.content {
            case .element(let element):
                if let tag = element.tag { addDisplaced(before: tag.range.lowerBound) }
                if isShown(element, index) {
                    enter(element, index, node.end)
                } else {
                    if !marks.isEmpty { for place in index..<node.end { addMark(of: document.nodes[place]) } }
                    index = node.end - 1
                }
            case .text(let text):
                guard !displaced.nodes.contains(index) else { break }
                if node.sourceOffset >= 0 { addDisplaced(before: node.sourceOffset) }
                if visibility.texts[index] != .tiny { add(text) }
            case .comment: if !marks.isEmpty { addMark(of: node) }
            case .document: break
            }
            index += 1
        }
        while !open.isEmpty { close() }
        addDisplaced(before: .max)
        layout.endBlock(blankLine: false)
    }

    func isShown(_ element: HTMLElement, _ index: Int) -> Bool {
        TextRole.of(element.name) != .unseen && visibility.elements[index] == nil
    }

    // MARK: Texts

    mutating func add(_ text: String) {
        addToLink(text)
        if preformatted > 0 { layout.addPreformatted(text) } else { layout.add(text) }
    }

    /// Remembers what a link shows, as far as it could be an address.
    mutating func addToLink(_ text: String) {
        guard let last = links.last, last.text.utf8.count < Self.longestLinkText else { return }
        links[links.count - 1].text += text
    }

    private mutating func addMark(of node: HTMLNode) {
        guard case .comment = node.content, let mark = marks[node.sourceOffset] else { return }
        if isBetweenCells, isInDataTable, !tables.isEmpty {
            tables[tables.count - 1].addLoose([Array(mark.utf8)[...]])
        } else {
            layout.addInvisibleMark(mark)
        }
    }

    /// Adds what a table has moved, where the source has it.
    mutating func addDisplaced(before offset: Int) {
        while let index = displaced.next(before: offset) {
            guard case .text(let text) = document.nodes[index].content, text.utf8.contains(where: { $0 > 0x20 }) else { continue }
            if isBetweenCells, isInDataTable, !tables.isEmpty {
                var loose = TextLayout(columns: layout.room)
                loose.add(text)
                loose.endBlock(blankLine: false)
                tables[tables.count - 1].addLoose(loose.lines)
            } else {
                endBlock(blankLine: false)
                layout.add(text)
                endBlock(blankLine: false)
            }
        }
    }

    private var isBetweenCells: Bool {
        ["table", "tbody", "thead", "tfoot", "tr"].contains(open.last?.name)
    }

    var isInDataTable: Bool { dataTables.last ?? false }

    /// Ends the paragraph, if one is open; how many lines it has become.
    @discardableResult
    mutating func endBlock(blankLine: Bool) -> Int {
        let count = layout.endBlock(blankLine: blankLine)
        for number in links.indices where links[number].start != nil {
            // What was gathered of a link before another paragraph begins cannot be replaced any more.
            links[number].start = count > 0 ? nil : 0
            links[number].startsBehindBlank = true
        }
        return count
    }
}
