/// A `style` element of a document, and what is to become of its rules.
struct StyleSource {
    /// Its place in the tree.
    let node: Int
    let tag: SourceTag
    let content: Range<Int>
    /// Its rules among those of all style elements.
    let rules: Range<Int>
    let hasAtRules: Bool
    /// Whether its rules hold for some media only or are to be left in place.
    let isKept: Bool

    /// The style elements that hold for the document, in order; their rules are added to the sheet.
    static func all(in document: HTMLDocument, _ source: SourceBytes, into sheet: inout CSSStylesheet) -> [StyleSource] {
        var sources: [StyleSource] = []
        let tree = document.tree
        var number = 0
        while number < tree.records.count {
            let record = tree.records[number]
            number += 1
            guard record.kind == .element, record.isHTML else { continue }
            if record.name == .template { number = Int(record.end) }
            guard record.name == .style, let tag = tree.tag(record.tag), let content = tag.rawContent else { continue }
            let type = document.value(of: "type", in: tag) ?? ""
            guard type.isEmpty || type.lowercased() == "text/css" else { continue }
            let media = (document.value(of: "media", in: tag) ?? "").lowercased().filter { $0 != " " }
            let isIgnored = document.value(of: Inliner.ignoreAttribute, in: tag)?.lowercased() == "ignore"
            let first = sheet.rules.count
            sheet.hasAtRules = false
            CSSParser.parse(source, in: content, into: &sheet)
            sources.append(
                StyleSource(
                    node: number - 1,
                    tag: tag,
                    content: content,
                    rules: first..<sheet.rules.count,
                    hasAtRules: sheet.hasAtRules,
                    isKept: isIgnored || !["", "all", "screen", "screen,print", "all,screen", "print,screen"].contains(media)
                )
            )
        }
        return sources
    }
}
