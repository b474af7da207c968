/// A `style` element of a document, and what is to become of its rules.
struct StyleSource {
    let element: HTMLElement
    let content: Range<Int>
    var sheet: CSSStylesheet
    /// Whether its rules hold for some media only or are to be left in place.
    let isKept: Bool

    /// The style elements that hold for the document, in order.
    static func all(in document: HTMLDocument, ignoring attribute: String) -> [StyleSource] {
        var skipUntil = 0
        return document.elements.compactMap { index, element in
            guard index >= skipUntil, element.isHTML else { return nil }
            if element.name == "template" { skipUntil = document.nodes[index].end }
            guard element.name == "style", let tag = element.tag, let content = tag.rawContent else { return nil }
            let type = document.value(of: "type", in: tag) ?? ""
            guard type.isEmpty || type.lowercased() == "text/css" else { return nil }
            let media = (document.value(of: "media", in: tag) ?? "").lowercased().filter { $0 != " " }
            let isIgnored = document.value(of: attribute, in: tag)?.lowercased() == "ignore"
            return StyleSource(
                element: element,
                content: content,
                sheet: CSSParser.stylesheet(document.source, in: content),
                isKept: isIgnored || !["", "all", "screen", "screen,print", "all,screen"].contains(media)
            )
        }
    }

    /// Drops declarations that are not allowed; tells where they stand.
    mutating func removeDeclarations(except isAllowed: (CSSDeclaration) -> Bool) -> [Range<Int>] {
        var removed: [Range<Int>] = []
        for index in sheet.rules.indices {
            sheet.rules[index].declarations.removeAll { declaration in
                let isRemoved = !isAllowed(declaration)
                if isRemoved { removed.append(declaration.range) }
                return isRemoved
            }
        }
        return removed
    }
}
