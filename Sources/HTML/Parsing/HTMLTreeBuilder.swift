/// Builds the tree of ordinary mail straight from the tags that the scanner has found (HTML, 13.2.6).
///
/// What is rare or broken in ways that need the whole of the standard is left to gumbo: the builder gives up and says so, and never
/// guesses. The two are compared with each other by tests.
struct HTMLTreeBuilder {
    /// A node while the tree grows; nodes refer to each other by number, -1 for none.
    struct Node {
        var record: NodeRecord
        var first: Int32 = -1
        var last: Int32 = -1
        var next: Int32 = -1
        var before: Int32 = -1
    }

    enum Mode {
        case initial, beforeHTML, beforeHead, inHead, afterHead, inBody, raw, inTable, inCaption, inColumns, inSection, inRow, inCell
        case afterBody, afterHTML
    }

    /// Deeper nesting is left to gumbo, which counts its time.
    static let deepest = 512

    let source: SourceBytes
    let index: SourceIndex
    var nodes: [Node] = []
    /// The open elements.
    var stack: [Int32] = []
    /// Formatting elements that are to be opened again; -1 marks a cell's beginning.
    var formatting: [Int32] = []
    var mode = Mode.initial
    var modeAfterRaw = Mode.initial
    var isQuirks = false
    var form: Int32 = -1
    var isFostering = false
    /// Whether a line feed that comes next is dropped.
    var dropsLineFeed = false
    /// Whether the builder gives up.
    var isBeyond = false
    /// The tag being processed.
    var tag: Int32 = -1
    var tagName = HTMLName.other

    private init(_ index: SourceIndex, _ source: SourceBytes) {
        self.index = index
        self.source = source
        nodes.reserveCapacity(index.items.count * 2 + 8)
        stack.reserveCapacity(64)
        nodes.append(Node(record: NodeRecord(.document, parent: -1)))
    }

    /// The tree; nil when the document is beyond this builder.
    static func build(_ index: SourceIndex) -> HTMLTree? {
        SourceBytes.with(index.source) { source in
            guard source.find(0, from: 0, to: source.count) == source.count else { return nil }
            var builder = HTMLTreeBuilder(index, source)
            builder.run()
            guard !builder.isBeyond else { return nil }
            return HTMLTree(index: index, records: builder.flattened(), isQuirks: builder.isQuirks)
        }
    }

    private mutating func run() {
        var position = 0
        for item in index.items {
            let start = Int(item.start)
            if position < start { text(position..<start) }
            position = Int(item.end)
            switch item.kind {
            case .comment:
                dropsLineFeed = false
                comment(item)
            case .declaration: declaration(start..<position)
            case .tag:
                dropsLineFeed = false
                tag = item.first
                let record = index.tags[Int(tag)]
                tagName = record.name
                if record.isEnd {
                    endTag()
                } else {
                    startTag()
                    if record.rawEnd >= 0 {
                        raw(record)
                        position = Int(record.rawEnd)
                    }
                }
            }
            if isBeyond || stack.count > Self.deepest || formatting.count > Self.deepest {
                isBeyond = true
                return
            }
        }
        if position < source.count { text(position..<source.count) }
        finish()
    }

    /// The content of an element without markup.
    private mutating func raw(_ record: SourceIndex.TagRecord) {
        guard mode == .raw else {
            // The tag opened nothing, so its content would be markup after all.
            isBeyond = true
            return
        }
        let range = Int(record.end)..<Int(record.rawEnd)
        guard !range.isEmpty else { return }
        // `<!--` in a script may hide its end.
        if tagName == .script, source.find(UInt8(ascii: "!"), from: range.lowerBound, to: range.upperBound) < range.upperBound {
            isBeyond = true
        }
        appendText(range, resolves: tagName == .title)
    }

    private mutating func finish() {
        dropsLineFeed = false
        tag = -1
        tagName = .body
        if mode == .raw {
            pop()
            mode = modeAfterRaw
        }
        // The end of the source opens what every document has.
        loop: while !isBeyond {
            switch mode {
            case .initial: leaveInitial()
            case .beforeHTML: openHTML()
            case .beforeHead: openHead()
            case .inHead: leaveHead()
            case .afterHead: openBody()
            default: break loop
            }
        }
    }

    private mutating func comment(_ item: SourceIndex.ItemRecord) {
        let parent: Int32? =
            switch mode {
            case .initial, .beforeHTML, .afterHTML: 0
            case .afterBody: stack.first
            default: stack.last
            }
        guard let parent else { return isBeyond = true }
        var record = NodeRecord(.comment, parent: parent)
        record.start = item.start
        record.source = item.start
        nodes.append(Node(record: record))
        link(Int32(nodes.count - 1), below: parent)
    }

