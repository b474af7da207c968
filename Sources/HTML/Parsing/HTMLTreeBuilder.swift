import CGumbo

/// Turns gumbo's tree into nodes of our own.
///
/// No pointer of gumbo's outlives `parse`.
struct HTMLTreeBuilder {
    private(set) var nodes: [HTMLNode] = []
    private(set) var isQuirks = false

    private let source: [UInt8]
    private var tags: [Int: SourceTag] = [:]
    private var claimed: Set<Int> = []

    init(source: [UInt8], items: [SourceScanner.Item]) {
        self.source = source
        for case .tag(let tag) in items where !tag.isEnd { tags[tag.range.lowerBound] = tag }
    }

    /// Parses under bounds.
    mutating func parse(_ limits: HTMLParseLimits) throws(HTMLParseError) {
        guard let arena = comm_gumbo_arena_create(limits.memory) else { throw .memoryExceeded }
        defer { comm_gumbo_arena_destroy(arena) }
        let result = source.withUnsafeBytes { bytes in
            // An empty array may have no address, and gumbo wants one.
            bytes.isEmpty
                ? build(" ", 0, arena, limits) : build(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, arena, limits)
        }
        switch result {
        case comm_gumbo_parsed: return
        case comm_gumbo_time_exceeded: throw .timeExceeded
        default: throw .memoryExceeded
        }
    }

    private mutating func build(
        _ buffer: UnsafePointer<CChar>?,
        _ count: Int,
        _ arena: UnsafeMutablePointer<comm_gumbo_arena>,
        _ limits: HTMLParseLimits
    ) -> comm_gumbo_result {
        var output: UnsafeMutablePointer<GumboOutput>?
        let result = comm_gumbo_parse(arena, buffer, count, Int64(limits.milliseconds) * 1_000_000, &output)
        guard result == comm_gumbo_parsed, let document = output?.pointee.document, let buffer else { return result }
        isQuirks = document.pointee.v.document.doc_type_quirks_mode == GUMBO_DOCTYPE_QUIRKS
        flatten(document, buffer)
        return result
    }

    /// Walks the tree without recursion: its depth is the author's choice.
    private mutating func flatten(_ document: UnsafeMutablePointer<GumboNode>, _ buffer: UnsafePointer<CChar>) {
        var open: [(children: GumboVector, next: Int, index: Int)] = []
        append(.document, parent: -1)
        open.append((document.pointee.v.document.children, 0, 0))
        while let top = open.last {
            guard top.next < Int(top.children.length), let child = node(in: top.children, at: top.next) else {
                nodes[top.index].end = nodes.count
                number(below: top.index)
                open.removeLast()
                continue
            }
            open[open.count - 1].next += 1
            if let children = append(child, parent: top.index, buffer) { open.append((children, 0, nodes.count - 1)) }
        }
    }

    private func node(in children: GumboVector, at place: Int) -> UnsafeMutablePointer<GumboNode>? {
        children.data[place]?.assumingMemoryBound(to: GumboNode.self)
    }

    /// Appends a node; its children if it may have some.
    private mutating func append(
        _ node: UnsafeMutablePointer<GumboNode>,
        parent: Int,
        _ buffer: UnsafePointer<CChar>
    ) -> GumboVector? {
        switch node.pointee.type {
        case GUMBO_NODE_ELEMENT, GUMBO_NODE_TEMPLATE:
            append(.element(element(node.pointee, buffer)), parent: parent)
            return node.pointee.v.element.children
        case GUMBO_NODE_TEXT, GUMBO_NODE_WHITESPACE, GUMBO_NODE_CDATA:
            append(.text(String(cString: node.pointee.v.text.text)), parent: parent)
        default:
            append(.comment(start: range(node.pointee.v.text.original_text, buffer)?.lowerBound), parent: parent)
        }
        return nil
    }

    private mutating func append(_ content: HTMLNode.Content, parent: Int) {
        nodes.append(HTMLNode(content: content, parent: parent, end: nodes.count + 1))
    }

    private mutating func element(_ node: GumboNode, _ buffer: UnsafePointer<CChar>) -> HTMLElement {
        let element = node.v.element
        let markup = range(element.original_tag, buffer).flatMap(startTag)
        let tag = markup.flatMap { claimed.insert($0.range.lowerBound).inserted ? $0 : nil }
        let name =
            element.tag == GUMBO_TAG_UNKNOWN
            ? markup?.name ?? originalName(element) : String(cString: gumbo_normalized_tagname(element.tag))
        return HTMLElement(
            name: name,
            isHTML: element.tag_namespace == GUMBO_NAMESPACE_HTML,
            tag: tag,
            markup: markup,
            endTag: range(element.original_end_tag, buffer),
            place: 0,
            previous: -1,
            siblings: 0
        )
    }

    private func startTag(_ range: Range<Int>) -> SourceTag? {
        let tag = tags[range.lowerBound] ?? SourceScanner.tag(in: range, of: source)
        guard let tag, !tag.isEnd else { return nil }
        return tag
    }

    private func range(_ piece: GumboStringPiece, _ buffer: UnsafePointer<CChar>) -> Range<Int>? {
        guard let data = piece.data, piece.length > 0 else { return nil }
        let start = data - buffer
        guard start >= 0, start + piece.length <= source.count else { return nil }
        return start..<start + piece.length
    }

    private func originalName(_ element: GumboElement) -> String {
        var name = element.original_tag
        guard name.length > 0 else { return "" }
        gumbo_tag_from_original_text(&name)
        let bytes = UnsafeBufferPointer(start: name.data, count: name.length).map { UInt8(bitPattern: $0) }
        return String(decoding: bytes.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// Tells the element children of a finished node their places.
    private mutating func number(below index: Int) {
        var child = index + 1
        var previous = -1
        var children: [Int] = []
        while child < nodes[index].end {
            if nodes[child].element != nil { children.append(child) }
            child = nodes[child].end
        }
        for (place, child) in children.enumerated() {
            guard case .element(var element) = nodes[child].content else { continue }
            element.place = place
            element.previous = previous
            element.siblings = children.count
            nodes[child] = HTMLNode(content: .element(element), parent: nodes[child].parent, end: nodes[child].end)
            previous = child
        }
    }
}
