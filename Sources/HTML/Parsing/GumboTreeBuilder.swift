import CGumbo

/// Builds the tree of any document, however broken, with gumbo.
///
/// No pointer of gumbo's outlives `build`.
struct GumboTreeBuilder {
    private let index: SourceIndex
    private var records: [NodeRecord] = []
    private var isQuirks = false
    private var tags: [Int32: Int32] = [:]
    private var furtherTags: [SourceTag] = []
    private var furtherTexts: [String] = []
    private var furtherNames: [Int32: String] = [:]
    private var claimed: Set<Int> = []

    private init(_ index: SourceIndex) {
        self.index = index
        for (number, tag) in index.tags.enumerated() where !tag.isEnd { tags[tag.start] = Int32(number) }
    }

    /// Parses under bounds.
    static func build(_ index: SourceIndex, _ limits: HTMLParseLimits) throws(HTMLParseError) -> HTMLTree {
        guard let arena = comm_gumbo_arena_create(limits.memory) else { throw .memoryExceeded }
        defer { comm_gumbo_arena_destroy(arena) }
        var builder = GumboTreeBuilder(index)
        let result = index.source.withUnsafeBytes { bytes in
            // An empty array may have no address, and gumbo wants one.
            bytes.isEmpty
                ? builder.parse(" ", 0, arena, limits)
                : builder.parse(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, arena, limits)
        }
        switch result {
        case comm_gumbo_parsed: return builder.tree()
        case comm_gumbo_time_exceeded: throw .timeExceeded
        default: throw .memoryExceeded
        }
    }

    private func tree() -> HTMLTree {
        HTMLTree(
            index: index,
            records: records,
            isQuirks: isQuirks,
            furtherTags: furtherTags,
            furtherTexts: furtherTexts,
            furtherNames: furtherNames
        )
    }

    private mutating func parse(
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
        records.append(NodeRecord(.document, parent: -1, end: 1))
        open.append((document.pointee.v.document.children, 0, 0))
        while let top = open.last {
            guard top.next < Int(top.children.length), let child = node(in: top.children, at: top.next) else {
                records[top.index].end = Int32(records.count)
                records.numberChildren(of: top.index)
                open.removeLast()
                continue
            }
            open[open.count - 1].next += 1
            if let children = append(child, parent: top.index, buffer) { open.append((children, 0, records.count - 1)) }
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
        var record = NodeRecord(.comment, parent: Int32(parent), end: Int32(records.count + 1))
        var children: GumboVector?
        switch node.pointee.type {
        case GUMBO_NODE_ELEMENT, GUMBO_NODE_TEMPLATE:
            fill(&record, node.pointee, buffer)
            children = node.pointee.v.element.children
        case GUMBO_NODE_TEXT, GUMBO_NODE_WHITESPACE, GUMBO_NODE_CDATA:
            record.kind = .text
            record.stop = Int32(furtherTexts.count)
            furtherTexts.append(String(cString: node.pointee.v.text.text))
            record.source = range(node.pointee.v.text.original_text, buffer).map { Int32($0.lowerBound) } ?? -1
        default: record.source = range(node.pointee.v.text.original_text, buffer).map { Int32($0.lowerBound) } ?? -1
        }
        records.append(record)
        return children
    }

    private mutating func fill(_ record: inout NodeRecord, _ node: GumboNode, _ buffer: UnsafePointer<CChar>) {
        let element = node.v.element
        record.kind = .element
        record.isHTML = element.tag_namespace == GUMBO_NAMESPACE_HTML
        if let range = range(element.original_tag, buffer) { record.markup = startTag(range) }
        if let start = tag(record.markup)?.range.lowerBound, claimed.insert(start).inserted { record.tag = record.markup }
        if element.tag == GUMBO_TAG_UNKNOWN {
            record.name = record.markup >= 0 ? index.tags[Int(record.markup)].name : .other
            if record.markup == -1 { furtherNames[Int32(records.count)] = originalName(element) }
        } else {
            let name = String(cString: gumbo_normalized_tagname(element.tag))
            record.name = HTMLName(text: name)
            if record.name == .other { furtherNames[Int32(records.count)] = name }
        }
        // gumbo gives an element the end tag of another one, too, when that closed it.
        let isImplied = node.parse_flags.rawValue & GUMBO_INSERTION_IMPLICIT_END_TAG.rawValue != 0
        if !isImplied, let range = range(element.original_end_tag, buffer) {
            record.start = Int32(range.lowerBound)
            record.stop = Int32(range.upperBound)
        }
    }

    private func tag(_ number: Int32) -> SourceTag? {
        if number >= 0 { return SourceTag(index, Int(number)) }
        return number == -1 ? nil : furtherTags[Int(-2 - number)]
    }

    private mutating func startTag(_ range: Range<Int>) -> Int32 {
        if let number = tags[Int32(range.lowerBound)] { return number }
        guard let tag = SourceScanner.tag(in: range, of: index.source), !tag.isEnd else { return -1 }
        furtherTags.append(tag)
        return Int32(-1 - furtherTags.count)
    }

    private func range(_ piece: GumboStringPiece, _ buffer: UnsafePointer<CChar>) -> Range<Int>? {
        guard let data = piece.data, piece.length > 0 else { return nil }
        let start = data - buffer
        guard start >= 0, start + piece.length <= index.source.count else { return nil }
        return start..<start + piece.length
    }

    private func originalName(_ element: GumboElement) -> String {
        var name = element.original_tag
        guard name.length > 0 else { return "" }
        gumbo_tag_from_original_text(&name)
        let bytes = UnsafeBufferPointer(start: name.data, count: name.length).map { SourceBytes.lowered(UInt8(bitPattern: $0)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension [NodeRecord] {
    /// Tells the element children of a finished node their places.
    mutating func numberChildren(of parent: Int) {
        var child = parent + 1
        let end = Int(self[parent].end)
        var previous: Int32 = -1
        var count: Int32 = 0
        while child < end {
            if self[child].kind == .element {
                self[child].previous = previous
                self[child].place = count
                previous = Int32(child)
                count += 1
            }
            child = Int(self[child].end)
        }
        while previous > 0 {
            self[Int(previous)].siblings = count
            previous = self[Int(previous)].previous
        }
    }
}