    private mutating func declaration(_ range: Range<Int>) {
        dropsLineFeed = false
        let second = range.count > 1 ? source[range.lowerBound + 1] : 0
        let isEnd = second == UInt8(ascii: "/")
        // A tag that the source ends in is dropped, and so is one without a name.
        if SourceBytes.isLetter(second) || isEnd && range.count > 2 && SourceBytes.isLetter(source[range.lowerBound + 2]) { return }
        if isEnd, range.count == 3, source[range.upperBound - 1] == UInt8(ascii: ">") { return }
        guard source[range.upperBound - 1] == UInt8(ascii: ">") else { return isBeyond = true }
        let isDoctype = range.count >= 10 && source.isWord(range.lowerBound..<range.lowerBound + 9, "<!doctype")
        guard isDoctype else {
            return comment(
                SourceIndex.ItemRecord(kind: .comment, start: Int32(range.lowerBound), end: Int32(range.upperBound), first: 0, second: 0)
            )
        }
        guard mode == .initial else { return }
        guard let isQuirks = DoctypeMode.isQuirks(source, range) else { return isBeyond = true }
        self.isQuirks = isQuirks
        mode = .beforeHTML
    }

    // MARK: nodes

    func name(_ node: Int32) -> HTMLName { nodes[Int(node)].record.name }

    var current: HTMLName { stack.last.map(name) ?? .other }

    /// Puts a node below another one as its last.
    mutating func link(_ node: Int32, below parent: Int32) {
        let last = nodes[Int(parent)].last
        nodes[Int(node)].record.parent = parent
        nodes[Int(node)].before = last
        if last >= 0 { nodes[Int(last)].next = node } else { nodes[Int(parent)].first = node }
        nodes[Int(parent)].last = node
    }

    /// Puts a node before another one.
    private mutating func link(_ node: Int32, before other: Int32) {
        let parent = nodes[Int(other)].record.parent
        let before = nodes[Int(other)].before
        nodes[Int(node)].record.parent = parent
        nodes[Int(node)].before = before
        nodes[Int(node)].next = other
        nodes[Int(other)].before = node
        if before >= 0 { nodes[Int(before)].next = node } else { nodes[Int(parent)].first = node }
    }

    /// Puts a node where the open elements say (HTML, 13.2.6.1).
    mutating func insert(_ record: NodeRecord) {
        guard let parent = stack.last else { return isBeyond = true }
        let node = Int32(nodes.count)
        nodes.append(Node(record: record))
        let name = name(parent)
        if isFostering, name == .table || name == .tr || name.isSection {
            guard let table = stack.last(where: { self.name($0) == .table }) else { return isBeyond = true }
            link(node, before: table)
        } else {
            link(node, below: parent)
        }
    }

    mutating func appendText(_ range: Range<Int>, resolves: Bool = true) {
        var record = NodeRecord(.text, parent: 0)
        record.start = Int32(range.lowerBound)
        record.stop = Int32(range.upperBound)
        record.source = record.start
        let hasReferences = resolves && source.find(UInt8(ascii: "&"), from: range.lowerBound, to: range.upperBound) < range.upperBound
        if hasReferences, CharacterReferences.holdsUnknownName(source, range) { isBeyond = true }
        let hasReturns = source.find(0x0D, from: range.lowerBound, to: range.upperBound) < range.upperBound
        if hasReturns, !resolves { isBeyond = true }
        record.isEncoded = hasReferences || hasReturns
        insert(record)
    }

    /// Opens the element of the tag being processed.
    mutating func open() {
        var record = NodeRecord(.element, parent: 0)
        record.name = tagName
        record.tag = tag
        record.markup = tag
        push(record)
    }

    /// Opens an element that is not in the source.
    mutating func open(implied name: HTMLName) {
        var record = NodeRecord(.element, parent: 0)
        record.name = name
        push(record)
    }

    private mutating func push(_ record: NodeRecord) {
        insert(record)
        stack.append(Int32(nodes.count - 1))
    }

    /// Opens and closes an element without content.
    mutating func openVoid() {
        open()
        stack.removeLast()
    }

    /// Closes the current element; its end tag is the one being processed if `isOwn`.
    mutating func pop(isOwn: Bool = false) {
        guard let node = stack.popLast() else { return isBeyond = true }
        guard isOwn, tag >= 0 else { return }
        nodes[Int(node)].record.start = index.tags[Int(tag)].start
        nodes[Int(node)].record.stop = index.tags[Int(tag)].end
    }

    /// The nodes in document order.
    private func flattened() -> [NodeRecord] {
        var records: [NodeRecord] = []
        records.reserveCapacity(nodes.count)
        var places = [Int32](repeating: -1, count: nodes.count)
        var node: Int32 = 0
        while true {
            var record = nodes[Int(node)].record
            places[Int(node)] = Int32(records.count)
            if node > 0 { record.parent = places[Int(record.parent)] }
            if record.kind == .comment { record.start = -1 }
            records.append(record)
            if nodes[Int(node)].first >= 0 {
                node = nodes[Int(node)].first
                continue
            }
            while true {
                let place = Int(places[Int(node)])
                records[place].end = Int32(records.count)
                if nodes[Int(node)].first >= 0 { records.numberChildren(of: place) }
                if nodes[Int(node)].next >= 0 {
                    node = nodes[Int(node)].next
                    break
                }
                guard node > 0 else { return records }
                node = nodes[Int(node)].record.parent
            }
        }
    }
}
